// The board as frames tell it, and what its columns say of their order.
import assert from "node:assert/strict"
import { test } from "node:test"
import { addressOf, applyFrame, placed, sortedAs, sparkline, turned, viewOf } from "../../agents/static/desk/js/state/floor.js"

const table = (rows, change = {}) => ({ total: rows.length, order: rows.map((one) => one.contactId), removed: [], rows, ...change })
const contact = (contactId, more = {}) => ({ contactId, customerName: contactId, ...more })
const first = (contacts) => ({ epoch: "a", n: 1, kpis: { open: 2 }, contacts: table(contacts) })

test("the first frame of an epoch is everything, the next ones change it", () => {
  const one = applyFrame(null, first([contact("x"), contact("y")]))
  const two = applyFrame(one, { epoch: "a", n: 2, contacts: { total: 1, order: ["y"], removed: ["x"], rows: [contact("y", { queue: "Claims" })] } })
  assert.deepEqual(two.contacts, { total: 1, order: ["y"], rows: { y: contact("y", { queue: "Claims" }) } })
  assert.deepEqual(two.kpis, { open: 2 })
  assert.equal(one.contacts.total, 2) // a frame changes no board that is drawn already
})

test("after a gap everything is asked for again, and a frame of an epoch that is over changes nothing", () => {
  const board = applyFrame(null, first([contact("x")]))
  assert.equal(applyFrame(board, { epoch: "a", n: 3 }), null)
  assert.equal(applyFrame(board, { epoch: "b", n: 2 }), board)
  assert.equal(applyFrame(null, { epoch: "a", n: 2 }), null)
})

test("while somebody points at a table nothing moves: what is new comes last, what is gone stays", () => {
  const now = { total: 3, order: ["c", "a", "d"], rows: {} }
  assert.deepEqual(placed(["a", "b", "c"], now, true), ["a", "b", "c", "d"])
  assert.deepEqual(placed(["a", "b", "c"], now, false), ["c", "a", "d"])
})

test("a column that begins with the most is sorted downwards, until it is turned", () => {
  assert.equal(sortedAs("waiting", "waiting"), "descending")
  assert.equal(sortedAs(turned("waiting", "waiting"), "waiting"), "ascending")
  assert.equal(sortedAs("name", "name"), "ascending")
  assert.equal(sortedAs("-name", "name"), "descending")
  assert.equal(sortedAs("name", "waiting"), "none")
})

test("the address says the view, and the view the address", () => {
  const view = { ...viewOf(""), team: "3", own: false, states: ["WAITING"], search: "li", sort: { agents: "-since" } }
  assert.deepEqual(viewOf(`?${addressOf(view)}`), view)
  assert.equal(addressOf(viewOf("")), "")
})

test("a sparkline ends where its last value is", () => {
  assert.equal(sparkline([0, 4]).last, 3)
  assert.equal(sparkline([0, 1, 0]).last, 21)
})
