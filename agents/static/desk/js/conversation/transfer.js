// @ts-check
/** Handing a contact on: whom to, with which comment; and what came of it, in a line above the conversation. */
import { clockwise, now, since } from "../lib/clock.js"
import { at, find, icon, make, redraw, setText, typed } from "../lib/dom.js"
import { notice } from "../shell/notice.js"
import { createPicker } from "../composer/picker.js"
import { ranked } from "../state/fuzzy.js"
import { cardOf, isNews } from "../state/index.js"
import { stateName } from "../contacts/not_responding.js"
import { fill, gettext, ngettext, say, told } from "../lib/i18n.js"

/**
 * @typedef {import("../state/cards.js").Card} Card
 * @typedef {import("../state/handing.js").Handing} Handing
 * @typedef {{type: "agent"|"queue", id: string, name: string, state: import("../lib/types.js").AgentState|null,
 *   load: number|null, capacity: number|null, open: boolean|null, waiting: number|null,
 *   refusal: import("../lib/i18n.js").Why|null, isQuickConnect?: boolean}} Endpoint  A quick connect is Amazon Connect's: only its name is known.
 * @typedef {Endpoint & import("../composer/picker.js").Option} Choice
 */

/** Who is free changes: the list is asked for again while it is open. */
const EVERY = 5_000

/** @param {import("../state/store.js").Store} store @param {import("../shell/commands.js").Desk} desk */
export function createTransfer(store, desk) {
  const dialog = /** @type {HTMLDialogElement} */ (find("#transfer-dialog"))
  const input = /** @type {HTMLInputElement} */ (find("#transfer-search"))
  const comment = /** @type {HTMLTextAreaElement} */ (find("#transfer-comment"))
  const yes = /** @type {HTMLButtonElement} */ (at(dialog, "yes"))
  /** @type {Card|null} */
  let card = null
  /** @type {Choice[]|null} */
  let all = null
  /** @type {Choice|null} */
  let to = null
  let busy = false
  /** @type {ReturnType<typeof setInterval>|undefined} */
  let again

  const picker = createPicker(input, find("#transfer-list"), {
    options: (words) => ranked(all ?? [], words, (one) => one.name),
    draw: (element, one) => drawEndpoint(element, one, one.key === to?.key),
    choose(one) {
      to = one
      draw()
      picker.paint()
      comment.focus()
    },
  })

  const draw = () => {
    const none = at(dialog, "none")
    const fits = find("#transfer-list").childElementCount
    none.hidden = fits > 0
    setText(none, all === null ? gettext("Asking who is there…") : gettext("Nobody and no queue fits."))
    yes.disabled = busy
    setText(at(dialog, "word"), to ? say("Transfer to %(name)s", { name: to.name }) : gettext("Transfer"))
    setText(at(dialog, "how"), consequence())
  }

  const consequence = () => {
    if (card?.relayed) return gettext("Amazon Connect hands it on by a quick connect: your part ends at once.")
    return to?.type === "queue"
      ? gettext("It leaves your desk at once and waits in the queue, at the place its age gives it.")
      : gettext("A colleague is asked and may decline: until they accept, you serve the customer.")
  }

  const load = async () => {
    const asked = card
    if (!asked) return
    const found = await desk.endpoints(asked)
    if (!dialog.open || asked !== card) return
    if (typeof found === "string") return complain(found)
    all = found.map((one) => ({
      ...one,
      key: `${one.type}:${one.id}`,
      group: one.type === "agent" ? gettext("Colleagues") : gettext("Queues"),
      disabled: one.refusal !== null,
    }))
    if (to) to = all.find((one) => one.key === to?.key) ?? null
    picker.paint()
    draw()
  }

  /** What is wrong, where it is wrong. @param {string} text @param {HTMLElement} [field] */
  const complain = (text, field) => {
    const told = at(dialog, "refusal")
    setText(told, text)
    told.hidden = text === ""
    for (const one of [input, comment]) one.toggleAttribute("aria-invalid", one === field)
    field?.focus()
  }

  const submit = async () => {
    if (busy || !card) return
    if (!to) return complain(gettext("Choose a colleague or a queue first."), input)
    busy = true
    draw()
    const refusal = await desk.transfer(card, { type: to.type, id: to.id }, comment.value.trim())
    busy = false
    draw()
    if (refusal === "") dialog.close("done")
    else {
      complain(refusal, input)
      void load()
    }
  }

  find("#transfer-form").addEventListener("submit", (event) => {
    event.preventDefault()
    void submit()
  })
  comment.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void submit()
  })
  at(dialog, "no").addEventListener("click", () => dialog.close())
  dialog.addEventListener("close", () => clearInterval(again))
  // The contact may end, or leave the desk, while one is still looking for a colleague.
  store.watch((state) => {
    if (dialog.open && !busy && cardOf(state, card?.contactId ?? "")?.state !== "connected") {
      dialog.close()
      notice(gettext("This contact is not with you any more."))
    }
  })

  return (/** @type {Card} */ shown) => {
    if (shown.state !== "connected" || dialog.open) return
    if (shown.relayed && !desk.transfersInConnect())
      return notice(gettext("Amazon Connect gave you this contact: transfer it in the Contact Control Panel."))
    if (shown.handing?.kind === "asking")
      return notice(say("%(name)s is being asked already: wait for the answer, or take it back.", { name: shown.handing.to }))
    card = shown
    to = null
    all = null
    comment.value = ""
    complain("")
    setText(at(dialog, "title"), say("Transfer %(name)s", { name: card.name || gettext("the customer") }))
    at(dialog, "comment").hidden = card.relayed // Amazon Connect has none
    picker.clear()
    draw()
    dialog.showModal()
    input.focus()
    void load()
    again = setInterval(() => void load(), EVERY)
  }
}

/** @param {HTMLElement} element @param {Choice} one @param {boolean} chosen */
export function drawEndpoint(element, one, chosen) {
  element.classList.toggle("is-chosen", chosen)
  element.title = told(one.refusal)
  redraw(element, [one, chosen], () => [
    make("span", one.type === "queue" ? "pick__mark" : dotOf(one), ...(one.type === "queue" ? [icon("list")] : [])),
    make("bdi", "pick__name", one.name),
    make("span", "pick__about", about(one)),
    ...(chosen ? [icon("tick")] : []),
  ])
}

/** @param {Choice} one */
const dotOf = ({ state, disabled }) =>
  `dot ${disabled ? (state?.type === "not_routable" ? "dot--warn" : "") : "dot--ok"}`.trim()

/** How it is there; why not, when not. @param {Choice} one */
function about(one) {
  if (one.isQuickConnect) return gettext("quick connect")
  if (one.refusal) return whyNot(one)
  if (one.type === "agent")
    return fill(gettext("%(state)s, %(load)s of %(capacity)s chats"), {
      state: one.state ? stateName(one.state.name) : "",
      load: one.load ?? 0,
      capacity: one.capacity ?? 0,
    })
  const waiting = one.waiting ?? 0
  return waiting === 0
    ? gettext("open, nobody waits")
    : fill(ngettext("open, %(n)s waits", "open, %(n)s wait", waiting), { n: waiting })
}

/** The name stands beside it: the server's whole sentence is the title. @param {Choice} one */
function whyNot({ type, state, load, capacity, open, waiting, refusal }) {
  if (type === "queue") return open ? say("full: %(n)s wait", { n: waiting ?? 0 }) : gettext("closed")
  if (state && state.type !== "routable") return stateName(state.name)
  if (load !== null && capacity !== null && load >= capacity)
    return say("no room: %(load)s of %(capacity)s chats", { load, capacity })
  return state ? gettext("not there") : told(refusal)
}

// ---- the line above the conversation -----------------------------------------------------------------------------------

/**
 * @param {import("../shell/commands.js").Desk} desk
 * @param {{card: () => Card|null, ask: (card: Card) => void, repaint: () => void}} around
 */
export function createHandingLine(desk, { card: shown, ask, repaint }) {
  const line = find("#handing")
  /** What the agent has read and put away. @type {Set<string>} */
  const away = new Set()
  const sign = (/** @type {Card} */ card) => `${card.contactId}#${card.handing?.askedAt}#${card.handing?.kind}`
  line.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("[data-do]") : null
    const card = shown()
    if (!(button instanceof HTMLElement) || !card) return
    if (button.dataset.do === "back") void desk.cancelTransfer(card.contactId)
    if (button.dataset.do === "again") ask(card)
    if (button.dataset.do === "away") away.add(sign(card))
    repaint()
  })
  return (/** @type {Card|null} */ card, /** @type {boolean} */ followed) => {
    const handing = card?.handing ?? null
    const gone = card?.state === "ended" && !followed
    line.hidden = !card || !(gone || (handing && isNews(handing, now()) && !away.has(sign(card))))
    if (!card || line.hidden) return
    line.dataset.kind = gone ? "gone" : (handing?.kind ?? "")
    redraw(line, [handing, gone], () => (handing && !gone ? words(handing) : goneWords()))
    const clock = line.querySelector(".handing__for")
    if (clock && handing) setText(clock, clockwise(since(handing.askedAt)))
  }
}

function goneWords() {
  return [
    icon("lock"),
    make("p", "", gettext("The conversation is with whoever serves it now: what was said until then stays here until you are done.")),
  ]
}

/** @param {Handing} handing */
function words(handing) {
  const said = handing.comment ? [make("q", "", typed(handing.comment))] : []
  const told = make("p", "", make("b", "", sentence(handing)), ...said)
  if (handing.kind === "asking")
    return [icon("transfer"), told, make("span", "handing__for num"), button("back", gettext("Take back"))]
  if (handing.kind === "received" || handing.kind === "offered")
    return [icon("transfer"), told, ...(handing.kind === "received" ? [putAway()] : [])]
  return [icon("alert"), told, button("again", gettext("Transfer again")), putAway()]
}

/** @param {Handing} handing */
export function sentence({ kind, from, to, queued, why }) {
  const by = from || gettext("A colleague")
  if (kind === "asking") return say("%(name)s is asked to take over. Until then you serve.", { name: to })
  if (kind === "declined") return say("%(name)s declined: you go on serving.", { name: to })
  if (kind === "missed") return say("%(name)s did not answer: you go on serving.", { name: to })
  if (kind === "withdrawn") return say("The transfer to %(name)s is off: %(why)s.", { name: to, why: told(why) })
  if (queued) return say("%(name)s handed this on to the queue %(queue)s.", { name: by, queue: to })
  return kind === "offered"
    ? say("%(name)s hands this on to you.", { name: by })
    : say("%(name)s handed this on to you.", { name: by })
}

/** @param {string} what @param {string} word */
function button(what, word) {
  const element = make("button", "button button--s", word)
  element.setAttribute("type", "button")
  element.dataset.do = what
  return element
}

function putAway() {
  const element = button("away", "")
  element.className = "icon-button icon-button--s"
  element.setAttribute("aria-label", gettext("Put away"))
  element.append(icon("close"))
  return element
}
