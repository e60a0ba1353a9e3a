// @ts-check
/** The contact list: offers, my contacts as one listbox, missed ones; it never moves under the pointer or the focus. */
import { drawCard, drawMissed, drawOffer } from "./card.js"
import { at, clone, find, keep, make, setAttribute, setText } from "../lib/dom.js"
import { cards, holdOrder, viewing } from "../state/index.js"
import { createSteady } from "./scroll_anchor.js"
import { noOffer } from "./not_responding.js"
import { fill, gettext, ngettext, say } from "../lib/i18n.js"

/**
 * @typedef {import("../state/cards.js").Card} Card
 * @typedef {import("../state/cards.js").Desk} Cards
 * @typedef {"waiting"|"answered"|"ended"} Group
 */

/** @type {Group[]} */
const GROUPS = ["waiting", "answered", "ended"]
/** An offer that comes or goes moves the list where no pointer holds it: who was about to tap one thing shall not tap another. */
const GUARD = 400

/**
 * @param {import("../state/store.js").Store} store @param {import("../shell/commands.js").Desk} desk
 * @param {{me: number, draft: (card: Card) => string, chosen: (contactId: string) => void, accept: (contactId: string) => unknown,
 *   take: (contactId: string) => unknown}} around
 */
export function createContacts(store, desk, around) {
  const list = find("#list")
  const box = find("#cards")
  const steady = createSteady(find("#list-scroll"))
  let filter = "all"
  let pointer = false
  let shiftedAt = 0
  /** @type {Record<string, string[]>} */
  let shown = {}

  const held = () => pointer || list.contains(document.activeElement)
  const options = () => /** @type {HTMLElement[]} */ ([...box.querySelectorAll("[role=option]")])
  const open = (/** @type {HTMLElement} */ option) => around.chosen(option.dataset.contact ?? "")

  // A touch leaves no pointer behind that something could move under.
  list.addEventListener("pointerenter", (event) => {
    pointer = event.pointerType === "mouse"
    store.repaint()
  })
  list.addEventListener("pointerleave", () => {
    pointer = false
    store.repaint()
  })
  list.addEventListener("focusout", () => store.repaint())
  find("#moved").addEventListener("click", () => {
    shown = {}
    steady.toHead()
    store.repaint()
  })
  list.addEventListener("click", (event) => {
    if (event.isTrusted && event.timeStamp - shiftedAt < GUARD && event.detail > 0) return event.preventDefault()
    const target = event.target instanceof Element ? event.target : null
    const option = target?.closest("[role=option]")
    if (option instanceof HTMLElement) open(option)
    const button = target?.closest("[data-do]")
    if (button instanceof HTMLElement) act(desk, around, button)
    const choice = target?.closest("[data-filter]")
    if (choice instanceof HTMLElement) {
      filter = choice.dataset.filter ?? "all"
      shown = {}
      store.repaint()
    }
  })
  at(find("#no-offer"), "go").addEventListener("click", ({ currentTarget }) => {
    if (currentTarget instanceof HTMLElement) void desk.setState(currentTarget.dataset.state ?? "")
  })
  box.addEventListener("keydown", (event) => {
    if (event.target instanceof HTMLElement && event.key === "Enter") return open(event.target)
    const all = options()
    const here = all.indexOf(/** @type {HTMLElement} */ (event.target))
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: all.length - 1 }[event.key]
    if (to === undefined || event.altKey || !all[to]) return
    event.preventDefault()
    all[to].focus()
    void desk.view(all[to].dataset.contact ?? "")
  })

  return {
    /** The cards in the order they are shown in: what J, K and the digits walk through. @returns {string[]} */
    order: () => options().map((option) => option.dataset.contact ?? ""),
    /** Move the focus with the view when it is in the list. @param {string} contactId */
    follow(contactId) {
      if (box.contains(document.activeElement))
        options()
          .find((option) => option.dataset.contact === contactId)
          ?.focus()
    },
    /** Without a card it is the list itself that has the focus, until it leaves: a click beside the cards gives it none. */
    focus() {
      list.tabIndex = -1
      list.addEventListener("blur", () => list.removeAttribute("tabindex"), { once: true })
      list.focus()
    },
    paint() {
      let moved = 0
      const focused = list.querySelector(":focus-visible")
      steady.paint(held(), () => (moved = draw()))
      // What the keys were at is gone: the next Tab shall not begin at the head of the page.
      if (focused && !focused.isConnected) (options().find((one) => one.tabIndex === 0) ?? find("#talk")).focus()
      drawMoved(moved)
    },
  }

  /** @returns {number} how many cards would stand elsewhere were the list not held */
  function draw() {
    const now = cards(store.state)
    if (drawOffers(now, store.state.agent)) shiftedAt = performance.now()
    const holds = held() ? shown : null
    const { order, moved } = drawGroups(
      box,
      filtered(now, filter, new Set(Object.values(holds ?? {}).flat())),
      holds,
      (card) => ({ card, draft: card.state === "connected" ? around.draft(card) : "", me: around.me }),
      viewing(store.state),
    )
    shown = order
    keep(at(find("#missed"), "cards"), filter === "all" ? now.missed : [], keyOf, () => clone("t-missed"), (element, card) =>
      drawMissed(element, card, store.state.takeable.includes(card.contactId)),
    )
    find("#missed").hidden = now.missed.length === 0 || filter !== "all"
    drawHead(now, filter, store.state.agent)
    return moved
  }
}

/**
 * One rings, in a place that neither the list nor the pointer changes; the others come when it is answered.
 * @param {Cards} now @param {import("../lib/types.js").Agent|null} agent @returns {boolean} another one stands there
 */
function drawOffers(now, agent) {
  const [first, ...others] = now.offers
  const box = find("#offers")
  const before = box.firstElementChild?.getAttribute("data-key") ?? ""
  keep(box, first ? [first] : [], keyOf, createOffer, drawOffer)
  const more = find("#offers-more")
  more.hidden = others.length === 0
  const names = others.map(({ name }) => name || gettext("Customer")).join(", ")
  setText(more, fill(ngettext("%(n)s more: %(names)s", "%(n)s more: %(names)s", others.length), { n: others.length, names }))
  const none = find("#no-offer")
  none.hidden = first !== undefined
  if (agent) drawNone(none, noOffer(agent))
  find("#list-scroll").hidden = agent === null
  find("#offers-place").hidden = agent === null || Object.values(now).every((list) => list.length === 0)
  return before !== (first ? keyOf(first) : "")
}

/** @param {HTMLElement} none @param {ReturnType<typeof noOffer>} words */
function drawNone(none, { text, go, stopped }) {
  none.classList.toggle("is-stopped", stopped)
  setText(at(none, "words"), text)
  at(none, "go").hidden = go === ""
  at(none, "go").dataset.state = go
  setText(at(none, "go"), go && say("Go %(state)s", { state: go }))
}

/** @param {import("../shell/commands.js").Desk} desk @param {{accept: (contactId: string) => unknown, take: (contactId: string) => unknown}} around @param {HTMLElement} button */
function act(desk, { accept, take }, button) {
  const contactId = /** @type {HTMLElement} */ (button.closest("[data-contact]")).dataset.contact ?? ""
  if (button.dataset.do === "accept") void accept(contactId)
  if (button.dataset.do === "take") void take(contactId)
  if (button.dataset.do === "decline") void desk.decline(contactId)
  if (button.dataset.do === "clear") void desk.clear(contactId)
}

/**
 * What is held is shown, also when it has just been read or answered.
 * @param {Cards} now @param {string} filter @param {Set<string>} held @returns {Record<Group, Card[]>}
 */
function filtered({ waiting, answered, ended }, filter, held) {
  const fits = (/** @type {Card} */ card) =>
    filter === "all" || held.has(card.key) || (filter === "unread" ? card.unread > 0 : card.waitingSince !== null)
  return { waiting: waiting.filter(fits), answered: answered.filter(fits), ended: ended.filter(fits) }
}

/**
 * @param {HTMLElement} box @param {Record<Group, Card[]>} groups
 * @param {Record<string, string[]>|null} hold the order on screen when it must stay
 * @param {(card: Card) => {card: Card, draft: string, me: number}} dressed @param {string} inView
 */
function drawGroups(box, groups, hold, dressed, inView) {
  const wanted = Object.fromEntries(GROUPS.map((group) => [group, groups[group].map(keyOf)]))
  const { order, moved } = hold ? holdOrder(hold, wanted) : { order: wanted, moved: 0 }
  const byKey = new Map(
    Object.values(groups)
      .flat()
      .map((card) => [card.key, card]),
  )
  for (const group of GROUPS) {
    const list = order[group].flatMap((key) => byKey.get(key) ?? [])
    const place = find(`#cards-${group}`, box)
    place.hidden = list.length === 0
    keep(
      at(place, "cards"),
      list,
      keyOf,
      () => clone("t-card"),
      (element, card) => drawCard(element, dressed(card), card.contactId === inView),
    )
  }
  box.hidden = byKey.size === 0
  rove(box)
  return { order, moved }
}

/** One tab stop: the focused card, else the chosen one, else the first. @param {HTMLElement} box */
function rove(box) {
  const options = /** @type {HTMLElement[]} */ ([...box.querySelectorAll("[role=option]")])
  const stop =
    options.find((one) => one === document.activeElement) ??
    options.find((one) => one.ariaSelected === "true") ??
    options[0]
  for (const option of options)
    if (option.tabIndex !== (option === stop ? 0 : -1)) option.tabIndex = option === stop ? 0 : -1
}

/** @param {number} moved how many cards would stand elsewhere */
function drawMoved(moved) {
  const pill = find("#moved")
  pill.hidden = moved === 0
  if (moved > 0) setText(at(pill, "words"), fill(ngettext("%(n)s moved", "%(n)s moved", moved), { n: moved }))
}

/** @param {Cards} now @param {string} filter @param {import("../lib/types.js").Agent|null} agent */
function drawHead(now, filter, agent) {
  const mine = [...now.waiting, ...now.answered, ...now.ended]
  const all = [...now.offers, ...mine, ...now.missed].length
  const filters = find("#filters")
  filters.hidden = all === 0
  setText(at(filters, "all"), String(all))
  setText(at(filters, "unread"), String(mine.filter((card) => card.unread > 0).length))
  setText(at(filters, "waiting"), String(now.waiting.length))
  for (const button of filters.querySelectorAll("button"))
    setAttribute(button, "aria-pressed", button.dataset.filter === filter)
  const none = { unread: gettext("You have read everything."), waiting: gettext("Nobody waits for your answer.") }[
    filter
  ]
  const empty = filter === "unread" ? !mine.some((card) => card.unread > 0) : now.waiting.length === 0
  find("#none").hidden = !none || !empty || all === 0
  if (none) setText(find("#none"), none)
  if (agent) drawCapacity(agent)
}

/** @param {import("../lib/types.js").Agent} agent */
function drawCapacity({ load, capacity }) {
  const place = find("#capacity")
  place.hidden = false
  setText(at(place, "words"), fill(gettext("%(load)s of %(capacity)s slots"), { load, capacity }))
  const slots = Array.from({ length: Math.min(capacity, 20) }, (_, i) => (i < load ? "i" : "b"))
  const bar = at(place, "slots")
  if (bar.dataset.slots !== slots.join("")) bar.replaceChildren(...slots.map((slot) => make(slot, "")))
  bar.dataset.slots = slots.join("")
}

/** @param {Card} card */
const keyOf = (card) => card.key

function createOffer() {
  return clone("t-offer")
}
