// @ts-check
/** The five figures on top of the board, a queue's sparkline and its service level. */
import { icon, make, redraw, spoken } from "../lib/dom.js"
import { clockwise, since } from "../lib/clock.js"
import { gettext, ngettext, fill, say } from "../lib/i18n.js"
import { sparkline } from "../state/floor.js"

const SVG = "http://www.w3.org/2000/svg"
export const DASH = "–"

/** @param {HTMLElement} place @param {any} kpis */
export function drawFigures(place, kpis) {
  if (!kpis) return
  const late = kpis.oldestSince && since(kpis.oldestSince) > kpis.oldestWithin
  const low = kpis.serviceLevel !== null && kpis.serviceLevel < kpis.target
  const wait = kpis.oldestSince ? timer(kpis.oldestSince) : [DASH]
  redraw(place, [kpis, late], () => [
    figure(gettext("Waiting"), [String(kpis.waiting)], waitingIn(kpis)),
    figure(gettext("Longest wait"), wait, longest(kpis, late), late),
    figure(gettext("Service level"), level(kpis.serviceLevel), goal(kpis), low),
    figure(gettext("Agents available"), [String(kpis.available), small(say("of %(n)s", { n: kpis.signedIn }))], slots(kpis)),
    figure(gettext("Open chats"), [String(kpis.open)], awaiting(kpis)),
  ])
}

/** @param {string} name @param {(string|Node)[]} value @param {(string|Node)[]} more @param {boolean} [bad] */
function figure(name, value, more, bad = false) {
  const block = make("div", bad ? "is-bad" : "", make("dt", "", name))
  block.append(make("dd", "num", ...value), make("dd", "kpis__more", ...(bad ? [icon("alert"), make("span", "", ...more)] : more)))
  return block
}

const small = (/** @type {string} */ text) => make("small", "", ` ${text}`)

/** @param {string} iso */
function timer(iso) {
  const time = make("span", "", clockwise(since(iso)))
  time.dataset.since = iso
  return [time]
}

/** @param {any} kpis */
function waitingIn(kpis) {
  if (kpis.waiting === 0) return [gettext("nobody waits")]
  return [fill(ngettext("in %(n)s of %(all)s queue", "in %(n)s of %(all)s queues", kpis.queues), { n: kpis.waitingQueues, all: kpis.queues })]
}

/** @param {any} kpis @param {boolean} late */
function longest(kpis, late) {
  if (!kpis.oldestSince) return [gettext("nobody waits")]
  const limit = { queue: kpis.oldestQueue, limit: clockwise(kpis.oldestWithin) }
  return [late ? say("%(queue)s, limit %(limit)s", limit) : kpis.oldestQueue]
}

/** @param {number|null} value */
const level = (value) => (value === null ? [DASH] : [String(value), small("%")])

/** @param {any} kpis */
function goal(kpis) {
  return [kpis.target === null ? gettext("nothing was offered") : say("goal %(goal)s %", { goal: kpis.target })]
}

/** @param {any} kpis */
function slots(kpis) {
  const free = fill(ngettext("%(n)s free slot", "%(n)s free slots", kpis.freeSlots), { n: kpis.freeSlots })
  return [`${free} · ${say("%(idle)s idle, %(busy)s busy", { idle: kpis.idle, busy: kpis.available - kpis.idle })}`]
}

/** @param {any} kpis */
function awaiting(kpis) {
  if (kpis.awaiting === 0) return [gettext("all answered")]
  return [fill(ngettext("%(n)s waits for an answer", "%(n)s wait for an answer", kpis.awaiting), { n: kpis.awaiting })]
}

/** How many waited over the last hour. @param {number[]} values */
export function spark(values) {
  const { line, last } = sparkline(values)
  const svg = shape("svg", { class: "spark", viewBox: "0 0 98 24", role: "img" })
  const told = { first: values[0], last: values[values.length - 1], most: Math.max(...values) }
  svg.setAttribute("aria-label", say("Waiting in the last 60 minutes: from %(first)s to %(last)s, at most %(most)s", told))
  svg.append(shape("path", { class: "spark__base", d: "M2 21h92" }), shape("path", { d: line }))
  svg.append(shape("circle", { cx: "94", cy: String(last), r: "2" }))
  return svg
}

/** @param {string} tag @param {Record<string, string>} attributes */
function shape(tag, attributes) {
  const element = document.createElementNS(SVG, tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  return element
}

/** A queue's service level against its goal. @param {number|null} value @param {number} target @returns {(Node|string)[]} */
export function levelBar(value, target) {
  if (value === null) return [make("span", "quiet", DASH, spoken(gettext("nothing was offered")))]
  const bar = make("span", value < target ? "level is-low" : "level", make("i", ""))
  bar.setAttribute("aria-hidden", "true")
  ;/** @type {HTMLElement} */ (bar.firstElementChild).style.inlineSize = `${value}%`
  const number = make("span", "num", say("%(n)s %", { n: value }))
  number.title = say("goal %(goal)s %", { goal: target })
  return [bar, number, ...(value < target ? [spoken(` ${gettext("under the goal")}`)] : [])]
}
