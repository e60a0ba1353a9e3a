/** What a tab tells of delivery: customers' new messages when they are painted, its agent's when Connect has them. */
import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import { Latency } from "../../agents/static/desk/js/shell/latency.js"

const AT = Date.parse("2026-11-20T09:00:00.000Z")
let latency, line, painted

beforeEach(() => {
  painted = []
  globalThis.document = { hidden: false }
  globalThis.setInterval = () => 0
  globalThis.setTimeout = (work) => work()
  globalThis.requestAnimationFrame = (work) => painted.push(work)
  line = { live: true, told: [], request: (method, params) => (line.told.push([method, params]), Promise.resolve({})) }
  latency = new Latency(line, 7, () => AT + 250)
})

const item = (more = {}) => ({
  method: "item",
  params: {
    item: {
      ParticipantRole: "CUSTOMER", Type: "MESSAGE", AbsoluteTime: "2026-11-20T09:00:00.000Z", number: 3, seq: 3, ...more,
    },
  },
}) // prettier-ignore
const outgoing = (more = {}) => ({
  method: "outgoing",
  params: {
    outgoing: { state: "sent", kind: "MESSAGE", author: { id: 7 }, createdAt: "2026-11-20T08:59:59.900Z", ...more },
  },
})

test("a customer's message counts when it is painted, once", () => {
  latency.frame(item())
  latency.report()
  assert.deepEqual(line.told, [])
  for (const work of painted) work()
  latency.report()
  latency.report()
  assert.deepEqual(line.told, [["reportLatency", { painted: [250], answered: [] }]])
})

test("what is not painted now does not count", () => {
  document.hidden = true
  latency.frame(item())
  document.hidden = false
  latency.frame(item({ seq: 9 })) // a new state of an old one
  latency.frame(item({ ParticipantRole: "CUSTOM_BOT" }))
  latency.frame(item({ Type: "EVENT" }))
  assert.equal(painted.length, 0)
})

test("one's own message counts when Connect has it", () => {
  for (const frame of [outgoing(), outgoing({ state: "queued" }), outgoing({ author: { id: 8 } })]) latency.frame(frame)
  latency.report()
  assert.deepEqual(line.told, [["reportLatency", { painted: [], answered: [350] }]])
})

test("while the line is cut nothing is told, and it is told afterwards", () => {
  line.live = false
  latency.frame(outgoing())
  latency.report()
  assert.deepEqual(line.told, [])
  line.live = true
  latency.report()
  assert.equal(line.told.length, 1)
})
