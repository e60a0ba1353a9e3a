/** What a tab tells of an offer it shows: once, again when it goes behind, again when it was not heard. */
import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import { createOfferSeen } from "../../agents/static/desk/js/contacts/offer_seen.js"
import * as desk from "../../agents/static/desk/js/state/index.js"
import { agentContact, snapshotOfAgent } from "./wire.mjs"

const OFFERED = "2026-11-20T09:00:00.000Z"
let page, store, line, turn

const offers = (...rows) =>
  desk.apply(
    desk.EMPTY,
    snapshotOfAgent(1, {
      contacts: rows.map(([contactId, offeredAt = OFFERED]) =>
        agentContact({ contactId, initialContactId: contactId, state: "connecting", offeredAt }),
      ),
    }),
  )

beforeEach(() => {
  globalThis.document = { hidden: false, addEventListener: (_, heard) => (turn = heard) }
  store = { state: offers(), watch: (watcher) => (store.watcher = watcher) }
  line = {
    live: true,
    told: [],
    request(method, { contactId, visible }) {
      assert.equal(method, "offerSeen")
      line.told.push([contactId, visible])
      return line.deaf ? Promise.reject(new Error("offline")) : Promise.resolve({})
    },
  }
  page = createOfferSeen(store, line)
})

const show = (...rows) => {
  store.state = offers(...rows)
  page.paint()
}

test("what is painted is told once", () => {
  show(["a"])
  show(["a"], ["b"])
  page.paint()
  assert.deepEqual(line.told, [
    ["a", true],
    ["b", true],
  ])
})

test("that the tab goes behind and comes back is told at once", () => {
  show(["a"])
  document.hidden = true
  turn()
  document.hidden = false
  turn()
  assert.deepEqual(line.told, [
    ["a", true],
    ["a", false],
    ["a", true],
  ])
})

test("a hidden tab paints nothing, but it tells that it is hidden", () => {
  document.hidden = true
  store.state = offers(["a"])
  store.watcher(store.state)
  assert.deepEqual(line.told, [["a", false]])
})

test("what did not arrive is told again", async () => {
  line.deaf = true
  show(["a"])
  await Promise.resolve()
  await Promise.resolve()
  line.deaf = false
  page.paint()
  page.paint()
  assert.equal(line.told.length, 2)
})

test("without a line nothing is told, and with the line what is shown then", () => {
  line.live = false
  show(["a"])
  assert.deepEqual(line.told, [])
  line.live = true
  page.paint()
  assert.deepEqual(line.told, [["a", true]])
})

test("the same contact offered again is another offer", () => {
  show(["a"])
  show()
  show(["a", "2026-11-20T09:05:00.000Z"])
  assert.equal(line.told.length, 2)
})
