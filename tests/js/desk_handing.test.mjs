import assert from "node:assert/strict"
import { test } from "node:test"
import * as desk from "../../agents/static/desk/js/state/index.js"
import { handingOf, isNews } from "../../agents/static/desk/js/state/handing.js"
import { ME, agentContact, contact, snapshotOfAgent, snapshotOfChat } from "./wire.mjs"

const JONAS = { id: 8, name: "Jonas Kessler" }
const at = (second) => `2026-11-20T09:10:${String(second).padStart(2, "0")}.000Z`
const transfer = (changes = {}) => ({
  state: "offered",
  sender: ME,
  endpoint: { type: "agent", id: "8", name: JONAS.name },
  comment: "Knows lamps.",
  why: null,
  askedAt: at(0),
  settledAt: null,
  ...changes,
})
const kind = (row, changes) => handingOf(agentContact(row), contact(changes))?.kind ?? null

test("who hands it on sees that somebody is asked, and how it came back", () => {
  assert.equal(kind({}, { transfer: transfer() }), "asking")
  for (const state of ["declined", "missed", "withdrawn"])
    assert.equal(kind({}, { transfer: transfer({ state, settledAt: at(9) }) }), state)
  assert.equal(kind({ state: "ended" }, { owner: JONAS, transfer: transfer({ state: "accepted" }) }), null)
})

test("who gets it sees from whom, before and after they accept", () => {
  const mine = { transfer: transfer({ sender: JONAS }), owner: JONAS }
  assert.equal(kind({ state: "connecting" }, mine), "offered")
  assert.equal(kind({}, { transfer: transfer({ sender: JONAS, state: "accepted" }) }), "received")
  const queued = transfer({ sender: JONAS, state: "queued", endpoint: { type: "queue", id: "1", name: "Orders" } })
  assert.equal(kind({ state: "connecting" }, { owner: ME, transfer: queued }), "offered")
  assert.equal(kind({}, { transfer: queued }), "received")
  assert.deepEqual(handingOf(agentContact(), contact({ transfer: queued })), {
    kind: "received",
    from: JONAS.name,
    to: "Orders",
    queued: true,
    comment: "Knows lamps.",
    why: null,
    askedAt: at(0),
    settledAt: null,
  })
})

test("what is another round's, or was never asked, is nothing", () => {
  assert.equal(kind({}, {}), null)
  assert.equal(kind({ round: 2 }, { transfer: transfer() }), null)
  assert.equal(kind({ state: "missed" }, { owner: JONAS, transfer: transfer({ sender: JONAS }) }), null)
})

test("what came back is news for five minutes; a comment that came along stays", () => {
  const settled = Date.parse(at(0))
  const back = handingOf(agentContact(), contact({ transfer: transfer({ state: "declined", settledAt: at(0) }) }))
  assert.equal(isNews(back, settled + 299_000), true)
  assert.equal(isNews(back, settled + 300_000), false)
  const got = handingOf(
    agentContact(),
    contact({ transfer: transfer({ sender: JONAS, state: "accepted", settledAt: at(0) }) }),
  )
  assert.equal(isNews(got, settled + 9_000_000), true)
  assert.equal(isNews(null, 0), false)
})

test("a contact that ended with the colleague did not end with who handed it on", () => {
  const card = (endedAt) => {
    const rows = { contacts: [agentContact({ state: "ended", endedAt: at(5), why: { sentence: "handed on to %(name)s", values: { name: "Jonas Kessler" } } })] }
    const chat = { contacts: [contact({ state: "ENDED", endReason: "agent", endedAt, owner: JONAS })] }
    const held = [snapshotOfAgent(1, rows), snapshotOfChat(1, chat)].reduce((state, one) => desk.apply(state, one), desk.EMPTY)
    return desk.cardOf(held, "c1")
  }
  assert.equal(card(at(40)).endReason, "")
  assert.equal(card(at(5)).endReason, "agent")
})
