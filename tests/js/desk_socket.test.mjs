/** The line: a WebSocket of our own making on the other end, and Node's mock timers for the clock. */
import assert from "node:assert/strict"
import { beforeEach, mock, test } from "node:test"
import { DOUBTED_PONG_WITHIN, Line, PING_EVERY, PONG_WITHIN, wakeWithThePage } from "../../agents/static/desk/js/lib/socket.js"

/** The browser's WebSocket, as far as the line uses it; the test is the server. */
class Wire {
  static CONNECTING = 0
  static OPEN = 1
  static all = []
  readyState = Wire.CONNECTING
  sent = []

  constructor(url) {
    this.url = url
    Wire.all.push(this)
  }

  send(text) {
    this.sent.push(JSON.parse(text))
  }

  close() {
    this.readyState = 3
  }

  accept() {
    this.readyState = Wire.OPEN
    this.onopen()
  }

  tell(frame) {
    this.onmessage({ data: JSON.stringify({ jsonrpc: "2.0", ...frame }) })
  }

  cut(code = 1006) {
    this.readyState = 3
    this.onclose({ code })
  }

  asked(method) {
    return this.sent.filter((frame) => frame.method === method)
  }

  async answer(method, result) {
    this.tell({ id: this.asked(method).at(-1).id, result })
    await settled()
  }

  async live() {
    this.accept()
    await this.answer("connect", { serverTime: "2026-11-20T09:00:00Z", streams: [] })
  }
}

const settled = async () => {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve()
}
const wire = () => Wire.all.at(-1)

function open() {
  const told = { frames: [], statuses: [], caughtUp: [], known: {} }
  const line = new Line({
    url: "ws://desk/ws/",
    known: () => told.known,
    visible: () => false,
    onTime: () => {},
    onFrame: (frame) => told.frames.push(frame),
    onStatus: (status) => told.statuses.push(status),
    onCaughtUp: (seconds) => told.caughtUp.push(seconds),
  })
  line.open()
  return { line, told }
}

beforeEach(() => {
  mock.timers.reset()
  mock.timers.enable({ apis: ["setTimeout", "Date"] })
  globalThis.WebSocket = Wire
  Wire.all = []
})

test("it asks for what it lacks first, and is live when that is answered", async () => {
  const { line, told } = open()
  told.known = { "agent:mira": 7 }
  wire().accept()
  assert.deepEqual(
    wire().sent.map(({ method, params }) => [method, params]),
    [["connect", { known: { "agent:mira": 7 } }]],
  )
  assert.equal(line.live, false)
  await wire().answer("connect", { serverTime: "2026-11-20T09:00:00Z", streams: [] })
  assert.equal(line.live, true)
  assert.deepEqual(told.caughtUp, [null])
})

test("it answers `ask` at once, with the same number and whether the page is seen", async () => {
  open()
  await wire().live()
  wire().tell({ method: "ask", params: { ask: 12 } })
  assert.deepEqual(
    wire()
      .asked("presence")
      .map((frame) => frame.params),
    [{ ask: 12, visible: false }],
  )
  assert.equal("id" in wire().asked("presence")[0], false)
})

test("frames go to the desk, `ask` and `bye` do not", async () => {
  const { told } = open()
  await wire().live()
  wire().tell({ method: "item", params: { stream: "conversation:c", seq: 1 } })
  wire().tell({ method: "ask", params: { ask: 1 } })
  wire().tell({ method: "bye", params: { code: 4012, reason: "restart", retryAfter: 1 } })
  assert.deepEqual(
    told.frames.map((frame) => frame.method),
    ["item"],
  )
})

test("a refusal is the answer's own sentence and reason", async () => {
  const { line } = open()
  await wire().live()
  const asked = line.request("acceptContact", { contactId: "c" })
  wire().tell({
    id: wire().asked("acceptContact")[0].id,
    error: { code: -32001, message: "A colleague has it now.", data: { reason: "offerGone" } },
  })
  await assert.rejects(asked, { code: -32001, message: "A colleague has it now.", reason: "offerGone", unknown: false })
})

test("when the line is cut, what was asked is unknown, and it comes back by itself", async () => {
  const { line, told } = open()
  await wire().live()
  const asked = line.request("sendMessage", {})
  wire().cut()
  await assert.rejects(asked, { code: 0, reason: "offline", unknown: true })
  assert.equal(told.statuses.at(-1).kind, "reconnecting")
  mock.timers.tick(5_000)
  assert.equal(Wire.all.length, 2)
  await wire().live()
  assert.deepEqual(told.caughtUp, [null, 5])
})

test("without a line a request is refused at once", async () => {
  const { line } = open()
  await assert.rejects(line.request("acceptContact", {}), { reason: "offline" })
})

test("a ping without an answer is a cut line, whatever the socket says", async () => {
  const { line, told } = open()
  await wire().live()
  await wire().answer("ping", { serverTime: "2026-11-20T09:00:00Z" })
  mock.timers.tick(PING_EVERY)
  assert.equal(wire().asked("ping").length, 2)
  mock.timers.tick(PONG_WITHIN)
  assert.equal(line.live, false)
  assert.equal(told.statuses.at(-1).kind, "reconnecting")
})

test("a ping measures the way", async () => {
  const { told } = open()
  await wire().live()
  mock.timers.tick(12)
  await wire().answer("ping", { serverTime: "2026-11-20T09:00:00Z" })
  assert.equal(told.statuses.at(-1).ms, 12)
})

test("a bye with a time to wait is waited for, also when the page wakes", async () => {
  const { line } = open()
  await wire().live()
  wire().tell({ method: "bye", params: { code: 4029, reason: "flood", retryAfter: 8 } })
  wire().cut(4029)
  mock.timers.tick(7_900)
  line.wake()
  assert.equal(Wire.all.length, 1)
  mock.timers.tick(200)
  assert.equal(Wire.all.length, 2)
})

test("a bye that says not to come back is read-only, and why", async () => {
  const { line, told } = open()
  await wire().live()
  wire().tell({ method: "bye", params: { code: 4440, reason: "opened in another tab", retryAfter: null } })
  wire().cut(4440)
  assert.deepEqual([told.statuses.at(-1).kind, told.statuses.at(-1).why], ["readonly", "opened in another tab"])
  mock.timers.tick(60_000)
  line.wake()
  assert.equal(Wire.all.length, 1)
  line.insist()
  assert.equal(Wire.all.length, 2)
})

test("waking a cut line tries at once; waking a live one asks whether it lives", async () => {
  const { line } = open()
  await wire().live()
  line.wake()
  assert.equal(wire().asked("ping").length, 2)
  wire().cut()
  line.wake()
  assert.equal(Wire.all.length, 2)
  line.wake()
  assert.equal(Wire.all.length, 2)
})

test("when the network has changed, a line that was live proves it within a second or is cut", async () => {
  const { line } = open()
  await wire().live()
  await wire().answer("ping", { serverTime: "2026-11-20T09:00:00Z" })
  line.wake(true)
  mock.timers.tick(DOUBTED_PONG_WITHIN - 1)
  assert.equal(line.live, true)
  mock.timers.tick(1)
  assert.equal(line.live, false)
  mock.timers.tick(250)
  assert.equal(Wire.all.length, 2)
})

test("looked at again soon, a line has its usual time; after a long silence it is doubted", async () => {
  const { line } = open()
  await wire().live()
  await wire().answer("ping", { serverTime: "2026-11-20T09:00:00Z" })
  line.wake()
  mock.timers.tick(DOUBTED_PONG_WITHIN)
  assert.equal(line.live, true)
  await wire().answer("ping", { serverTime: "2026-11-20T09:00:00Z" })
  mock.timers.setTime(Date.now() + 3_600_000) // the computer slept: no timer has run, the clock goes on
  line.wake()
  mock.timers.tick(DOUBTED_PONG_WITHIN)
  assert.equal(line.live, false)
})

test("a try that gets nowhere is given up, and at once when the page wakes", async () => {
  const { line } = open()
  mock.timers.tick(900)
  line.wake()
  assert.equal(Wire.all.length, 1) // it is young: let it
  mock.timers.tick(200)
  line.wake()
  assert.equal(Wire.all.length, 2)
  mock.timers.tick(3_000)
  mock.timers.tick(250)
  assert.equal(Wire.all.length, 3)
  await wire().live()
  assert.equal(line.live, true)
})

test("what the given-up try had asked does not cut the next one", async () => {
  const { line } = open()
  wire().accept() // it says connect, and nobody answers
  mock.timers.tick(1_500)
  line.wake()
  await settled()
  assert.equal(Wire.all.length, 2)
  await wire().live()
  mock.timers.tick(2_000)
  assert.equal(line.live, true)
})

test("a request without an answer makes the line prove itself", async () => {
  const { line } = open()
  await wire().live()
  await wire().answer("ping", { serverTime: "2026-11-20T09:00:00Z" })
  void line.request("sendMessage", {}).catch(() => {})
  mock.timers.tick(3_000)
  assert.equal(wire().asked("ping").length, 2)
  mock.timers.tick(PONG_WITHIN)
  assert.equal(line.live, false)
})

test("the line was away since it fell silent, not since that was noticed", async () => {
  const { told } = open()
  await wire().live()
  await wire().answer("ping", { serverTime: "2026-11-20T09:00:00Z" })
  mock.timers.tick(PING_EVERY)
  const asked = Date.now()
  mock.timers.tick(PONG_WITHIN)
  assert.equal(told.statuses.at(-1).since, asked)
})

test("the page wakes the line: network, focus, a look, and a computer that has slept", () => {
  const woken = []
  const connection = new EventTarget()
  globalThis.window = new EventTarget()
  globalThis.document = Object.assign(new EventTarget(), { hidden: false })
  Object.defineProperty(globalThis, "navigator", { value: { connection }, configurable: true })
  mock.timers.reset()
  mock.timers.enable({ apis: ["setInterval", "Date"] })
  wakeWithThePage({ wake: (changed = false) => woken.push(changed) })
  for (const event of ["online", "offline"]) window.dispatchEvent(new Event(event))
  connection.dispatchEvent(new Event("change"))
  assert.deepEqual(woken.splice(0), [true, true, true])
  window.dispatchEvent(new Event("focus"))
  document.dispatchEvent(new Event("visibilitychange"))
  document.hidden = true
  document.dispatchEvent(new Event("visibilitychange"))
  assert.deepEqual(woken.splice(0), [false, false])
  for (let second = 0; second < 10; second += 1) mock.timers.tick(1_000)
  assert.deepEqual(woken.splice(0), [])
  mock.timers.setTime(Date.now() + 3_600_000)
  mock.timers.tick(1_000)
  assert.equal(woken.at(-1), true)
})
