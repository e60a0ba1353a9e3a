import assert from "node:assert/strict"
import { test } from "node:test"
import * as desk from "../../agents/static/desk/js/state/index.js"
import {
  AGENT,
  CHAT,
  agentContact,
  contact,
  frame,
  item,
  outgoing,
  running,
  said,
  snapshotOfAgent,
  snapshotOfChat,
} from "./wire.mjs"

const { apply } = desk
const play = (state, ...frames) => frames.reduce((held, one) => apply(held, one), state)
const ids = (state) => state.conversations.chat.items.map((one) => one.Id)

test("a snapshot replaces all that is held of its stream", () => {
  const before = play(running(), frame("item", CHAT, 2, { item: item("a") }))
  const after = apply(before, snapshotOfChat(9, { items: [item("z")] }))
  assert.deepEqual(ids(after), ["z"])
  assert.equal(after.cursors[CHAT], 9)
})

test("a frame that comes twice changes nothing", () => {
  const once = play(running(), frame("item", CHAT, 2, { item: item("a") }))
  assert.equal(apply(once, frame("item", CHAT, 2, { item: item("a", { Content: "other" }) })), once)
})

test("a frame at or below the cursor is dropped, of an older snapshot too", () => {
  const held = play(running(), frame("item", CHAT, 7, { item: item("a") }))
  assert.equal(apply(held, frame("item", CHAT, 5, { item: item("b") })), held)
  assert.equal(apply(held, snapshotOfChat(6, { items: [] })), held)
})

test("numbers may jump", () => {
  const held = play(
    running(),
    frame("item", CHAT, 2, { item: item("a") }),
    frame("item", CHAT, 40, { item: item("b") }),
  )
  assert.equal(held.cursors[CHAT], 40)
  assert.deepEqual(ids(held), ["a", "b"])
})

test("a change of a stream without a snapshot is not taken, and neither is its number", () => {
  const held = apply(running(), frame("item", "conversation:unknown", 3, { item: item("a") }))
  assert.equal(held, held)
  assert.equal(held.cursors["conversation:unknown"], undefined)
  assert.equal(held.conversations.unknown, undefined)
})

test("an unknown method is ignored", () => {
  const held = running()
  assert.equal(apply(held, { method: "somethingNew", params: { stream: CHAT, seq: 99 } }), held)
})

test("items stand in the order of AbsoluteTime, then Id, whatever order they come in", () => {
  const held = play(
    running(),
    frame("item", CHAT, 2, { item: item("c", { AbsoluteTime: "2026-11-20T09:00:01Z" }) }),
    frame("item", CHAT, 3, { item: item("b", { AbsoluteTime: "2026-11-20T09:00:01.500Z" }) }),
    frame("item", CHAT, 4, { item: item("a", { AbsoluteTime: "2026-11-20T09:00:01.500Z" }) }),
    frame("item", CHAT, 5, { item: item("d", { AbsoluteTime: "2026-11-20T08:59:59Z" }) }),
  )
  assert.deepEqual(ids(held), ["d", "c", "a", "b"])
})

test("a newer change of an item takes its place, an older one does not", () => {
  const held = play(
    running(),
    frame("item", CHAT, 2, { item: item("a", { Seq: 5 }) }),
    frame("item", CHAT, 6, { item: item("a", { Seq: 6, Content: "newer" }) }),
  )
  assert.equal(held.conversations.chat.items[0].Content, "newer")
  const page = desk.earlier(held, "chat", [item("a", { Seq: 5, Content: "older" })], false)
  assert.equal(page.conversations.chat.items[0].Content, "newer")
})

test("a change of an item from before the tail waits for the page it is on", () => {
  const tail = item("t", { AbsoluteTime: "2026-11-20T09:00:00Z" })
  const old = item("o", { AbsoluteTime: "2026-11-20T08:00:00Z" })
  const held = play(
    running(),
    snapshotOfChat(5, { items: [tail], earlier: true }),
    frame("item", CHAT, 6, { item: old }),
  )
  assert.deepEqual(ids(held), ["t"])
  assert.equal(held.cursors[CHAT], 6)
  const paged = desk.earlier(held, "chat", [old], false)
  assert.deepEqual(ids(paged), ["o", "t"])
  assert.equal(paged.conversations.chat.earlier, false)
})

test("a closed stream is forgotten with its number, so that it can be followed again", () => {
  const held = apply(running(), { method: "closedStream", params: { stream: CHAT } })
  assert.equal(held.conversations.chat, undefined)
  assert.equal(held.cursors[CHAT], undefined)
  assert.deepEqual(ids(apply(held, snapshotOfChat(1, { items: [item("a")] }))), ["a"])
})

test("a cleared contact leaves the desk, another round of it stays", () => {
  const held = play(
    running(),
    frame("agentContact", AGENT, 2, { agentContact: agentContact({ round: 1, state: "ended" }) }),
    frame("agentContact", AGENT, 3, { agentContact: agentContact({ round: 2, state: "connected" }) }),
    frame("agentContact", AGENT, 4, { agentContact: agentContact({ round: 1, state: "cleared" }) }),
  )
  assert.deepEqual(Object.keys(held.agentContacts), ["c1#2#2026-11-20T09:00:00Z"])
})

test("typing holds 12 seconds, or until their next message", () => {
  const typing = {
    method: "typing",
    params: { stream: CHAT, contactId: "c1", participantId: "p-customer", role: "CUSTOMER", displayName: "Ada" },
  }
  const held = apply(running(), typing, 1000)
  assert.equal(desk.cardOf(held, "c1").typing, true)
  assert.equal(desk.expire(held, 12_999), held)
  assert.deepEqual(desk.expire(held, 13_000).typing, {})
  assert.deepEqual(apply(held, frame("item", CHAT, 2, { item: said("a", "CUSTOMER") })).typing, {})
})

test("the view of this tab is shown at once, and the server's word follows", () => {
  const asked = desk.wantView(running(), "c1")
  assert.equal(desk.viewing(asked), "c1")
  const stale = apply(asked, frame("viewContact", AGENT, 2, { contactId: "c0" }))
  assert.equal(desk.viewing(stale), "c1")
  const told = apply(stale, frame("viewContact", AGENT, 3, { contactId: "c1" }))
  assert.equal(told.wanted, null)
  assert.equal(desk.viewing(apply(told, frame("viewContact", AGENT, 4, { contactId: "c2" }))), "c2")
  assert.equal(desk.viewing(desk.withoutWanted(asked, "c1")), "")
})

test("what came while the line was cut is counted, events are not", () => {
  const before = play(running(), frame("item", CHAT, 2, { item: item("a") }))
  const after = play(
    before,
    frame("item", CHAT, 3, { item: said("b", "CUSTOMER", { AbsoluteTime: "2026-11-20T09:10:00Z" }) }),
    frame("item", CHAT, 4, { item: item("e", { Type: "EVENT", AbsoluteTime: "2026-11-20T09:11:00Z" }) }),
  )
  const told = desk.caughtUp(before, after, 42)
  assert.deepEqual(told.conversations.chat.gap, { afterId: "a", seconds: 42, count: 1 })
  const kinds = desk.bubbles(told.conversations.chat, [], { me: 7 }).map((row) => row.kind)
  assert.deepEqual(kinds, ["day", "group", "gap", "group", "line"])
})

test("a receipt replaces the same participant's receipt", () => {
  const receipt = { contactId: "c1", participantId: "p-customer", role: "CUSTOMER", deliveredId: "a", readId: null }
  const held = play(
    running(),
    frame("receipt", CHAT, 2, { receipt }),
    frame("receipt", CHAT, 3, { receipt: { ...receipt, readId: "a" } }),
  )
  assert.deepEqual(held.conversations.chat.receipts, { "c1#p-customer": { ...receipt, readId: "a" } })
})

test("contact and agent frames are kept whole", () => {
  const ended = contact({ state: "ENDED", endReason: "customer" })
  const held = apply(running(), frame("contact", CHAT, 2, { contact: ended }))
  assert.deepEqual(held.conversations.chat.contacts, { c1: ended })
  const agent = { ...snapshotOfAgent(1, {}).params.agent.agent, load: 3 }
  assert.deepEqual(apply(held, frame("agent", AGENT, 2, { agent })).agent, agent)
})

test("an outgoing message that is discarded, or sent and here, is no longer under way", () => {
  const queued = play(running(), frame("outgoing", CHAT, 2, { outgoing: outgoing("t1") }))
  assert.deepEqual(Object.keys(queued.conversations.chat.outgoing), ["t1"])
  const discarded = apply(queued, frame("outgoing", CHAT, 3, { outgoing: outgoing("t1", { state: "discarded" }) }))
  assert.deepEqual(discarded.conversations.chat.outgoing, {})
  const sent = play(queued, frame("outgoing", CHAT, 3, { outgoing: outgoing("t1", { state: "sent", itemId: "i1" }) }))
  assert.deepEqual(Object.keys(sent.conversations.chat.outgoing), ["t1"])
  assert.deepEqual(
    apply(sent, frame("item", CHAT, 4, { item: said("i1", "CUSTOM_BOT") })).conversations.chat.outgoing,
    {},
  )
})

test("typing ends when that participant leaves, when the chat ends and when the contact does", () => {
  const types = (participantId) => ({ method: "typing", params: { participantId, contactId: "c1", displayName: "", role: "CUSTOMER" } })
  const event = (name, ParticipantId) => frame("item", CHAT, 2, { item: item("e", { Type: "EVENT", ContentType: `application/vnd.amazonaws.connect.event.${name}`, Content: null, ParticipantId }) })
  const typers = (...frames) => Object.keys(play(running(), types("a"), types("b"), ...frames).typing)
  assert.deepEqual(typers(event("participant.joined", "a")), ["a", "b"])
  assert.deepEqual(typers(event("participant.idle", "a")), ["a", "b"])
  for (const name of ["participant.left", "participant.autodisconnection"]) assert.deepEqual(typers(event(name, "a")), ["b"], name)
  assert.deepEqual(typers(event("chat.ended", null)), [])
  assert.deepEqual(typers(frame("contact", CHAT, 2, { contact: contact({ state: "ENDED" }) })), [])
})

test("what was handed on stays readable until Done, in whichever order its frames come, and nothing that is said then", () => {
  const said = () => play(running(), frame("item", CHAT, 2, { item: item("a") }))
  const closed = { method: "closedStream", params: { stream: CHAT } }
  const card = (state, seq) => frame("agentContact", AGENT, seq, { agentContact: agentContact({ state }) })
  for (const frames of [[card("ended", 2), closed], [closed, card("ended", 2)]]) {
    const held = play(said(), ...frames, frame("item", CHAT, 3, { item: item("b") }))
    const [ended] = desk.cards(held).ended
    assert.deepEqual(desk.heldFor(held, ended)?.items.map((one) => one.Id), ["a"])
    assert.equal(ended.last?.text, said().conversations.chat.items[0].Content)
    assert.deepEqual(held.conversations, {})
    assert.deepEqual(play(held, card("cleared", 3)).closed, {})
    assert.deepEqual(play(held, snapshotOfChat(9, { items: [] })).closed, {})
  }
  for (const other of ["cleared", "missed"]) assert.deepEqual(play(said(), closed, card(other, 2)).closed, {})
})
