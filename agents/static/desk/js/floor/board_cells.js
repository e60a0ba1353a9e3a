// @ts-check
/** What stands in each cell of the board's tables. */
import { clockwise, date, hour, since } from "../lib/clock.js"
import { icon, make, spoken, typed } from "../lib/dom.js"
import { fill, gettext, ngettext, say, told } from "../lib/i18n.js"
import { DASH, levelBar, spark } from "./figures.js"

/** @typedef {import("../lib/i18n.js").Why} Why */
/** @typedef {{className?: string, label?: string, head?: boolean, inside: (Node|string)[]}} Cell */

/** @param {string} text */
const quiet = (text) => make("span", "quiet", text)
/** @param {string} iso */
function clock(iso) {
  const time = make("span", "", clockwise(since(iso)))
  time.dataset.since = iso
  return time
}
/** @param {string} iso @param {string} title */
function waits(iso, title) {
  const time = make("span", "timer")
  time.dataset.waitsSince = iso
  time.title = title
  return time
}
/** @param {number|null} value @param {(n: number) => string} how */
const orDash = (value, how) => (value === null ? quiet(DASH) : make("span", "", how(value)))
/** @param {number|null} seconds */
const taken = (seconds) => orDash(seconds, clockwise)
/** @param {number|null} n */
const percent = (n) => orDash(n, (value) => say("%(n)s %", { n: value }))

/** A queue now. @param {any} row @returns {Cell[]} */
export const queueNow = (row) => [
  { head: true, inside: [typed(row.name)] },
  { className: "n", label: gettext("Waiting"), inside: [row.waiting ? make("b", "", String(row.waiting)) : quiet("0")] },
  { label: gettext("Last 60 min"), inside: [spark(row.spark)] },
  { className: "n", label: gettext("Oldest"), inside: [oldest(row)] },
  { label: gettext("Service level"), inside: levelBar(row.serviceLevel, row.target) },
  { className: "n", label: gettext("Available"), inside: [String(row.available), quiet(` ${say("of %(n)s", { n: row.staffed })}`)] },
  { className: "n", label: gettext("Open"), inside: [String(row.open)] },
]

/** A queue over the last hour. @param {any} row @returns {Cell[]} */
export const queueHour = (row) => [
  { head: true, inside: [typed(row.name)] },
  { className: "n", label: gettext("Abandoned"), inside: [String(row.abandoned), ...(row.abandonedRate === null ? [] : [quiet(` ${say("%(n)s %", { n: row.abandonedRate })}`)])] },
  { className: "n", label: gettext("Answered after"), inside: [taken(row.answerTime)] },
  { className: "n", label: gettext("Handle time"), inside: [taken(row.handleTime)] },
  { className: "n", label: gettext("Response time"), inside: [taken(row.responseTime)] },
  { label: gettext("Service level"), inside: levelBar(row.serviceLevel, row.target) },
]

/** @param {any} row */
function oldest(row) {
  if (!row.oldestSince) return make("span", "quiet", DASH, spoken(gettext("nobody waits")))
  return waits(row.oldestSince, say("to be answered within %(limit)s", { limit: clockwise(row.answerWithin) }))
}

const DOTS = { routable: "dot dot--ok", not_routable: "dot dot--warn", offline: "dot" }

/** @param {any} row @returns {Cell[]} */
export const agent = (row) => [
  { head: true, inside: [typed(row.name)] },
  { label: gettext("State"), inside: [stateOf(row)] },
  { className: "n", label: gettext("For"), inside: [clock(row.since)] },
  { label: gettext("Contacts"), inside: [loadOf(row)] },
  { className: "n if-wide", label: gettext("Occupancy"), inside: [percent(row.occupancy)] },
  { className: "n if-room", label: gettext("Not answered"), inside: [row.missed ? String(row.missed) : quiet("0")] },
  { className: "n if-widest", label: gettext("Last action"), inside: [clock(row.lastActionAt)] },
  actions("agent", row.name),
]

/** @param {any} row */
function stateOf(row) {
  const lost = !row.connected && row.state.type !== "offline"
  const dot = make("span", lost ? "dot" : DOTS[/** @type {keyof DOTS} */ (row.state.type)])
  const state = make("span", "is", dot, make("span", "", lost ? gettext("Connection lost") : row.state.name))
  if (lost) state.append(quiet(row.state.name))
  if (row.nextState) state.append(make("span", "then", icon("next", "flip"), spoken(gettext("next")), row.nextState.name))
  if (row.why) state.title = told(row.why)
  return state
}

/** @param {any} row */
function loadOf(row) {
  const slots = make("span", "slots")
  slots.setAttribute("aria-hidden", "true")
  for (let n = 0; n < Math.max(row.capacity, row.load); n += 1) slots.append(document.createElement(n < row.load ? "i" : "b"))
  return make("span", "load", slots, make("span", "num", say("%(n)s of %(all)s", { n: row.load, all: row.capacity })))
}

/** @type {Record<string, [string, string]>} */
const CONTACT_STATES = {
  WAITING: ["dot dot--warn", gettext("Waiting")],
  OFFERED: ["dot dot--warn", gettext("Offered")],
  CONNECTED: ["dot dot--ok", gettext("Connected")],
}

/** @param {string} pattern address of a contact, with "-" for its id @returns {(row: any) => Cell[]} */
export const contact = (pattern) => (row) => {
  const link = document.createElement("a")
  link.href = pattern.replace("/-/", `/${encodeURIComponent(row.contactId)}/`)
  link.append(typed(row.customerName || gettext("Customer")))
  const [dot, state] = CONTACT_STATES[row.state] ?? ["dot", row.state]
  return [
    { head: true, inside: [link, ...attention(row)] },
    { className: "if-room", label: gettext("State"), inside: [make("span", "is", make("span", dot), state)] },
    { label: gettext("Agent"), inside: servedBy(row) },
    { label: gettext("Queue"), inside: [typed(row.queue)] },
    { className: "n", label: gettext("Age"), inside: [row.startedAt ? clock(row.startedAt) : DASH] },
    { className: "n", label: gettext("Waits for an answer"), inside: [row.answerAwaitedSince ? waits(row.answerAwaitedSince, "") : quiet(gettext("answered"))] },
    actions("contact", row.customerName || gettext("Customer")),
  ]
}

/** Where there is no room for the state, what it says besides stands here. @param {any} row */
function servedBy({ agent, state }) {
  if (!agent) return [quiet(gettext("nobody yet"))]
  return state === "OFFERED" ? [typed(agent.name), make("span", "quiet if-tight", ` ${gettext("offered")}`)] : [typed(agent.name)]
}

/** What can be done to the row: chosen with others, or alone by the button that opens its menu. @param {"agent"|"contact"} kind @param {string} name @returns {Cell} */
function actions(kind, name) {
  const button = document.createElement("button")
  button.type = "button"
  button.className = "icon-button icon-button--s"
  button.dataset.act = kind
  button.setAttribute("aria-haspopup", "menu")
  button.setAttribute("aria-label", say("Actions for %(name)s", { name }))
  button.append(icon("more"))
  const box = document.createElement("input")
  box.type = "checkbox"
  box.className = "choose"
  box.dataset.choose = ""
  box.setAttribute("aria-label", say("Choose %(name)s", { name }))
  return { className: "do", inside: [box, button] }
}

/** Why somebody should look, and who does. @param {any} row @returns {Node[]} */
function attention(row) {
  const found = []
  if (row.attention) found.push(tagged("tag--bad", gettext("Attention"), told(row.attention)))
  if (row.help) found.push(tagged(row.help.takenBy ? "tag--plain" : "tag--bad", gettext("Help asked"), row.help.reason))
  if (row.watchers.length > 0) {
    const names = row.watchers.map((/** @type {{name: string}} */ one) => one.name).join(", ")
    found.push(tagged("tag--plain", "", say("Watched by %(names)s", { names }), "eye"))
  }
  return found
}

/** @param {string} look @param {string} words @param {string} title @param {string} [sign] */
function tagged(look, words, title, sign) {
  const tag = make("span", `tag ${look}`, ...(sign ? [icon(sign), spoken(title)] : [words]))
  tag.title = title
  return tag
}

/** @type {Record<string, string>} */
const CAUSES = {
  desk_lost_connection: gettext("Connection lost"),
  offer_not_shown: gettext("Not shown"),
  offer_in_background: gettext("In the background"),
  offer_left_in_background: gettext("Went to the background"),
  offer_shown_all_the_time: gettext("No reaction"),
  no_open_desk_for: gettext("No open desk"),
}

/** @param {any} row */
export function missedOffer(row) {
  const at = document.createElement("time")
  at.dateTime = row.at
  at.textContent = hour(row.at)
  at.title = date(row.at)
  const who = make("b", "", typed(row.customerName || gettext("Customer")))
  const line = make("p", "", who, ` ${say("to %(name)s", { name: row.agentName })}`)
  const now = row.with ? ` ${say("Now with %(name)s.", { name: row.with.name })}` : ""
  const why = told(row.why)
  line.append(make("span", "", `${why.charAt(0).toUpperCase()}${why.slice(1)}.${now}`))
  const cause = make("span", "tag tag--plain", CAUSES[row.cause] ?? gettext("Not answered"))
  return [at, line, cause]
}

/** @param {any} one */
export function stateChip(one) {
  const busy = one.type === "routable" && one.agents ? ` · ${say("%(idle)s idle, %(busy)s busy", { idle: one.agents - one.busy, busy: one.busy })}` : ""
  return [make("span", DOTS[/** @type {keyof DOTS} */ (one.type)] ?? "dot"), make("span", "", one.name), make("b", "num", String(one.agents)), quiet(busy)]
}

/** @param {number} n */
export const rowsMore = (n) => fill(ngettext("%(n)s more", "%(n)s more", n), { n })
