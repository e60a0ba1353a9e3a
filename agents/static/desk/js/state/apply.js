// @ts-check
/** apply(state, frame) -> state: the only place where what the server tells becomes what the desk knows. Pure. */
import { byTime, inOrder, withItem } from "./items.js"

/**
 * @typedef {import("../lib/types.js").State} State
 * @typedef {import("../lib/types.js").Frame} Frame
 * @typedef {import("../lib/types.js").Conversation} Conversation
 * @typedef {import("../lib/types.js").Item} Item
 */

/** agents/protocol/, TypingParams: it holds for 12 s or until their next message. */
const TYPING_HOLDS = 12_000

/** @type {State} */
export const EMPTY = Object.freeze({
  me: null,
  cursors: {},
  agent: null,
  queued: null,
  takeable: [],
  agentContacts: {},
  viewing: "",
  wanted: null,
  conversations: {},
  closed: {},
  typing: {},
  unsent: {},
  whispers: {},
  supervisors: Object.freeze([]),
  connect: null,
})

/** @type {Record<string, (state: State, params: any, now: number) => State>} */
const CHANGES = {
  agent: (state, { agent }) => ({ ...state, agent }),
  agentContact: (state, { agentContact }) =>
    withAgentContact(withSupervisors(state, (agentContact.watchedBy ?? []).map(idOf)), agentContact),
  viewContact: (state, { contactId }) => ({
    ...state,
    viewing: contactId,
    wanted: state.wanted === contactId ? null : state.wanted,
  }),
  contact: (state, { stream, contact }) =>
    withConversation(contact.state === "ENDED" ? withoutTypingIn(state, contact.contactId) : state, stream, (held) => ({
      ...held,
      contacts: { ...held.contacts, [contact.contactId]: contact },
    })),
  item: (state, { stream, item }) => withConversation(quiet(state, item), stream, (held) => addItem(held, item)),
  receipt: (state, { stream, receipt }) =>
    withConversation(state, stream, (held) => ({
      ...held,
      receipts: { ...held.receipts, [receiptKey(receipt)]: receipt },
    })),
  outgoing: (state, { stream, outgoing }) =>
    withConversation(without(state, "unsent", outgoing.clientToken), stream, (held) => addOutgoing(held, outgoing)),
  note: (state, { stream, note }) => withConversation(state, stream, (held) => addNote(held, note)),
  whisper: (state, { stream, whisper }) => ({
    ...state,
    whispers: { ...state.whispers, [stream]: [...(state.whispers[stream] ?? []), whisper] },
  }),
}

/**
 * @param {State} state @param {Frame} frame @param {number} [now] the server's clock, for what holds only a while
 * @returns {State}
 */
export function apply(state, frame, now = 0) {
  const { method, params } = frame
  if (method === "typing") return withTyping(state, params, now)
  if (method === "queues") return { ...state, queued: params.waiting, takeable: params.missed ?? [] }
  if (method === "closedStream") return forget(state, params.stream)
  if (method !== "snapshot" && !Object.hasOwn(CHANGES, method)) return state
  const cursor = state.cursors[params.stream]
  if (cursor !== undefined && params.seq <= cursor) return state
  if (method === "snapshot") return numbered(snapshot(state, params), params)
  // Without a snapshot to stand on, a change would be a hole nobody sees: take neither it nor its number.
  if (cursor === undefined) return state
  return numbered(CHANGES[method](state, params, now), params)
}

/** @param {State} state @param {{stream: string, seq: number}} params @returns {State} */
const numbered = (state, { stream, seq }) => ({ ...state, cursors: { ...state.cursors, [stream]: seq } })

/** @param {State} state @param {any} params @returns {State} */
function snapshot(state, { stream, agent, conversation, whispers }) {
  if (agent) return ofAgent(state, agent)
  if (whispers) return { ...state, whispers: { ...state.whispers, [stream]: whispers.whispers ?? whispers } }
  const id = conversationId(stream)
  return {
    ...state,
    closed: without(state, "closed", id).closed,
    conversations: { ...state.conversations, [id]: ofConversation(conversation, state.conversations[id]) },
    unsent: withoutKnown(state.unsent, conversation.outgoing),
  }
}

/** @param {State} state @param {import("../lib/types.js").AgentSnapshot} agent @returns {State} */
function ofAgent(state, agent) {
  const rows = agent.contacts.filter((row) => row.state !== "cleared")
  const watching = agent.contacts.flatMap((row) => (row.watchedBy ?? []).map(idOf))
  return {
    ...withSupervisors(state, watching),
    agent: agent.agent,
    viewing: agent.viewing,
    agentContacts: Object.fromEntries(rows.map((row) => [agentContactKey(row), row])),
  }
}

/**
 * @param {import("../lib/types.js").ConversationSnapshot} told
 * @param {Conversation|undefined} before  What is only ours to know (which bubble became which item) stays.
 * @returns {Conversation}
 */
function ofConversation(told, before) {
  return {
    contacts: Object.fromEntries(told.contacts.map((contact) => [contact.contactId, contact])),
    items: inOrder(told.items),
    earlier: told.earlier,
    outgoing: Object.fromEntries(told.outgoing.filter(isUnderWay).map((one) => [one.clientToken, one])),
    receipts: Object.fromEntries(told.receipts.map((receipt) => [receiptKey(receipt), receipt])),
    notes: Object.fromEntries((told.notes ?? []).map((note) => [note.noteId, note])),
    tokens: before?.tokens ?? {},
    gap: before?.gap ?? null,
  }
}

/** @param {State} state @param {import("../lib/types.js").AgentContact} row @returns {State} */
function withAgentContact(state, row) {
  const key = agentContactKey(row)
  if (row.state === "cleared") return withoutDone(without(state, "agentContacts", key), row.initialContactId)
  return withoutDone({ ...state, agentContacts: { ...state.agentContacts, [key]: row } }, row.initialContactId)
}

/** @param {State} state @param {string} stream @param {(held: Conversation) => Conversation} change @returns {State} */
function withConversation(state, stream, change) {
  const id = conversationId(stream)
  return { ...state, conversations: { ...state.conversations, [id]: change(state.conversations[id]) } }
}

/** @param {Conversation} held @param {Item} item @returns {Conversation} */
function addItem(held, item) {
  // A change of an item from before the held tail: paging upwards will bring it, with all its neighbours.
  if (held.earlier && held.items.length > 0 && byTime(item, held.items[0]) < 0) return held
  return settle({ ...held, items: withItem(held.items, item) })
}

/** @param {Conversation} held @param {import("../lib/types.js").Outgoing} one @returns {Conversation} */
function addOutgoing(held, one) {
  const { [one.clientToken]: _, ...others } = held.outgoing
  if (one.state === "discarded") return { ...held, outgoing: others }
  const tokens = one.itemId ? { ...held.tokens, [one.itemId]: one.clientToken } : held.tokens
  if (one.kind === "DISCONNECT" && one.state === "sent") return { ...held, outgoing: others }
  return settle({ ...held, tokens, outgoing: { ...others, [one.clientToken]: one } })
}

/** @param {Conversation} held @param {import("../lib/types.js").Note} note @returns {Conversation} */
function addNote(held, note) {
  const { [note.noteId]: _, ...others } = held.notes
  return { ...held, notes: note.deleted ? others : { ...held.notes, [note.noteId]: note } }
}

/** A sent message whose item is here has become that item. @param {Conversation} held @returns {Conversation} */
function settle(held) {
  const entries = Object.entries(held.outgoing)
  if (entries.length === 0) return held
  const here = new Set(held.items.map((item) => item.Id))
  const left = entries.filter(([, one]) => !(one.state === "sent" && one.itemId && here.has(one.itemId)))
  return left.length === entries.length ? held : { ...held, outgoing: Object.fromEntries(left) }
}

/** @param {import("../lib/types.js").Outgoing} one */
const isUnderWay = (one) => one.state !== "sent" && one.state !== "discarded"

/** @param {State["unsent"]} unsent @param {import("../lib/types.js").Outgoing[]} outgoing */
function withoutKnown(unsent, outgoing) {
  const known = new Set(outgoing.map((one) => one.clientToken))
  return Object.fromEntries(Object.entries(unsent).filter(([token]) => !known.has(token)))
}

/** @param {State} state @param {any} params @param {number} now @returns {State} */
function withTyping(state, { participantId, contactId, displayName, role }, now) {
  const typing = { participantId, contactId, name: displayName, role, until: now + TYPING_HOLDS }
  const known = role === "SUPERVISOR" ? withSupervisors(state, [Number(participantId.slice("user:".length))]) : state
  return { ...known, typing: { ...known.typing, [participantId]: typing } }
}

/** @param {import("../lib/types.js").Author} author */
const idOf = ({ id }) => id

/** Who was seen to supervise goes on being known: their words stay theirs. @param {State} state @param {number[]} ids @returns {State} */
export function withSupervisors(state, ids) {
  const fresh = ids.filter((id) => !state.supervisors.includes(id))
  return fresh.length === 0 ? state : { ...state, supervisors: [...state.supervisors, ...fresh] }
}

/** Events after which a participant is not in the chat any more. */
const GONE = ["participant.left", "participant.autodisconnection"]

/** Who has said something is no longer typing it; nor is who has left, nor anybody in a chat that has ended. @param {State} state @param {Item} item */
function quiet(state, item) {
  const event = item.Type === "EVENT" ? item.ContentType.split(".event.").at(-1) ?? "" : ""
  if (event === "chat.ended") return withoutTypingIn(state, item.ContactId)
  if (!item.ParticipantId || (item.Type === "EVENT" && !GONE.includes(event))) return state
  return without(state, "typing", item.ParticipantId)
}

/** @param {State} state @param {string} contactId @returns {State} */
function withoutTypingIn(state, contactId) {
  const left = Object.entries(state.typing).filter(([, one]) => one.contactId !== contactId)
  return left.length === Object.keys(state.typing).length ? state : { ...state, typing: Object.fromEntries(left) }
}

/** Typing that was not renewed is over. @param {State} state @param {number} now @returns {State} */
export function expire(state, now) {
  const left = Object.entries(state.typing).filter(([, typing]) => typing.until > now)
  return left.length === Object.keys(state.typing).length ? state : { ...state, typing: Object.fromEntries(left) }
}

/**
 * What was said until a contact was handed on stays readable until its card is done; what is said then is the receiver's.
 * @param {State} state @param {string} stream @returns {State}
 */
function forget(state, stream) {
  const left = without(without(state, "cursors", stream), "whispers", stream)
  if (!stream.startsWith("conversation:")) return left
  const id = conversationId(stream)
  const held = state.conversations[id]
  const closed = held ? { ...state.closed, [id]: { ...held, earlier: false } } : state.closed
  return withoutDone(without({ ...left, closed }, "conversations", id), id)
}

/** @param {State} state @param {string} id @returns {State} */
function withoutDone(state, id) {
  // The frame that ends the card may come after the one that closes its conversation.
  const isHere = Object.values(state.agentContacts).some(
    (row) => row.initialContactId === id && (row.state === "connected" || row.state === "ended"),
  )
  return isHere ? state : without(state, "closed", id)
}

/**
 * What this tab may show of a card's conversation.
 * @param {State} state @param {{initialContactId: string, state: string}} card @returns {Conversation|undefined}
 */
export const heldFor = ({ conversations, closed }, { initialContactId: id, state }) =>
  conversations[id] ?? (state === "ended" ? closed[id] : undefined)

/**
 * A page of the transcript from before the held tail.
 * @param {State} state @param {string} initialContactId @param {Item[]} items @param {boolean} more @returns {State}
 */
export function earlier(state, initialContactId, items, more) {
  if (!state.conversations[initialContactId]) return state
  return withConversation(state, `conversation:${initialContactId}`, (held) => ({
    ...held,
    earlier: more,
    items: items.reduce(withItem, held.items),
  }))
}

/**
 * The line was cut for so long; what has come since `before` is what was caught up.
 * @param {State} before @param {State} after @param {number} seconds @returns {State}
 */
export function caughtUp(before, after, seconds) {
  const marked = Object.entries(after.conversations).map(([id, held]) => {
    const known = before.conversations[id]
    if (!known) return [id, held]
    const ids = new Set(known.items.map((item) => item.Id))
    const ours = { ...known.outgoing, ...before.unsent } // a bubble of this tab that has meanwhile become an item
    const missed = held.items.filter(
      (item) => !ids.has(item.Id) && item.Type !== "EVENT" && !Object.hasOwn(ours, held.tokens[item.Id] ?? ""),
    )
    return [id, { ...held, gap: { afterId: known.items.at(-1)?.Id ?? null, seconds, count: missed.length } }]
  })
  return { ...after, conversations: Object.fromEntries(marked) }
}

/** Show a contact at once; the server's word follows. @param {State} state @param {string} contactId @returns {State} */
export const wantView = (state, contactId) => ({ ...state, wanted: contactId === state.viewing ? null : contactId })

/** The server did not follow: its word stands. @param {State} state @param {string} contactId @returns {State} */
export const withoutWanted = (state, contactId) => (state.wanted === contactId ? { ...state, wanted: null } : state)

/** @param {string} stream */
const conversationId = (stream) => stream.slice("conversation:".length)

/** A contact may be offered twice in one round: the time of the offer tells them apart. @param {{contactId: string, round: number, offeredAt: string}} row */
export const agentContactKey = (row) => `${row.contactId}#${row.round}#${row.offeredAt}`

/** @param {import("../lib/types.js").Receipt} receipt */
const receiptKey = (receipt) => `${receipt.contactId}#${receipt.participantId}`

/**
 * @template {keyof State} Room
 * @param {State} state @param {Room} room @param {string} key @returns {State}
 */
function without(state, room, key) {
  const held = /** @type {Record<string, any>} */ (state[room])
  if (!(key in held)) return state
  const { [key]: _, ...others } = held
  return { ...state, [room]: others }
}
