// @ts-check
/** What has happened that the agent may not have seen, as far as the desk's own state tells it. Pure. */
import { agentContactKey } from "./apply.js"
import { isOwn } from "./cards.js"
import { handingOf } from "./handing.js"

/**
 * @typedef {import("../lib/types.js").State} State
 * @typedef {import("../lib/types.js").AgentContact} AgentContact
 * @typedef {import("../lib/types.js").Conversation} Conversation
 * @typedef {Object} News
 * @property {string} key  The same happening has the same key, from whichever frame it is seen.
 * @property {"missed"|"declined"|"unanswered"|"withdrawn"|"ended"|"failed"|"line"|"state"} kind
 * @property {string} contactId  Empty: it is about the desk.
 * @property {string} name  The customer's.
 * @property {import("../lib/i18n.js").Why|string|null} why  A missed offer's or a failed message's cause; a contact's chats/contact_state.py reason.
 * @property {string} to  Whom it was to be handed on to.
 * @property {string} at
 * @property {boolean} read
 * @property {{seconds: number, count: number}|null} gap  How long the line was cut and what was caught up.
 */

/** How many are kept: a shift's worth. */
export const MOST = 50

/** Endings that are not the agent's own doing. */
const OTHERS_DOING = ["supervisor", "customer", "chatEnded", "removed", "silent", "tokenOver", "lost", "notJoined"]

/**
 * What was known and what is new; the newest first. The very same list when nothing is new.
 * @param {News[]} known @param {News[]} found @returns {News[]}
 */
export function gathered(known, found) {
  const keys = new Set(known.map(({ key }) => key))
  const all = [...known, ...found.filter(({ key }) => !keys.has(key))]
  const kept = all.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at)).slice(0, MOST)
  return kept.length === known.length && kept.every((one) => keys.has(one.key)) ? known : kept
}

/** Cuts of several tabs' lines that are over within so long are one, in milliseconds. */
const ONE_CUT = 30_000

/**
 * What this tab knows and what another tab of the same agent does: read in one is read in all. The very same list when
 * nothing is new.
 * @param {News[]} known @param {News[]} others @returns {News[]}
 */
export function merged(known, others) {
  const isRead = (/** @type {News} */ one) => !one.read && others.some((other) => other.read && isSame(one, other))
  const mine = known.some(isRead) ? known.map((one) => (isRead(one) ? { ...one, read: true } : one)) : known
  return gathered(mine, others.filter((one) => !known.some((other) => isSame(one, other))))
}

/** @param {News} one @param {News} other */
const isSame = (one, other) =>
  one.key === other.key ||
  (one.kind === "line" && other.kind === "line" && Math.abs(Date.parse(one.at) - Date.parse(other.at)) < ONE_CUT)

/** @param {News[]} news */
export const unreadNews = (news) => news.filter(({ read }) => !read).length

/** @param {News[]} news @returns {News[]} */
export const allRead = (news) => (unreadNews(news) === 0 ? news : news.map((one) => ({ ...one, read: true })))

/**
 * Where its contact is now: on the desk, or, of those that this agent served, in their history; empty: nowhere to go.
 * @param {News} one @param {boolean} onDesk @returns {"desk"|"history"|""}
 */
export function wayTo({ kind, contactId }, onDesk) {
  if (!contactId) return ""
  if (onDesk) return "desk"
  return kind === "missed" ? "" : "history"
}

/** The line is back. @param {{seconds: number, count: number}} gap @param {string} at @returns {News} */
export const lineCut = (gap, at) => ({ ...EMPTY, key: `line ${at}`, kind: "line", at, gap })

/** What can be told of the desk as it is now. @param {State} state @returns {News[]} */
export function newsOf(state) {
  const ofContacts = Object.values(state.agentContacts).flatMap((row) => {
    const held = state.conversations[row.initialContactId]
    const contact = held?.contacts[row.contactId]
    const about = { ...EMPTY, contactId: row.contactId, name: contact?.customerName || row.customerName }
    return [...ofRow(row, contact, about), ...ofMessages(state, row, held, about)]
  })
  return [...ofState(state.agent), ...ofContacts]
}

/** The server has put the agent where nothing is offered. @param {State["agent"]} agent @returns {News[]} */
function ofState(agent) {
  if (!agent?.stateWhy) return []
  const { stateSince: at, stateWhy: why, state } = agent
  return [{ ...EMPTY, key: `state ${at}`, kind: "state", name: state.name, why, at }]
}

/** @type {News} */
const EMPTY = { key: "", kind: "line", contactId: "", name: "", why: null, to: "", at: "", read: false, gap: null }

/**
 * @param {AgentContact} row @param {import("../lib/types.js").Contact|undefined} contact @param {News} about
 * @returns {News[]}
 */
function ofRow(row, contact, about) {
  const key = agentContactKey(row)
  if (row.state === "missed" || row.state === "error")
    return [{ ...about, key: `missed ${key}`, kind: "missed", why: row.why, at: row.endedAt ?? row.offeredAt }]
  const same = contact && contact.round === row.round && contact.endedAt === row.endedAt
  if (row.state === "ended" && row.endedAt && same && OTHERS_DOING.includes(contact.endReason))
    return [{ ...about, key: `ended ${key}`, kind: "ended", why: contact.endReason, at: row.endedAt }]
  const handing = handingOf(row, contact)
  const kind = handing && CAME_BACK[handing.kind]
  if (!kind || !handing.settledAt) return []
  return [{ ...about, key: `${kind} ${key} ${handing.askedAt}`, kind, why: handing.why, to: handing.to, at: handing.settledAt }]
}

/** @type {Partial<Record<import("./handing.js").Handing["kind"], News["kind"]>>} */
const CAME_BACK = { declined: "declined", missed: "unanswered", withdrawn: "withdrawn" }

/**
 * @param {State} state @param {AgentContact} row @param {Conversation|undefined} held @param {News} about
 * @returns {News[]}
 */
function ofMessages(state, row, held, about) {
  const known = Object.values(held?.outgoing ?? {}).filter((one) => one.state === "failed" && isOwn(one, state.me))
  const refused = Object.values(state.unsent).filter((one) => one.state === "refused")
  return [...known, ...refused]
    .filter((one) => one.contactId === row.contactId)
    .map((one) => ({ ...about, key: `failed ${one.clientToken}`, kind: "failed", why: one.why, at: one.createdAt }))
}
