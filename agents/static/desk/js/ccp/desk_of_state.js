// @ts-check
/** What the desk knows as the neutral shape of frontend/ccp/desk.d.ts. Pure; names of states are their ids. */

/**
 * @typedef {import("../../../frontend/ccp/desk.d.ts").Desk} Desk
 * @typedef {import("../../../frontend/ccp/desk.d.ts").Contact} Contact
 * @typedef {import("../lib/types.js").State} State
 * @typedef {import("../lib/types.js").AgentContact} AgentContact
 * @typedef {import("../lib/types.js").Agent} Agent
 *
 * @typedef {Object} Known  What is known beside the state.
 * @property {number} now  The server's clock.
 * @property {string} instanceArn
 * @property {number} userId
 * @property {{username: string, routingProfileId: string, queueIds: Record<string, string>}} configuration
 * @property {Record<string, string>} preferences
 * @property {boolean} takesFiles
 * @property {Map<string, import("../lib/types.js").Contact>} contacts  The newest of each that was on the desk: those handed on stay known.
 */

/** @param {State} state @param {Known} known @returns {Desk | null} */
export function deskOf(state, known) {
  const { agent } = state
  if (!agent) return null
  const contacts = newestRows(state).filter((row) => known.contacts.has(row.contactId) || row.state !== "connecting")
  return {
    at: known.now,
    instanceArn: known.instanceArn,
    agent: {
      id: agent.agentId, username: known.configuration.username, name: agent.name, permissions: [], preferences: known.preferences,
      autoAccept: agent.autoAccept ?? false,
    },
    states: agent.states.map(stateOf),
    state: { ...stateOf(agent.state), since: Date.parse(agent.stateSince) },
    ...(agent.nextState ? { nextState: { ...stateOf(agent.nextState), since: Date.parse(agent.stateSince) } } : {}),
    routingProfile: profileOf(agent, known),
    contacts: contacts.map((row) => contactOf(state, row, known)),
    viewing: contacts.some((row) => row.contactId === state.viewing) ? state.viewing : "",
  }
}

/** The name of a state out of its id. @param {string} id */
export const stateName = (id) => decodeURIComponent(id)

/** The agent's own participant in a contact; of one contact alone, because Streams keeps media controllers by it. @param {number} userId @param {string} contactId */
export const participantId = (userId, contactId) => `user-${userId}-${contactId}`

/** A contact may have been offered several times: the newest counts. @param {State} state */
export function newestRows({ agentContacts }) {
  /** @type {Map<string, AgentContact>} */
  const newest = new Map()
  for (const row of Object.values(agentContacts)) {
    const other = newest.get(row.contactId)
    if (!other || other.offeredAt <= row.offeredAt) newest.set(row.contactId, row)
  }
  return [...newest.values()]
}

/** @param {import("../lib/types.js").AgentStateFrame} state */
function stateOf({ name, type }) {
  return { id: encodeURIComponent(name), name, type }
}

/** @param {string} name @param {Known} known */
function queueOf(name, known) {
  return { id: known.configuration.queueIds[name] ?? encodeURIComponent(name), name }
}

/** @param {Agent} agent @param {Known} known */
function profileOf(agent, known) {
  const queues = agent.queues.map((name) => queueOf(name, known))
  return {
    id: known.configuration.routingProfileId, name: agent.routingProfile, chats: agent.capacity, queues,
    outboundQueueId: queues[0]?.id ?? "",
  }
}

/** @param {State} state @param {AgentContact} row @param {Known} known @returns {Contact} */
function contactOf(state, row, known) {
  const contact = known.contacts.get(row.contactId)
  const offeredAt = Date.parse(row.offeredAt)
  const waits = contact?.waitingSince ?? row.offeredAt
  return {
    id: row.contactId,
    initialId: row.initialContactId,
    ...(row.contactId === row.initialContactId ? {} : { relatedId: row.initialContactId }),
    state: stateOfRow(row),
    since: since(row),
    offeredAt,
    queue: { ...queueOf(row.queue, known), since: Date.parse(waits) },
    attributes: contact?.attributes ?? {},
    references: Object.fromEntries((contact?.references ?? []).map(({ name, type, value }) => [name, { type, value }])),
    initiationMethod: "api",
    segmentAttributes: {},
    features: { attachments: known.takesFiles, markdown: (contact?.contentTypes ?? []).includes("text/markdown") },
    agent: { participantId: participantId(known.userId, row.contactId), token: "" },
    customer: customerOf(state, row, contact),
  }
}

/** Of several offers one rings; the others are pending. @param {AgentContact} row @returns {Contact["state"]} */
function stateOfRow({ state, ringsSince }) {
  if (state === "connecting" && !ringsSince) return "pending"
  return state === "cleared" ? "ended" : state
}

/** @param {AgentContact} row */
function since({ state, ringsSince, acceptedAt, endedAt, offeredAt }) {
  const at = state === "connecting" ? ringsSince : state === "connected" ? acceptedAt : endedAt
  return Date.parse(at ?? offeredAt)
}

/** @param {State} state @param {AgentContact} row @param {import("../lib/types.js").Contact | undefined} contact */
function customerOf(state, { initialContactId, customerName }, contact) {
  const held = state.conversations[initialContactId] ?? state.closed[initialContactId]
  const spoken = held?.items.find((item) => item.ParticipantRole === "CUSTOMER" && item.ParticipantId)
  const heard = Object.values(held?.receipts ?? {}).find(({ role }) => role === "CUSTOMER")
  return {
    participantId: spoken?.ParticipantId ?? heard?.participantId ?? `customer-${initialContactId}`,
    name: customerName,
    present: contact ? !contact.chatEnded && contact.state !== "ENDED" : false,
  }
}
