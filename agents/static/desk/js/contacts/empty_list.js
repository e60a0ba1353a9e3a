// @ts-check
/** What is true when nothing is there, and what to do about it: in the list, and in the pane beside it. */
import { isCut } from "../shell/connection_status.js"
import { at, find, setText } from "../lib/dom.js"
import { keyOf, keysAreOn } from "../shell/keymap.js"
import { cards } from "../state/index.js"
import { notOffered, stateName, stoppedWords } from "./not_responding.js"
import { fill, gettext, ngettext, say } from "../lib/i18n.js"

/**
 * @typedef {import("../lib/types.js").State} State
 * @typedef {import("../lib/types.js").Agent} Agent
 * @typedef {{title: string, text: string, go: string|null}} Words  `go`: the state that changes it.
 */

/** @param {State} state @param {import("../lib/socket.js").Status} status @returns {Words|null} null: nothing is known yet */
export function nothing(state, status) {
  if (!state.agent) return null
  if (status.kind === "readonly")
    return {
      title: gettext("This tab is read-only."),
      text: say("%(why)s Nothing comes in here until you press Reconnect.", { why: status.why }).trim(),
      go: null,
    }
  if (isCut(status))
    return {
      title: gettext("No connection."),
      text: gettext("What comes meanwhile is here as soon as the desk is live again. It tries by itself."),
      go: null,
    }
  return { title: gettext("No contacts."), ...ofState(state.agent, state.queued) }
}

/** @param {Agent} agent @param {number|null} queued */
function ofState(agent, queued) {
  const { state, states, queues } = agent
  const name = stateName(state.name)
  if (state.type === "routable")
    return { text: queues.length > 0 ? serving(name, queues.length, queued) : noQueue(name), go: null }
  return { text: [stoppedWords(agent) || notOffered(state), waitingWords(queues, queued)].filter(Boolean).join(" "), go: states.find(({ type }) => type === "routable")?.name ?? null }
}

/** Who waits while nothing is offered. @param {string[]} queues @param {number|null} queued */
function waitingWords(queues, queued) {
  if (queued === null || queues.length === 0) return ""
  if (queued === 0) return gettext("Nobody waits in your queues.")
  return fill(ngettext("%(n)s customer waits in your queues.", "%(n)s customers wait in your queues.", queued), { n: queued })
}

/** @param {string} state */
const noQueue = (state) =>
  say("You are %(state)s, but for no queue: nothing can be offered. Ask who sets up your queues.", { state })

/** @param {string} state @param {number} n @param {number|null} queued not known before the server has told it */
function serving(state, n, queued) {
  if (queued === null)
    return fill(
      ngettext("You are %(state)s for chat on %(n)s queue.", "You are %(state)s for chat on %(n)s queues.", n),
      { state, n },
    )
  return fill(
    ngettext(
      "You are %(state)s for chat on %(n)s queue (%(waiting)s waiting).",
      "You are %(state)s for chat on %(n)s queues (%(waiting)s waiting).",
      n,
    ),
    { state, n, waiting: queued },
  )
}

/**
 * The list without a contact.
 * @param {import("../state/store.js").Store} store @param {import("../lib/socket.js").Line} line @param {(state: string) => void} goTo
 * @returns {() => void} paints it
 */
export function createEmptyList(store, line, goTo) {
  const place = find("#empty")
  const button = at(place, "go")
  let go = ""
  button.addEventListener("click", () => goTo(go))
  return () => {
    const words = nothing(store.state, line.status)
    place.hidden = !words || Object.values(cards(store.state)).some((list) => list.length > 0)
    if (!words || place.hidden) return
    draw(place, words)
    go = words.go ?? ""
    button.hidden = go === ""
    setText(button, say("Go %(state)s", { state: go }))
  }
}

/** The pane beside it without one. @param {State} state @param {import("../lib/socket.js").Status} status */
export function drawEmptyTalk(state, status) {
  const words = nothing(state, status)
  if (words) draw(find("#nothing"), beside(state, words, status.kind === "live"))
}

/** @param {State} state @param {Words} words @param {boolean} live */
function beside(state, { title, text, go }, live) {
  const open = Object.values(state.agentContacts).some((row) => row.state === "connected" || row.state === "ended")
  if (open)
    return {
      title: gettext("No contact is chosen"),
      text: withKey(
        "next",
        gettext("Choose one in the list."),
        gettext("Choose one in the list, or press %(key)s."),
      ),
    }
  if (!live) return { title, text }
  if (go !== null) return { title: gettext("Nothing is open"), text }
  return {
    title: gettext("Nothing is open"),
    text: withKey(
      "keys",
      gettext("The next offer shows at the top of your list and rings until you answer."),
      gettext("The next offer shows at the top of your list and rings until you answer. Press %(key)s for the keys."),
    ),
  }
}

/** Single keys can be switched off, and be other ones. @param {string} action @param {string} without @param {string} words */
const withKey = (action, without, words) => (keysAreOn() && !matchMedia("(hover: none) and (pointer: coarse)").matches ? fill(words, { key: keyOf(action) }) : without)

/** @param {Element} place @param {{title: string, text: string}} words */
function draw(place, { title, text }) {
  setText(at(place, "title"), title)
  setText(at(place, "text"), text)
}
