/**
 * The line is cut between any two frames, again and again, while two tabs work: afterwards each holds what a fresh page
 * is told, every word was sent once and in its order, and what was typed is there. Runs are drawn from a seed, which a
 * failure names; `CUTS=2000 node --test tests/js/desk_cuts.test.mjs` for a long one, `SEED=17` for one of them.
 */
import assert from "node:assert/strict"
import { mock, test } from "node:test"
import { Portal, Wire } from "./cuts/portal.mjs"
import { Tab, settled } from "./cuts/tab.mjs"

const RUNS = Number(process.env.CUTS ?? "60")
const STEPS = 80
const NAMES = ["ada", "ben", "cleo"]

/** mulberry32: the same seed, the same run. */
function dice(seed) {
  let held = seed
  const next = () => {
    held = (held + 0x6d2b79f5) | 0
    let mixed = Math.imul(held ^ (held >>> 15), 1 | held)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return { next, one: (list) => list[Math.floor(next() * list.length)], below: (most) => Math.floor(next() * most) }
}

class Story {
  sent = []
  typed = {}
  words = 0
  offered = 0
  log = []

  constructor(seed) {
    this.dice = dice(seed)
    Math.random = dice(-seed).next // the line waits a little differently each time
    this.portal = new Portal(NAMES)
    Wire.net = { portal: this.portal, plugged: true, all: [] }
    this.tabs = [new Tab(), new Tab()]
  }

  /** What can happen, as often as it stands here. */
  steps = [
    ...Array(6).fill("through"),
    ...["say", "say", "say", "type", "type", "view", "view", "customer", "customer", "courier", "courier"],
    ...["cut", "cut", "hangUp", "plug", "plug", "wait", "sleep", "refresh", "older", "read", "offer", "accept", "clear", "storm"],
  ]

  through() {
    const wires = Wire.net.all.filter((wire) => !wire.dead)
    for (let left = 1 + this.dice.below(6); left > 0 && wires.length > 0; left -= 1)
      this.dice.one(wires).step(this.dice.one(["any", "any", "up", "down"]))
  }

  open = (tab) => tab.open().filter((id) => this.portal.onDesk().includes(id))

  say() {
    const tab = this.dice.one(this.tabs)
    const id = this.dice.one(tab.open())
    if (!id) return
    const words = `words ${(this.words += 1)}`
    this.sent.push({ tab: this.tabs.indexOf(tab), id, words })
    tab.desk.send(id, words)
  }

  /** Of two tabs one types: which of two is the newer draft nobody could say. */
  type() {
    const id = this.dice.one(this.tabs[0].open())
    if (!id) return
    this.typed[id] = this.dice.next() < 0.2 ? "" : `begun ${(this.words += 1)}`
    this.tabs[0].drafts.set(id, "reply", this.typed[id])
  }

  view() {
    const tab = this.dice.one(this.tabs)
    const id = this.dice.one(tab.open())
    if (id) void tab.desk.view(id)
  }

  older() {
    const tab = this.dice.one(this.tabs)
    const id = this.dice.one(tab.open())
    if (id) void tab.desk.earlier(id, id)
  }

  read() {
    const tab = this.dice.one(this.tabs)
    const id = this.dice.one(tab.open())
    if (id) void tab.desk.read(id, "newest").catch(() => {})
  }

  customer = () => this.portal.customerSays(this.dice.one([...this.portal.chats.keys()]))
  courier = () => this.portal.courier()
  storm = () => [...Array(12)].forEach(this.customer)
  offer = () => this.offered < 4 && this.portal.hand(`offer${(this.offered += 1)}`, "connecting")

  accept() {
    const tab = this.dice.one(this.tabs)
    const offer = tab.offers()[0]
    if (offer) void tab.desk.accept(offer)
  }

  /** A contact in which nothing is on its way leaves the desk; the first three stay. */
  clear() {
    const tab = this.dice.one(this.tabs)
    const id = this.dice.one(tab.open().filter((one) => !NAMES.includes(one) && !this.sent.some((sent) => sent.id === one)))
    if (!id) return
    delete this.typed[id]
    void tab.desk.clear(id)
  }

  cut() {
    Wire.net.plugged = false
    Wire.net.all.forEach((wire) => wire.cut())
  }

  /** The portal died and is back. */
  hangUp() {
    Wire.net.plugged = true
    for (const wire of Wire.net.all.filter((one) => !one.dead)) wire.hangUp()
  }

  plug() {
    if (Wire.net.plugged) return
    Wire.net.plugged = true
    this.tabs.forEach((tab) => tab.line.wake(true))
  }

  wait = () => mock.timers.tick(200 + this.dice.below(3_000))

  sleep() {
    mock.timers.setTime(Date.now() + 3_600_000)
    this.tabs.forEach((tab) => tab.line.wake(true))
  }

  refresh() {
    const which = this.dice.below(2)
    this.tabs[which] = this.tabs[which].refreshed()
  }

  async run() {
    for (let step = 0; step < STEPS; step += 1) {
      const what = this.dice.one(this.steps)
      this.log.push(what)
      this[what]()
      await settled()
    }
    await this.rest()
  }

  /** The network stays, everything comes through. */
  async rest() {
    this.plug()
    for (let quiet = 0, round = 0; quiet < 8 && round < 400; round += 1) {
      let busy = this.portal.courier()
      for (const wire of Wire.net.all) while (wire.step()) busy = true
      await settled()
      mock.timers.tick(500)
      await settled()
      quiet = busy || this.tabs.some((tab) => !tab.line.live || !tab.quiet) ? 0 : quiet + 1
    }
  }
}

/** @param {Story} story */
function allIsThere({ portal, tabs, sent, typed }) {
  const fresh = Tab.told(portal)
  for (const tab of tabs) {
    assert.equal(tab.line.live, true)
    assert.deepEqual(...tab.beside(fresh))
    assert.deepEqual(tab.store.state.unsent, {})
    assert.equal(tab.viewing, portal.viewing.contactId)
  }
  for (const id of portal.chats.keys())
    for (const which of [0, 1]) {
      const mine = sent.filter((one) => one.id === id && one.tab === which).map((one) => one.words)
      assert.deepEqual(portal.said(id).filter((words) => mine.includes(words)), mine)
    }
  assert.equal([...portal.chats.keys()].flatMap(portal.said).length, sent.length)
  for (const id of portal.onDesk().filter((one) => one in typed)) {
    assert.equal(portal.draftOf(id), typed[id])
    for (const tab of tabs) assert.equal(tab.drafts.of(id), typed[id])
  }
}

const seeds = process.env.SEED ? [Number(process.env.SEED)] : Array.from({ length: RUNS }, (_, seed) => seed + 1)

test(`after ${seeds.length} runs of ${STEPS} steps with cuts between any two frames, each tab holds what a fresh one is told`, async () => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] })
  for (const seed of seeds) {
    const story = new Story(seed)
    try {
      await story.run()
      allIsThere(story)
      story.tabs.forEach((tab) => tab.leave())
    } catch (error) {
      if (process.env.SEED) console.log(story.log.join(" "))
      throw new Error(`SEED=${seed}: ${error.message}`, { cause: error })
    }
  }
})
