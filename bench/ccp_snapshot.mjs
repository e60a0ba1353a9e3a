// `python -m bench ccp`: the median of a snapshot of ten contacts, in milliseconds, made and cloned as postMessage clones it.
import { agentUpdate } from "../frontend/ccp/snapshot.js"

const CONTACTS = 10
const RUNS = 500
const ARN = "arn:aws:connect:us-east-1:123456789012:instance/11111111-2222-4333-8444-555555555555"
const STATE = { id: "s", name: "Available", type: "routable" }
const attributes = Object.fromEntries(Array.from({ length: 20 }, (_, place) => [`attribute_${place}`, `value ${place}`.repeat(5)]))
const contact = (place) => ({
  id: `contact-${place}`, initialId: `contact-${place}`, state: "connected", since: place, offeredAt: place,
  queue: { id: "q", name: "Returns", since: place }, attributes, references: { order: { type: "STRING", value: "4711" } },
  initiationMethod: "api", segmentAttributes: {}, features: { attachments: true, markdown: true },
  agent: { participantId: `agent-${place}`, token: "x".repeat(200) }, customer: { participantId: `customer-${place}`, name: "Ada", present: true },
})
const desk = {
  at: 0, instanceArn: ARN, agent: { id: "a", username: "mira", name: "Mira", permissions: [], preferences: {} },
  states: Array.from({ length: 8 }, (_, place) => ({ ...STATE, id: `s${place}` })), state: { ...STATE, since: 0 },
  routingProfile: { id: "r", name: "Basic", chats: CONTACTS, queues: [{ id: "q", name: "Returns" }], outboundQueueId: "q" },
  contacts: Array.from({ length: CONTACTS }, (_, place) => contact(place)), viewing: "",
}
const took = Array.from({ length: RUNS }, () => {
  const starts = performance.now()
  structuredClone(agentUpdate(desk, 0))
  return performance.now() - starts
})
console.log(took.sort((a, b) => a - b)[RUNS / 2])
