// @ts-check
/** Who is, and was, in the conversation: as far as its contacts and items tell. Pure. */

/**
 * @typedef {{key: string, name: string, role: "customer"|"agent"|"bot", here: boolean, me: boolean,
 *   since: string|null}} Person
 * @param {import("../lib/types.js").Conversation} held @param {import("../lib/types.js").Contact|undefined} contact
 * @param {number|null} me @returns {Person[]}
 */
export function people(held, contact, me) {
  const before = known.get(held)
  if (before && before.contact === contact && before.me === me) return before.all
  const all = look(held, contact, me)
  known.set(held, { contact, me, all })
  return all
}

/** @type {WeakMap<import("../lib/types.js").Conversation, {contact: unknown, me: number|null, all: Person[]}>} */
const known = new WeakMap()

/**
 * @param {import("../lib/types.js").Conversation} held @param {import("../lib/types.js").Contact|undefined} contact
 * @param {number|null} me @returns {Person[]}
 */
function look(held, contact, me) {
  const customer = {
    key: "customer",
    name: contact?.customerName ?? "",
    role: /** @type {const} */ ("customer"),
    here: contact !== undefined && !hasLeft(held, contact),
    me: false,
    since: null,
  }
  return [customer, ...agents(held, contact, me)]
}

/**
 * The one who serves it now first, then everybody who has written.
 * @param {import("../lib/types.js").Conversation} held @param {import("../lib/types.js").Contact|undefined} contact
 * @param {number|null} me @returns {Person[]}
 */
function agents(held, contact, me) {
  /** @type {Map<number, Person>} */
  const found = new Map()
  const owner = contact?.state === "CONNECTED" ? contact.owner : null
  if (owner) found.set(owner.id, agent(owner, true, me, contact?.servedSince ?? contact?.connectedAt ?? null))
  for (const { Author } of held.items) {
    if (Author && !found.has(Author.id)) found.set(Author.id, agent(Author, false, me, null))
  }
  return [...found.values()]
}

/** @param {import("../lib/types.js").Author} author @param {boolean} here @param {number|null} me @param {string|null} since @returns {Person} */
const agent = (author, here, me, since) => ({
  key: String(author.id),
  name: author.name,
  role: "agent",
  here,
  me: author.id === me,
  since,
})

/**
 * That our part has ended does not send the customer away: the flow may still talk with them.
 * @param {import("../lib/types.js").Conversation} held @param {import("../lib/types.js").Contact} contact
 */
function hasLeft(held, contact) {
  const own = held.items.findLast((item) => item.ParticipantRole === "CUSTOMER" && item.Type !== "CONNECTION_ACK")
  return contact.chatEnded || contact.endReason === "customer" || (own?.ContentType.endsWith(".participant.left") ?? false)
}
