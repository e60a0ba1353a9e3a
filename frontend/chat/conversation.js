// @ts-check
/** The conversation as a plain value: apply() puts every item in its place once, in whatever order and however often it comes. */

import { gettext } from "../js/i18n.js"

/**
 * @typedef {{AttachmentId?: string, AttachmentName?: string, ContentType?: string, Status?: string}} Attachment
 * @typedef {{RecipientParticipantId?: string, DeliveredTimestamp?: string, ReadTimestamp?: string}} Receipt
 * @typedef {{Id: string, AbsoluteTime: string, Type: string, ContentType: string, Content?: string, ParticipantId?: string,
 *   ParticipantRole?: string, DisplayName?: string, Attachments?: Attachment[],
 *   MessageMetadata?: {MessageId?: string, Receipts?: Receipt[]}}} Item
 * @typedef {"waiting" | "sending" | "checked" | "failed"} Status `checked`: a file that Connect has and scans
 * @typedef {{clientToken: string, content: string, contentType: string, at: string, status: Status, reason?: string, id?: string,
 *   size?: number, attachmentId?: string}} Outgoing with a `size` it is a file, and `content` its name
 * @typedef {{name: string, at: string, until: number}} Typing
 * @typedef {{me: string, name: string, items: Item[], outgoing: Outgoing[], receipts: Record<string, "delivered" | "read">,
 *   typing: Record<string, Typing>, tokens: Record<string, string>, ended: boolean}} State
 */

export const EVENT = "application/vnd.amazonaws.connect.event."
export const TYPING_LASTS = 12_000
const PEOPLE = ["AGENT", "CUSTOM_BOT", "SUPERVISOR"]

/** @param {string} me our ParticipantId @param {string} name our DisplayName @returns {State} */
export const empty = (me, name) => ({ me, name, items: [], outgoing: [], receipts: {}, typing: {}, tokens: {}, ended: false })

/** Whether somebody at the other end made this item (a flow's prompt is nobody's). @param {State} state @param {Item} item */
export const isTheirs = (state, item) => item.ParticipantId !== state.me && PEOPLE.includes(item.ParticipantRole ?? "")

/** @param {State} state @param {Item} item */
export const isMine = (state, item) => Boolean(item.ParticipantId) && item.ParticipantId === state.me

/**
 * The state after one item of the websocket or of GetTranscript; the same value when it changes nothing.
 * @param {State} state @param {Item} item @param {number} now @returns {State}
 */
export function apply(state, item, now) {
  if (item.Type === "MESSAGEMETADATA" || item.Type === "MESSAGE_METADATA") return withReceipts(state, item)
  if (item.ContentType === `${EVENT}typing`) return withTyping(state, item, now)
  if (!item.Id) return state
  const known = state.items.findIndex((other) => other.Id === item.Id)
  if (known >= 0) return withNewerAttachment(state, item, known)
  return {
    ...withEcho(state, item),
    items: placed(state.items, item),
    typing: withoutTyping(state.typing, item),
    ended: state.ended || item.ContentType === `${EVENT}chat.ended`,
  }
}

/** @param {Item} a @param {Item} b AbsoluteTime, then Id: the one order both ends agree on */
function compare(a, b) {
  const apart = Date.parse(a.AbsoluteTime) - Date.parse(b.AbsoluteTime)
  return apart || (a.Id < b.Id ? -1 : Number(a.Id > b.Id))
}

/** @param {Item[]} items @param {Item} item */
function placed(items, item) {
  let at = items.length
  while (at > 0 && compare(items[at - 1], item) > 0) at -= 1
  return items.toSpliced ? items.toSpliced(at, 0, item) : [...items.slice(0, at), item, ...items.slice(at)]
}

/** An attachment comes again when its scan is done. @param {State} state @param {Item} item @param {number} at @returns {State} */
function withNewerAttachment(state, item, at) {
  if (!item.Attachments || JSON.stringify(item.Attachments) === JSON.stringify(state.items[at].Attachments)) return state
  return { ...state, items: state.items.map((other, index) => (index === at ? { ...other, ...item } : other)) }
}

/**
 * Our own message may come back on the websocket before SendMessage has answered. One message is under way at a time,
 * so an unknown one of ours with these words is that one: it hides the waiting bubble, and the answer settles it.
 * @param {State} state @param {Item} item @returns {State}
 */
function withEcho(state, item) {
  if (item.Type === "ATTACHMENT" && isMine(state, item)) return withFile(state, item)
  if (item.Type !== "MESSAGE" || !isMine(state, item)) return state
  const sending = state.outgoing.find((one) => one.status === "sending" && !one.id && one.content === item.Content)
  if (!sending) return state
  return {
    ...state,
    outgoing: state.outgoing.map((one) => (one === sending ? { ...one, id: item.Id } : one)),
    tokens: { ...state.tokens, [item.Id]: sending.clientToken },
  }
}

/** Our own file is known by its AttachmentId: it has become this item. @param {State} state @param {Item} item @returns {State} */
function withFile(state, item) {
  const ids = (item.Attachments ?? []).map((one) => one.AttachmentId)
  const mine = state.outgoing.find((one) => one.attachmentId && ids.includes(one.attachmentId))
  if (!mine) return state
  return { ...discard(state, mine.clientToken), tokens: { ...state.tokens, [item.Id]: mine.clientToken } }
}

/** @param {State} state @param {Item} item @returns {State} */
function withReceipts(state, item) {
  const message = item.MessageMetadata?.MessageId
  const others = (item.MessageMetadata?.Receipts ?? []).filter((one) => one.RecipientParticipantId !== state.me)
  if (!message || !others.length || state.receipts[message] === "read") return state
  const mark = others.some((one) => one.ReadTimestamp) ? "read" : "delivered"
  return state.receipts[message] === mark ? state : { ...state, receipts: { ...state.receipts, [message]: mark } }
}

/** @param {State} state @param {Item} item @param {number} now @returns {State} */
function withTyping(state, item, now) {
  if (!isTheirs(state, item)) return state
  const who = item.ParticipantId ?? ""
  const at = Date.parse(item.AbsoluteTime)
  if (state.items.some((other) => other.ParticipantId === who && other.Type !== "EVENT" && Date.parse(other.AbsoluteTime) >= at)) return state
  const typing = { name: item.DisplayName ?? "", at: item.AbsoluteTime, until: now + TYPING_LASTS }
  return { ...state, typing: { ...state.typing, [who]: typing } }
}

/** Who wrote or left has stopped typing. @param {State["typing"]} typing @param {Item} item */
function withoutTyping(typing, item) {
  const who = item.ParticipantId ?? ""
  const over = item.Type !== "EVENT" || [`${EVENT}participant.left`, `${EVENT}participant.autodisconnection`].includes(item.ContentType)
  if (!over || !typing[who] || Date.parse(item.AbsoluteTime) < Date.parse(typing[who].at)) return typing
  const { [who]: _gone, ...rest } = typing
  return rest
}

/** The state once typing marks have run out. @param {State} state @param {number} now @returns {State} */
export function expire(state, now) {
  const left = Object.entries(state.typing).filter(([, one]) => one.until > now)
  return left.length === Object.keys(state.typing).length ? state : { ...state, typing: Object.fromEntries(left) }
}

/** Who is here now: joined or wrote, and did not leave. @param {State} state @returns {string[]} their DisplayNames, latest last */
export function present(state) {
  const here = new Map()
  for (const item of state.items) {
    if (!isTheirs(state, item)) continue
    if (item.ContentType === `${EVENT}participant.left`) here.delete(item.ParticipantId)
    else if (item.Type !== "EVENT" || item.ContentType === `${EVENT}participant.joined`) here.set(item.ParticipantId, item.DisplayName ?? "")
  }
  return [...here.values()]
}

/**
 * Whether a person serves now. Who bears a name of their own is one. Behind a custom participant with the company's name
 * somebody may still be missing: it has joined when the chat was handed over, and its words may be automatic. Only a
 * person reads and types.
 * @param {State} state @param {string} company
 */
export function isServed(state, company) {
  const joined = new Map()
  for (const item of state.items) {
    if (!isTheirs(state, item)) continue
    if (item.ContentType === `${EVENT}participant.left`) joined.delete(item.ParticipantId)
    else if (!joined.has(item.ParticipantId)) joined.set(item.ParticipantId, item)
  }
  const people = [...joined.values()]
  if (people.some((one) => one.ParticipantRole !== "CUSTOM_BOT" || one.DisplayName !== company)) return true
  if (people.some((one) => state.typing[one.ParticipantId])) return true
  const since = Math.min(...people.map((one) => Date.parse(one.AbsoluteTime)))
  return state.items.some((item) => Date.parse(item.AbsoluteTime) >= since && isMine(state, item) && state.receipts[item.Id] === "read")
}

/** @param {State} state @param {{clientToken: string, content: string, at: string}} words @returns {State} */
export const write = (state, words) => ({
  ...state,
  outgoing: [...state.outgoing, { ...words, contentType: "text/plain", status: "waiting" }],
})

/** @param {State} state @param {{clientToken: string, content: string, contentType: string, at: string, size: number}} file @returns {State} */
export const attach = (state, file) => ({ ...state, outgoing: [...state.outgoing, { ...file, status: "waiting" }] })

/** Connect has the bytes of a file, under this id. @param {State} state @param {string} clientToken @param {string} attachmentId @returns {State} */
export const uploaded = (state, clientToken, attachmentId) => ({
  ...state,
  outgoing: state.outgoing.map((one) => (one.clientToken === clientToken ? { ...one, attachmentId } : one)),
})

/** @param {State} state @param {string} clientToken @param {Status} status @param {string} [reason] @returns {State} */
export const mark = (state, clientToken, status, reason = "") => ({
  ...state,
  outgoing: state.outgoing.map((one) => (one.clientToken === clientToken ? { ...one, status, reason } : one)),
})

/** @param {State} state @param {string} clientToken @returns {State} */
export const discard = (state, clientToken) => ({
  ...state,
  outgoing: state.outgoing.filter((one) => one.clientToken !== clientToken),
})

/** First written, first sent. @param {State} state */
export const nextToSend = (state) => state.outgoing.find((one) => one.status === "waiting")

/**
 * SendMessage has answered: the words become an item, as GetTranscript will show it.
 * @param {State} state @param {string} clientToken @param {{Id: string, AbsoluteTime: string}} answer @returns {State}
 */
export function sent(state, clientToken, answer) {
  const words = state.outgoing.find((one) => one.clientToken === clientToken)
  if (!words) return state
  const rest = { ...discard(state, clientToken), tokens: { ...state.tokens, [answer.Id]: clientToken } }
  const item = {
    Id: answer.Id, AbsoluteTime: answer.AbsoluteTime, Type: "MESSAGE", ContentType: words.contentType, Content: words.content,
    ParticipantId: state.me, ParticipantRole: "CUSTOMER", DisplayName: state.name,
  }
  return apply(rest, item, 0)
}

/** The chat is over: what still waits can no longer go. @param {State} state @returns {State} */
export const over = (state) => ({
  ...state,
  ended: true,
  typing: {},
  outgoing: state.outgoing.map((one) => ({ ...one, status: "failed", reason: gettext("the chat has ended") })),
})
