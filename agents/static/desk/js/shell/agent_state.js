// @ts-check
/** The agent's state with its timer, the next state, and the menu to change it. */
import { clockwise, exactly, since } from "../lib/clock.js"
import { openContacts } from "./commands.js"
import { at, find, icon, keep, make, redraw, setAttribute, setText } from "../lib/dom.js"
import { keysAreOn, mark, pressed } from "./keymap.js"
import { popup, walk } from "../lib/menu.js"
import { agentShown, isConnects } from "../state/agent_shown.js"
import { stateName } from "../contacts/not_responding.js"
import { fill, gettext, ngettext, say } from "../lib/i18n.js"

/** @typedef {import("../lib/types.js").AgentState} AgentState */

const DOTS = { routable: "dot dot--ok", not_routable: "dot dot--warn", offline: "dot" }

/** @param {import("../state/store.js").Store} store @param {import("./commands.js").Desk} desk */
export function createAgentState(store, desk) {
  const button = /** @type {HTMLButtonElement} */ (find("#state-button"))
  const panel = find("#state-menu")
  const menu = popup(button, panel, { opened: () => (panel.querySelector("[aria-checked=true]") ?? find("[role=menuitemradio]", panel)).focus() })
  walk(panel, "[role=menuitemradio]")
  panel.addEventListener("keydown", (event) => {
    const digit = pressed(event).find((one) => /^[1-9]$/.test(one))
    if (!keysAreOn() || digit === undefined) return
    // It closes, and the focus goes back to where one wrote: the digit is no word there.
    event.preventDefault()
    panel.querySelectorAll("[role=menuitemradio]")[Number(digit) - 1]?.dispatchEvent(new MouseEvent("click", { bubbles: true }))
  })
  panel.addEventListener("click", ({ target }) => {
    const choice = target instanceof Element ? target.closest("[role=menuitemradio]") : null
    if (!(choice instanceof HTMLElement)) return
    menu.close()
    void desk.setState(choice.dataset.key ?? "")
  })
  return {
    open: () => button.disabled || menu.open(),
    paint() {
      const agent = agentShown(store.state)
      button.disabled = agent === null
      if (!agent) return
      drawButton(button, agent)
      drawSide(button, store.state)
      drawMenu(panel, agent, openContacts(store.state))
    },
  }
}

/** @param {HTMLElement} button @param {import("../lib/types.js").Agent} agent */
function drawButton(button, agent) {
  at(button, "dot").className = DOTS[agent.state.type]
  setText(at(button, "now"), stateName(agent.state.name))
  setText(at(button, "for"), clockwise(since(agent.stateSince)))
  setAttribute(at(button, "for"), "title", fill(gettext("since %(time)s"), { time: exactly(agent.stateSince) }))
  at(button, "next").hidden = agent.nextState === null
  setText(at(button, "next-name"), agent.nextState ? stateName(agent.nextState.name) : "")
}

/** Whose state it is, where the desk stands beside the instance's CCP. @param {HTMLElement} button @param {import("../lib/types.js").State} state */
function drawSide(button, state) {
  const place = button.querySelector("[data-at=side]")
  if (place) setText(place, isConnects(state) ? gettext("Amazon Connect") : gettext("the portal alone"))
}

/** @param {HTMLElement} panel @param {import("../lib/types.js").Agent} agent @param {number} open */
function drawMenu(panel, agent, open) {
  const hint = ngettext(
    "%(n)s contact is open: what you choose comes after it.",
    "%(n)s contacts are open: what you choose comes after the last one.",
    open,
  )
  // Leaving waits for the last contact; coming back does not.
  const back = agent.state.type === "routable" ? undefined : agent.states.find(({ type }) => type === "routable")
  redraw(at(panel, "hint"), [open, back?.name], () => [
    open === 0 ? gettext("What you choose counts at once.") : fill(hint, { n: open }),
    ...(open > 0 && back ? [" ", say("%(state)s counts at once.", { state: back.name })] : []),
    " ",
    mark("state"),
  ])
  keep(
    at(panel, "choices"),
    agent.states,
    (state) => state.name,
    createChoice,
    (element, state) => drawChoice(element, state, agent),
  )
}

/** @param {AgentState} state */
function createChoice(state) {
  const button = make("button", "")
  button.setAttribute("type", "button")
  button.setAttribute("role", "menuitemradio")
  button.tabIndex = -1
  const kbd = make("kbd", "")
  kbd.setAttribute("aria-hidden", "true")
  button.append(make("span", DOTS[state.type]), stateName(state.name), make("span", "choice__mark"), kbd)
  return button
}

/** @param {HTMLElement} element @param {AgentState} state @param {import("../lib/types.js").Agent} agent */
function drawChoice(element, state, agent) {
  const now = state.name === agent.state.name
  const next = state.name === agent.nextState?.name
  setAttribute(element, "aria-checked", now)
  redraw(find(".choice__mark", element), [now, next], () =>
    now ? [icon("tick")] : next ? [make("span", "tag", gettext("next"))] : [],
  )
  const kbd = find("kbd", element)
  const place = agent.states.indexOf(state) + 1
  kbd.hidden = !keysAreOn() || place > 9
  setText(kbd, String(place))
}
