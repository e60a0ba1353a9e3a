// What the desk tells pages of Streams: the neutral desk, the items of its chats, which tab is master, and the portal's refusals.
import assert from "node:assert/strict"
import { test } from "node:test"
import { agentUpdate } from "../../frontend/ccp/snapshot.js"
import { ChatItems, chatItem } from "../../agents/static/desk/js/ccp/chat_items.js"
import { deskOf, participantId, stateName } from "../../agents/static/desk/js/ccp/desk_of_state.js"
import { asStreams } from "../../agents/static/desk/js/ccp/refusals.js"
import { Tabs } from "../../agents/static/desk/js/ccp/tabs.js"
import { EMPTY } from "../../agents/static/desk/js/state/apply.js"

const AT = "2026-01-31T12:00:00.000Z"
const AGENT = {
  agentId: "a-1", name: "Mira Okafor", state: { name: "On a break / lunch", type: "not_routable" }, stateSince: AT, nextState: null,
  states: [{ name: "Available", type: "routable" }, { name: "Offline", type: "offline" }], load: 1, capacity: 3, routingProfile: "Care",
  queues: ["Returns"], autoAccept: true, acw: "off",
}
const ROW = {
  contactId: "c-2", initialContactId: "c-1", round: 1, state: "connecting", customerName: "Ada", queue: "Returns", offeredAt: AT,
  ringsSince: AT, expiresAt: null, acceptedAt: null, endedAt: null, readNumber: 0,
}
const CONTACT = { contactId: "c-2", initialContactId: "c-1", state: "WAITING", attributes: { order: "4711" }, references: [], contentTypes: ["text/markdown"], chatEnded: false, waitingSince: AT }
const HELD = { contacts: { "c-2": CONTACT }, items: [], earlier: false, outgoing: {}, receipts: {}, notes: {}, tokens: {}, gap: null }
const KNOWN = {
  now: Date.parse(AT), instanceArn: "arn:aws:connect:us-east-1:123456789012:instance/11111111-2222-4333-8444-555555555555", userId: 7,
  configuration: { username: "mira", routingProfileId: "3", queueIds: { Returns: "q-9" } }, preferences: {}, takesFiles: true,
  contacts: new Map([["c-2", CONTACT]]),
}
const state = (changes = {}) => ({ ...EMPTY, me: 7, agent: AGENT, agentContacts: { one: ROW }, conversations: { "c-1": HELD }, viewing: "c-2", ...changes })
const item = (number, changes = {}) => ({
  Id: `i-${number}`, AbsoluteTime: AT, Type: "MESSAGE", ContentType: "text/plain", Content: `words ${number}`, ParticipantId: "p-1",
  ParticipantRole: "CUSTOMER", DisplayName: "Ada", ContactId: "c-2", InitialContactId: "c-1", Attachments: [], Number: number, Seq: number, Author: null, ...changes,
})
const held = (changes) => state({ agentContacts: { one: { ...ROW, state: "connected", acceptedAt: AT } }, conversations: { "c-1": { ...HELD, ...changes } } })
const told = (items, after, before) => items.after(after, before).map((text) => JSON.parse(text))

test("a contact is shown once its attributes are known, and stays when its conversation is followed no more", () => {
  assert.deepEqual(deskOf(state(), { ...KNOWN, contacts: new Map() }).contacts, [])
  assert.equal(deskOf(state(), { ...KNOWN, contacts: new Map() }).viewing, "")
  const [contact] = deskOf(state(), KNOWN).contacts
  assert.deepEqual([contact.attributes, contact.state, contact.queue.id, contact.relatedId], [{ order: "4711" }, "connecting", "q-9", "c-1"])
  const gone = state({ conversations: {}, agentContacts: { one: { ...ROW, state: "ended", endedAt: AT } } })
  assert.deepEqual(deskOf(gone, KNOWN).contacts[0].attributes, { order: "4711" })
})

test("of several offers the one that does not ring is pending, and a contact offered again is there once", () => {
  const waits = { ...ROW, contactId: "c-2", ringsSince: null }
  assert.equal(deskOf(state({ agentContacts: { one: waits } }), KNOWN).contacts[0].state, "pending")
  const missed = { ...ROW, state: "missed", offeredAt: "2026-01-31T11:00:00.000Z" }
  assert.deepEqual(deskOf(state({ agentContacts: { old: missed, one: ROW } }), KNOWN).contacts.map((one) => one.state), ["connecting"])
})

test("states are known by name, whatever stands in it, and a queue without an id by its name", () => {
  const desk = deskOf(state(), { ...KNOWN, configuration: { ...KNOWN.configuration, queueIds: {} } })
  assert.equal(stateName(desk.state.id), "On a break / lunch")
  assert.ok(!desk.state.id.includes("/"))
  assert.equal(desk.routingProfile.queues[0].id, "Returns")
  const { snapshot, configuration } = agentUpdate(desk, 0)
  assert.deepEqual([snapshot.contacts[0].agentContactHandlingConfig.autoAccept, configuration.routingProfile.channelConcurrencyMap.CHAT], [true, 3])
})

test("the customer is who has spoken, and until then somebody of this chat", () => {
  assert.equal(deskOf(state(), KNOWN).contacts[0].customer.participantId, "customer-c-1")
  assert.equal(deskOf(held({ items: [item(1)] }), KNOWN).contacts[0].customer.participantId, "p-1")
})

test("what was said before is not told again, what comes is told once and in order, also after a cut", () => {
  const items = new ChatItems(() => Date.parse(AT))
  const [first, more] = [held({ items: [item(1), item(2)] }), held({ items: [item(1), item(2), item(4), item(3)] })]
  assert.deepEqual(told(items, first, state()), [])
  assert.deepEqual(told(items, more, first).map((one) => one.Id), ["i-3", "i-4"])
  assert.deepEqual(told(items, held({ items: [item(0), ...more.conversations["c-1"].items] }), more), [])
})

test("words of this desk wait until it is known whose they are", () => {
  const items = new ChatItems(() => Date.parse(AT))
  const ours = item(1, { ParticipantRole: "CUSTOM_BOT", ParticipantId: "bot", Content: "Hello" })
  const outgoing = { t: { clientToken: "t", content: "Hello", state: "queued", itemId: null } }
  const [start, early] = [held({}), held({ items: [ours, item(2)], outgoing })]
  told(items, start, state())
  assert.deepEqual(told(items, early, start), [])
  const claimed = held({ items: [{ ...ours, Author: { id: 7, name: "Mira Okafor" } }, item(2)] })
  const [mine, theirs] = told(items, claimed, early)
  assert.deepEqual([mine.ParticipantRole, mine.ParticipantId, mine.DisplayName, theirs.Id], ["AGENT", participantId(7, "c-2"), "Mira Okafor", "i-2"])
  assert.ok(!("Number" in mine) && !("Author" in mine))
})

test("a supervisor's words are a supervisor's", () => {
  const said = item(1, { ParticipantRole: "CUSTOM_BOT", Author: { id: 9, name: "Ida Reuter" } })
  assert.equal(chatItem(said, { ...state(), supervisors: [9] }).ParticipantRole, "SUPERVISOR")
})

test("a file is told once it was looked at", () => {
  const items = new ChatItems(() => Date.parse(AT))
  const file = (Status) => item(1, { Type: "ATTACHMENT", Content: null, Attachments: [{ AttachmentId: "f", AttachmentName: "a.png", Status }] })
  const [start, scanned, done] = [held({}), held({ items: [file("IN_PROGRESS")] }), held({ items: [file("APPROVED")] })]
  told(items, start, state())
  assert.deepEqual(told(items, scanned, start), [])
  assert.deepEqual(told(items, done, scanned).map((one) => one.Attachments[0].Status), ["APPROVED"])
  assert.deepEqual(told(items, done, done), [])
})

test("typing, receipts of the customer and the end of the agent's part are events", () => {
  const items = new ChatItems(() => Date.parse(AT))
  const start = held({ items: [item(1)] })
  told(items, start, state())
  const types = { ...start, typing: { "p-1": { participantId: "p-1", contactId: "c-2", name: "Ada", role: "CUSTOMER", until: 1 } } }
  const [typing] = told(items, types, start)
  assert.deepEqual([typing.ContentType, typing.InitialContactId, typing.ContactId], ["application/vnd.amazonaws.connect.event.typing", "c-1", "c-2"])
  const receipts = { one: { contactId: "c-2", participantId: "p-1", role: "CUSTOMER", deliveredId: "i-1", readId: "i-1" } }
  const metadata = told(items, held({ items: [item(1)], receipts }), start).map((one) => one.MessageMetadata)
  assert.deepEqual(metadata.map((one) => [one.MessageId, Object.keys(one.Receipts[0])[1]]), [["i-1", "DeliveredTimestamp"], ["i-1", "ReadTimestamp"]])
  const ended = { ...start, agentContacts: { one: { ...ROW, state: "ended", endedAt: AT } } }
  assert.deepEqual(told(items, ended, start).map((one) => one.ContentType), ["application/vnd.amazonaws.connect.event.chat.ended"])
})

test("one tab is the master of a topic, and another can take it, also within the same millisecond", { timeout: 20_000 }, async (t) => {
  const heard = []
  t.mock.method(Date, "now", () => 1_000)
  const [one, two] = [new Tabs("a-1", (event) => heard.push(["one", event])), new Tabs("a-1", (event) => heard.push(["two", event]))]
  t.after(() => [one, two].forEach((tab) => tab.close())) // an open channel keeps node alive
  const check = (tab, take = false) => tab.master({ topic: "chat", take, ifNone: !take })
  assert.equal((await check(one)).isMaster, true)
  assert.equal((await check(two)).isMaster, false)
  for (const [taker, other] of [[two, one], [one, two], [two, one]]) {
    const taken = await check(taker, true)
    assert.deepEqual([taken.isMaster, taken.takeOver], [true, true])
    while (!t.signal.aborted && (await check(other)).isMaster) await new Promise(setImmediate) // it hears of it in a moment
  }
  one.broadcast("contact::accepted", { contactId: "c-2" })
  assert.deepEqual(heard[0], ["one", "contact::accepted"])
})

test("a refusal has one of Streams' types", () => {
  assert.equal(asStreams({ code: -32001, reason: "contactOpen", message: "It has not ended." }).type, "InvalidStateException")
  assert.equal(asStreams({ code: -32602, reason: "params", message: "…" }).type, "InvalidParameterException")
  assert.deepEqual(asStreams({ code: 0, reason: "offline", message: "" }).type, "InternalServiceException")
})
