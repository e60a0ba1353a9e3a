// @ts-check
/** The contacts of the desk as cards, in the order in which they need the agent. Pure. */
import { agentContactKey, heldFor } from "./apply.js"
import { connectCards } from "./connect_cards.js"
import { facesOf } from "./item_renderers.js"
import { factsOf } from "./facts.js"
import { handingOf } from "./handing.js"
import { botPart } from "./items.js"
import { MARKDOWN } from "./markup.js"

/**
 * @typedef {import("../lib/types.js").State} State
 * @typedef {import("../lib/types.js").Item} Item
 * @typedef {import("../lib/types.js").AgentContact} AgentContact
 * @typedef {import("../lib/types.js").Conversation} Conversation
 * @typedef {Object} Card
 * @property {string} key
 * @property {string} contactId
 * @property {string} initialContactId
 * @property {AgentContact["state"]} state
 * @property {string} name
 * @property {string} queue
 * @property {import("../lib/i18n.js").Why|null} why
 * @property {string} endReason  chats/contact_state.py's code; empty while it lives.
 * @property {number} unread
 * @property {string|null} waitingSince  The customer waits for an answer since then.
 * @property {string|null} answeredAt
 * @property {string|null} queuedSince  Offered: nobody serves the customer, who waits for any agent since then.
 * @property {string} offeredAt
 * @property {string|null} ringsSince  Of several offers one rings, the others wait their turn.
 * @property {string|null} expiresAt
 * @property {string|null} acceptedAt
 * @property {string|null} endedAt
 * @property {{kind: "text"|"file"|"form"|"bot", text: string, by: import("../lib/types.js").Author|null}|null} last
 * @property {import("../lib/session_storage.js").Begun} draft  As the server has it.
 * @property {number} failed
 * @property {boolean} typing
 * @property {import("./handing.js").Handing|null} handing  Somebody hands it on.
 * @property {boolean} takesMarkdown  The chat does, as far as is known.
 * @property {boolean} relayed  Amazon Connect itself gave it to the agent.
 * @property {import("../composer/after_contact_work.js").Work} work  What came of it, as far as the server has it.
 * @property {string|null} acwUntil  Then after contact work ends by itself.
 * @property {import("../lib/types.js").Author[]} watchedBy  Supervisors who look on, as far as agents see it.
 * @property {import("./help.js").Help|null} help  The hand that is up.
 * @typedef {{offers: Card[], waiting: Card[], answered: Card[], ended: Card[], missed: Card[]}} Desk
 */

export { OVERDUE, SOON, urgency } from "./urgency.js"

/** The contact in view: what this tab has asked for, else what the server says. @param {State} state */
export const viewing = (state) => state.wanted ?? state.viewing

/**
 * Items of the customer that this agent has not read.
 * @param {Conversation|undefined} held @param {number} readNumber
 */
export function unread(held, readNumber) {
  const numbers = held ? factsOf(held).numbers : []
  const first = numbers.findLastIndex((number) => number <= readNumber) + 1
  return numbers.length - first
}

/** The customer's newest item when there is something to read: what a read receipt names. @param {State} state @param {string} contactId */
export function newestUnread(state, contactId) {
  const card = rowOf(state, contactId)
  const held = card && state.conversations[card.initialContactId]
  if (!card || !held || unread(held, card.readNumber) === 0) return null
  return factsOf(held).customers
}

/**
 * The first message of the customer that nobody has answered: the timer runs until somebody does, not until it is read.
 * @param {Conversation|undefined} held @returns {Item|null}
 */
export const waiting = (held) => (held ? factsOf(held).waiting : null)

/** The last words of a person: texts of the flow and of the portal are none. @param {Conversation|undefined} held @returns {Item|null} */
export const lastItem = (held) => (held ? factsOf(held).last : null)

/** @type {{state: State, desk: Desk}|null} */
let newest = null

/** The same cards, as the same objects, as long as nothing has changed in them. @param {State} state @returns {Desk} */
export function cards(state) {
  if (!newest || DEPENDS.some((room) => newest?.state[room] !== state[room])) newest = { state, desk: deskOf(state) }
  return newest.desk
}

/** @type {(keyof State)[]} */
const DEPENDS = ["agentContacts", "conversations", "closed", "typing", "unsent", "connect"]

/** @param {State} state @returns {Desk} */
function deskOf(state) {
  const rows = newestOffers(Object.values(state.agentContacts)).map((row) => cardFor(state, row))
  const are = (/** @type {string[]} */ ...states) => rows.filter((card) => states.includes(card.state))
  const connected = are("connected")
  const inConnect = connectCards(state.connect, (contactId) => rowOf(state, contactId) !== null)
  return {
    offers: [...are("connecting"), ...inConnect.offers].toSorted((a, b) => Number(a.expiresAt === null) - Number(b.expiresAt === null) || by("offeredAt")(a, b)),
    waiting: connected.filter((card) => card.waitingSince).toSorted(by("waitingSince")),
    answered: connected
      .filter((card) => !card.waitingSince)
      .toSorted(by("answeredAt"))
      .toReversed(),
    ended: are("ended").toSorted(by("endedAt")),
    missed: [...are("missed", "error"), ...inConnect.missed].toSorted(by("offeredAt")).toReversed(),
  }
}

/** What J, K and the digits walk through: offers have their own keys. @param {Desk} desk @returns {Card[]} */
export const inOrder = (desk) => [...desk.waiting, ...desk.answered, ...desk.ended]

/** @param {State} state @param {string} contactId @returns {Card|null} */
export function cardOf(state, contactId) {
  const row = rowOf(state, contactId)
  return row ? cardFor(state, row) : null
}

/** The newest the desk holds of this contact. @param {State} state @param {string} contactId */
export function rowOf(state, contactId) {
  const rows = Object.values(state.agentContacts).filter(
    (row) => row.contactId === contactId && row.state !== "rejected",
  )
  return newestOffers(rows)[0] ?? null
}

/**
 * A customer who comes back is offered again in the same contact: the newest offer is the one that matters.
 * @param {AgentContact[]} rows
 */
function newestOffers(rows) {
  /** @type {Map<string, AgentContact>} */
  const found = new Map()
  for (const row of rows) {
    const other = found.get(row.contactId)
    if (!other || isNewer(row, other)) found.set(row.contactId, row)
  }
  return [...found.values()]
}

/** @param {AgentContact} a @param {AgentContact} b */
const isNewer = (a, b) =>
  a.round > b.round || (a.round === b.round && Date.parse(a.offeredAt) > Date.parse(b.offeredAt))

/** @type {WeakMap<AgentContact, {held: Conversation|undefined, typing: boolean, failed: number, card: Card}>} */
const dealt = new WeakMap()

/** @param {State} state @param {AgentContact} row @returns {Card} */
function cardFor(state, row) {
  const held = heldFor(state, row)
  const typing = Object.values(state.typing).some((one) => one.contactId === row.contactId && one.role === "CUSTOMER")
  const failed = failures(state, held, row.contactId)
  const known = dealt.get(row)
  if (known && known.held === held && known.typing === typing && known.failed === failed) return known.card
  const card = newCard(row, held, typing, failed)
  dealt.set(row, { held, typing, failed, card })
  return card
}

/** @param {AgentContact} row @param {Conversation|undefined} held @param {boolean} typing @param {number} failed @returns {Card} */
function newCard(row, held, typing, failed) {
  const facts = held ? factsOf(held) : null
  return {
    key: agentContactKey(row),
    contactId: row.contactId,
    initialContactId: row.initialContactId,
    state: row.state,
    // The conversation learns it first: from the customer's own words, when the hand-over did not know it.
    name: held?.contacts[row.contactId]?.customerName || row.customerName,
    queue: row.queue,
    why: row.why,
    endReason: endReason(held, row),
    unread: unread(held, row.readNumber),
    waitingSince: row.state === "connected" ? (facts?.waiting?.AbsoluteTime ?? null) : null,
    answeredAt: facts?.answeredAt ?? null,
    queuedSince: queuedSince(held, row),
    offeredAt: row.offeredAt,
    ringsSince: row.ringsSince ?? null,
    expiresAt: row.expiresAt,
    acceptedAt: row.acceptedAt,
    endedAt: row.endedAt,
    last: preview(facts?.last ?? null),
    draft: { reply: row.draft?.text ?? "", note: row.draft?.note ?? "" },
    failed,
    typing,
    handing: handingOf(row, held?.contacts[row.contactId]),
    takesMarkdown: held?.contacts[row.contactId]?.contentTypes?.includes(MARKDOWN) ?? false,
    relayed: held?.contacts[row.contactId]?.relayed ?? false,
    work: { disposition: row.disposition || null, note: row.note ?? "" },
    acwUntil: row.acwUntil ?? null,
    watchedBy: row.watchedBy ?? [],
    help: row.help ?? null,
  }
}

/**
 * What a colleague hands on is served meanwhile: nobody waits.
 * @param {Conversation|undefined} held @param {AgentContact} row
 */
function queuedSince(held, row) {
  const contact = held?.contacts[row.contactId]
  return contact?.state === "WAITING" ? contact.waitingSince : null
}

/**
 * The contact may be in a newer round already, or have ended later, with a colleague it was handed on to.
 * @param {Conversation|undefined} held @param {AgentContact} row
 */
function endReason(held, row) {
  const contact = held?.contacts[row.contactId]
  return contact && contact.round === row.round && contact.endedAt === row.endedAt ? contact.endReason : ""
}

/** @param {State} state @param {Conversation|undefined} held @param {string} contactId */
function failures(state, held, contactId) {
  const known = Object.values(held?.outgoing ?? {}).filter(
    (one) => one.contactId === contactId && one.state === "failed" && isOwn(one, state.me),
  )
  const refused = Object.values(state.unsent).filter((one) => one.contactId === contactId && one.state === "refused")
  return known.length + refused.length
}

/**
 * What another agent of the contact could not send is no news on this agent's card; what the portal could not is.
 * @param {import("../lib/types.js").Outgoing} one @param {number|null} me
 */
export const isOwn = ({ author }, me) => me === null || author === null || author.id === me

/** @param {Item|null} item @returns {Card["last"]} */
function preview(item) {
  if (!item) return null
  const by = item.Author
  if (botPart(item)) return { kind: "bot", text: "", by }
  const [face] = facesOf(item)
  if (face.kind === "form") return { kind: "form", text: face.form.parts[0].title, by }
  if (face.kind === "broken") return { kind: "form", text: "", by }
  return { kind: face.kind === "file" ? "file" : "text", text: face.text, by }
}

/** @param {"offeredAt"|"waitingSince"|"answeredAt"|"endedAt"} field @returns {(a: Card, b: Card) => number} */
function by(field) {
  return (a, b) => time(a[field]) - time(b[field]) || (a.key < b.key ? -1 : 1)
}

/** @param {string|null} iso */
const time = (iso) => (iso === null ? 0 : Date.parse(iso))
