// What frontend/ccp makes of a desk, and which pages it speaks to.
import assert from "node:assert/strict"
import { test } from "node:test"
import { isApproved } from "../../frontend/ccp/origins.js"
import { Requests } from "../../frontend/ccp/requests.js"
import { agentUpdate, idOf } from "../../frontend/ccp/snapshot.js"

const ARN = "arn:aws:connect:us-east-1:123456789012:instance/11111111-2222-4333-8444-555555555555"
const CONTACT = {
  id: "c2", initialId: "c1", state: "connected", since: 2_000, offeredAt: 1_000, queue: { id: "q", name: "Sales", since: 500 },
  attributes: { order: "4711" }, references: {}, initiationMethod: "api", segmentAttributes: {}, features: { attachments: true, markdown: false },
  agent: { participantId: "p1", token: "secret" }, customer: { participantId: "p2", name: "Ada", present: true },
}
const DESK = {
  at: 10_000, instanceArn: ARN, agent: { id: "a", username: "mira", name: "Mira", permissions: [], preferences: {} },
  states: [{ id: "s1", name: "Available", type: "routable" }], state: { id: "s1", name: "Available", type: "routable", since: 1 },
  routingProfile: { id: "r", name: "Basic", chats: 2, queues: [{ id: "q", name: "Sales" }], outboundQueueId: "q" },
  contacts: [CONTACT, { ...CONTACT, id: "c3", since: 1_500 }], viewing: "",
}

test("every time of a snapshot is a Date, and contacts come in the order of their states", () => {
  const { snapshot } = agentUpdate(DESK, 9_000)
  assert.deepEqual(snapshot.contacts.map((contact) => contact.contactId), ["c3", "c2"])
  const [contact] = snapshot.contacts
  const times = [snapshot.state.startTimestamp, snapshot.snapshotTimestamp, contact.state.timestamp, contact.queueTimestamp, contact.connections[0].state.timestamp]
  assert.ok(times.every((time) => time instanceof Date))
  assert.equal(snapshot.skew, 1_000)
  assert.equal(contact.queue.queueARN, `${ARN}/queue/q`)
  assert.deepEqual(contact.attributes, { order: { name: "order", value: "4711" } })
  assert.equal(JSON.parse(contact.connections[0].chatMediaInfo.connectionData).ConnectionAuthenticationToken, "secret")
})

test("each state of a contact is a state of its agent's connection", () => {
  const shown = (state, monitor) => agentUpdate({ ...DESK, contacts: [{ ...CONTACT, state, monitor }] }, 0).snapshot.contacts[0].connections[0]
  const states = ["incoming", "pending", "connecting", "connected", "missed", "rejected", "error", "ended"]
  assert.deepEqual(states.map((state) => shown(state).state.type), [
    "connecting", "connecting", "connecting", "connected", "disconnected", "disconnected", "disconnected", "disconnected",
  ])
  const barged = shown("connected", { capabilities: ["SILENT_MONITOR", "BARGE"], status: "BARGE" })
  assert.deepEqual([barged.type, barged.state.type, barged.monitorStatus], ["monitoring", "barge", "BARGE"])
})

test("a configuration has the agent's own queue", () => {
  const { configuration } = agentUpdate(DESK, 0)
  assert.deepEqual(configuration.routingProfile.queues.map((queue) => queue.queueARN), [`${ARN}/queue/q`, `${ARN}/queue/agent/a`])
  assert.deepEqual(configuration.routingProfile.queues.map((queue) => idOf(queue.queueARN)), ["q", "agent/a"])
})

test("an origin is approved as it is written", () => {
  const approved = ["https://crm.example", "http://localhost:*"]
  const asked = ["https://crm.example", "http://localhost", "http://localhost:3000"]
  const others = ["http://crm.example", "https://crm.example:8443", "https://crm.example.evil", "http://localhost.evil", "http://localhost:80.evil", "null", ""]
  assert.deepEqual(asked.map((origin) => isApproved(approved, origin)), [true, true, true])
  assert.ok(others.every((origin) => !isApproved(approved, origin)))
})

test("every request is answered, whatever is asked", async () => {
  const backend = new Proxy({}, { get: () => async () => { throw { type: "InvalidStateException", message: "no" } } })
  const requests = new Requests(backend, () => DESK)
  const of = async (method, params) => JSON.parse((await requests.answer(method, params)).err ?? "null")?.type ?? null
  assert.equal(await of("acceptContact", { contactId: "c2" }), "InvalidStateException")
  assert.equal(await of("acceptContact", { contactId: "another's" }), "ContactNotFoundException")
  assert.equal(await of("acceptContact", null), "InvalidParameterException")
  assert.equal(await of("acceptContact", "c2"), "InvalidParameterException")
  assert.equal(await of("putAgentState", { state: { agentStateARN: "x" } }), "InvalidStateException")
  assert.equal(await of("createTransport", { transportType: "web_rtc" }), "UnsupportedOperationException")
  assert.equal(await of("createTransport", { transportType: "chat_token", contactId: "c2", participantId: "p2" }), "InvalidParameterException")
  assert.equal(await of("constructor", {}), "UnsupportedOperationException")
  assert.equal(await of(undefined, undefined), "UnsupportedOperationException")
  assert.equal(await of("sendClientLogs", { logEvents: [] }), null)
})

test("endpoints come in pages, none twice and none left out", async () => {
  const all = Array.from({ length: 7 }, (_, n) => ({ id: `e${n}`, type: "queue", name: `Queue ${n}` }))
  const requests = new Requests({ endpoints: async () => all }, () => DESK)
  const seen = []
  let nextToken = null
  do {
    const { data } = await requests.answer("getEndpoints", { queueARNs: [`${ARN}/queue/q`], nextToken, maxResults: 3 })
    seen.push(...data.endpoints.map((endpoint) => endpoint.name))
    nextToken = data.nextToken
  } while (nextToken)
  assert.deepEqual(seen, all.map((endpoint) => endpoint.name))
})
