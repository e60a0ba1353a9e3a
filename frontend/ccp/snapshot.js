// @ts-check
/**
 * The agent snapshot and configuration of Streams, from a desk in neutral shape (desk.d.ts). Pure: a Desk and the page's
 * own time in, the data of `agent::update` out. Every time in it is a Date: Streams calls getTime() on them.
 */

/** @typedef {import("./desk.d.ts").Desk} Desk @typedef {import("./desk.d.ts").Contact} Contact */

const CHAT = "chat"
const CONNECTION_STATES = /** @type {Record<string, string>} */ ({
  incoming: "connecting", pending: "connecting", connecting: "connecting", connected: "connected",
})

/** @param {Desk} desk @param {number} localTime of the page's clock */
export function agentUpdate(desk, localTime) {
  return { snapshot: snapshot(desk, localTime), configuration: configuration(desk) }
}

/** The id at the end of an ARN; an id is its own end. An agent's own queue has an id of two parts.
 * @param {string} arn */
export function idOf(arn) {
  const own = /(^|\/queue\/)(agent\/[^/]+)$/.exec(arn)
  return own?.[2] ?? arn.slice(arn.lastIndexOf("/") + 1)
}

/** Streams' name of a quick connect. @param {string} instanceArn @param {import("./desk.d.ts").Endpoint} endpoint */
export function streamsEndpoint(instanceArn, endpoint) {
  const arn = `${instanceArn}/transfer-destination/${endpoint.id}`
  const queue = endpoint.queue && queueOf(instanceArn, endpoint.queue)
  return { endpointARN: arn, endpointId: arn, type: endpoint.type, name: endpoint.name, phoneNumber: null, agentLogin: null, queue: queue ?? null }
}

/** @param {Desk} desk @param {number} localTime */
function snapshot(desk, localTime) {
  const state = agentState(desk.instanceArn, desk.state)
  const contacts = [...desk.contacts].sort((a, b) => a.since - b.since || a.offeredAt - b.offeredAt)
  return {
    state,
    nextState: desk.nextState ? agentState(desk.instanceArn, desk.nextState) : null,
    agentAvailabilityState: { state: availability(desk), timeStamp: state.startTimestamp },
    contacts: contacts.map((contact) => streamsContact(desk, contact)),
    snapshotTimestamp: new Date(desk.at),
    localTimestamp: localTime,
    skew: desk.at - localTime,
  }
}

/** @param {Desk} desk */
function availability(desk) {
  if (desk.state.type !== "routable") return desk.state.name
  return desk.contacts.length >= desk.routingProfile.chats ? "Busy" : "Available"
}

/** @param {string} instanceArn @param {import("./desk.d.ts").AgentState & {since?: number}} state */
function agentState(instanceArn, state) {
  const agentStateARN = `${instanceArn}/agent-state/${state.id}`
  return { agentStateARN, type: state.type, name: state.name, startTimestamp: new Date(state.since ?? 0) }
}

/** @param {string} instanceArn @param {import("./desk.d.ts").Queue} queue */
function queueOf(instanceArn, queue) {
  const queueARN = `${instanceArn}/queue/${queue.id}`
  return { queueARN, queueId: queueARN, name: queue.name }
}

/** @param {Desk} desk @param {Contact} contact */
function streamsContact(desk, contact) {
  const state = { type: contact.state, timestamp: new Date(contact.since) }
  const subtype = { "connect:Subtype": { ValueString: "connect:Chat" } }
  return {
    contactId: contact.id,
    initialContactId: contact.initialId,
    relatedContactId: contact.relatedId ?? null,
    contactAssociationId: contact.initialId,
    type: CHAT,
    contactSubtype: "connect:Chat",
    state, status: state,
    queue: contact.queue ? queueOf(desk.instanceArn, contact.queue) : null,
    queueTimestamp: contact.queue ? new Date(contact.queue.since) : null,
    attributes: mapped(contact.attributes, (value, name) => ({ name, value })),
    contactDuration: String(Math.max(0, desk.at - contact.offeredAt)),
    name: contact.name ?? null,
    description: contact.description ?? null,
    references: mapped(contact.references, ({ type, value }) => ({ type, value })),
    initiationMethod: contact.initiationMethod,
    segmentAttributes: { ...subtype, ...contact.segmentAttributes },
    contactFeatures: featuresOf(contact),
    agentContactHandlingConfig: { autoAccept: desk.agent.autoAccept ?? false },
    channelContext: null,
    customerEndpoint: null,
    connections: connections(desk, contact),
  }
}

/** @param {Contact} contact */
function featuresOf({ features }) {
  return { attachmentsEnabled: features.attachments, messagingMarkdownEnabled: features.markdown, multiPartyConferenceEnabled: false }
}

/** @param {Desk} desk @param {Contact} contact */
function connections(desk, contact) {
  const active = CONNECTION_STATES[contact.state] ?? "disconnected"
  const own = contact.monitor?.status && active === "connected" ? contact.monitor.status.toLowerCase() : active
  const agent = {
    ...connection(contact.agent.participantId, contact.monitor ? "monitoring" : "agent", own, contact.since, desk.agent.name),
    chatMediaInfo: {
      chatAutoAccept: desk.agent.autoAccept ?? false,
      customerName: contact.customer.name,
      connectionData: JSON.stringify({ ConnectionAuthenticationToken: contact.agent.token }),
    },
    monitorCapabilities: contact.monitor?.capabilities ?? [],
    monitorStatus: contact.monitor?.status ?? null,
  }
  const there = contact.customer.present ? "connected" : "disconnected"
  const customer = connection(contact.customer.participantId, "inbound", there, contact.offeredAt, contact.customer.name)
  return [agent, { ...customer, initial: true, chatMediaInfo: { customerName: contact.customer.name } }]
}

/** Voice's endpoint of a chat has the customer's name for a number: pages read `getEndpoint().phoneNumber`.
 * @param {string} id @param {string} type @param {string} state @param {number} since @param {string} name */
function connection(id, type, state, since, name) {
  const endpoint = { endpointARN: null, type: type === "inbound" ? "phone_number" : "agent", name, phoneNumber: null, agentLogin: null, queue: null }
  return { connectionId: id, type, initial: false, state: { type: state, timestamp: new Date(since) }, endpoint, address: endpoint }
}

/** @param {Desk} desk */
function configuration(desk) {
  const { agent, instanceArn, routingProfile } = desk
  return {
    name: agent.name,
    username: agent.username,
    agentARN: `${instanceArn}/agent/${agent.id}`,
    softphoneEnabled: false,
    softphoneAutoAccept: false,
    extension: "",
    agentPreferences: { LANGUAGE: "en_US", ...agent.preferences },
    permissions: [...agent.permissions],
    dialableCountries: [],
    agentStates: desk.states.map((state) => agentState(instanceArn, state)),
    routingProfile: profile(instanceArn, routingProfile, agent.id),
  }
}

/** The agent's own queue is among the queues: without it Streams finds no agent id in them.
 * @param {string} instanceArn @param {Desk["routingProfile"]} profile @param {string} agentId */
function profile(instanceArn, { id, name, chats, queues, outboundQueueId }, agentId) {
  const arn = `${instanceArn}/routing-profile/${id}`
  const outbound = queues.find((queue) => queue.id === outboundQueueId) ?? { id: outboundQueueId, name: "" }
  const own = queueOf(instanceArn, { id: `agent/${agentId}`, name: "" })
  return {
    name, routingProfileARN: arn, routingProfileId: arn,
    defaultOutboundQueue: queueOf(instanceArn, outbound),
    queues: [...queues.map((queue) => queueOf(instanceArn, queue)), own],
    channelConcurrencyMap: { CHAT: chats, VOICE: 0, TASK: 0, EMAIL: 0 },
  }
}

/** @template V, R @param {Record<string, V>} given @param {(value: V, key: string) => R} make @returns {Record<string, R>} */
function mapped(given, make) {
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, make(value, key)]))
}
