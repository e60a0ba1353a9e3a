// What the customer's page shows, whatever the order, the repetition and the cuts in which its items arrive.
import assert from "node:assert/strict"
import { test } from "node:test"

import { FORMS } from "../../frontend/chat/asked.js"
import { bringForms, NO_FORMS } from "../../frontend/chat/forms.js"
import * as conversation from "../../frontend/chat/conversation.js"
import { INTERACTIVE } from "../../frontend/js/interactive_messages.js"
import { asText, rows } from "../../frontend/chat/rows.js"

bringForms(FORMS)
const ME = "customer-1"
const E = conversation.EVENT
const utc = (at) => at.slice(0, 10)
const time = (second) => new Date(Date.UTC(2026, 10, 18, 17, 46, second)).toISOString()
const mine = (id, second, Content) => ({
  Id: id, AbsoluteTime: time(second), Type: "MESSAGE", ContentType: "text/plain", Content, ParticipantId: ME, ParticipantRole: "CUSTOMER", DisplayName: "Ada",
})
const theirs = (id, second, Content, more = {}) => ({
  Id: id, AbsoluteTime: time(second), Type: "MESSAGE", ContentType: "text/plain", Content, ParticipantId: "bot-1", ParticipantRole: "CUSTOM_BOT", DisplayName: "Mira", ...more,
})
const event = (id, second, name, more = {}) => ({ ...theirs(id, second, undefined, more), Type: "EVENT", ContentType: E + name })
const start = () => conversation.empty(ME, "Ada")
const all = (items, state = start()) => items.reduce((before, item) => conversation.apply(before, item, 0), state)
const texts = (state) => rows(state, utc).flatMap((row) => (row.kind === "group" ? row.bubbles.map((bubble) => bubble.text) : []))

/** A small generator with a seed, so that a failure can be repeated. */
function random(seed) {
  let value = seed
  return () => {
    value = (value * 1_103_515_245 + 12_345) % 2 ** 31
    return value / 2 ** 31
  }
}

test("any order and repetition of the same items is one conversation", () => {
  const items = [
    event("i1", 0, "participant.joined", { ParticipantId: ME, ParticipantRole: "CUSTOMER", DisplayName: "Ada" }),
    mine("i2", 1, "Hello"), event("i3", 2, "participant.joined"), theirs("i4", 3, "Good day"), theirs("i6", 4, "Same time, b"),
    theirs("i5", 4, "Same time, a"), mine("i7", 5, "Thanks"), event("i8", 6, "participant.left"), event("i9", 7, "chat.ended", { ParticipantId: undefined }),
  ]
  const expected = all(items)
  assert.deepEqual(expected.items.map((item) => item.Id), ["i1", "i2", "i3", "i4", "i5", "i6", "i7", "i8", "i9"])
  for (let seed = 1; seed <= 200; seed += 1) {
    const next = random(seed)
    const twice = [...items, ...items.filter(() => next() < 0.5)].map((item) => [next(), item]).sort((a, b) => a[0] - b[0])
    assert.deepEqual(all(twice.map(([, item]) => item)), expected, `seed ${seed}`)
  }
})

test("the same item a second time changes nothing, not even the value", () => {
  const state = all([mine("i1", 1, "Hello")])
  assert.equal(conversation.apply(state, mine("i1", 1, "Hello"), 0), state)
})

test("a message that comes back on the socket before SendMessage answers is shown once", () => {
  let state = conversation.write(start(), { clientToken: "t1", content: "Hello", at: time(1) })
  state = conversation.mark(state, "t1", "sending")
  state = conversation.apply(state, mine("i1", 1, "Hello"), 0)
  assert.deepEqual(texts(state), ["Hello"])
  assert.deepEqual(texts(conversation.sent(state, "t1", { Id: "i1", AbsoluteTime: time(1) })), ["Hello"])
})

test("an answer before the echo is shown once, and its bubble keeps its key", () => {
  let state = conversation.mark(conversation.write(start(), { clientToken: "t1", content: "Hello", at: time(1) }), "t1", "sending")
  const before = rows(state, utc).at(-1).bubbles[0].key
  state = conversation.sent(state, "t1", { Id: "i1", AbsoluteTime: time(1) })
  assert.equal(rows(state, utc).at(-1).bubbles[0].key, before)
  assert.deepEqual(texts(conversation.apply(state, mine("i1", 1, "Hello"), 0)), ["Hello"])
  assert.deepEqual(state.outgoing, [])
})

test("the same words said twice are two messages", () => {
  let state = all([mine("i1", 1, "Hello")])
  state = conversation.mark(conversation.write(state, { clientToken: "t2", content: "Hello", at: time(2) }), "t2", "sending")
  state = conversation.sent(conversation.apply(state, mine("i1", 1, "Hello"), 0), "t2", { Id: "i2", AbsoluteTime: time(2) })
  assert.deepEqual(texts(state), ["Hello", "Hello"])
})

test("what waits stands at the end in the order it was written, whatever arrives meanwhile", () => {
  let state = conversation.write(start(), { clientToken: "t1", content: "First", at: time(1) })
  state = conversation.write(state, { clientToken: "t2", content: "Second", at: time(2) })
  assert.deepEqual(texts(conversation.apply(state, theirs("i1", 30, "Are you there?"), 0)), ["Are you there?", "First", "Second"])
  assert.equal(conversation.nextToSend(state).clientToken, "t1")
})

test("a failed message says why, lets the next one go, and may be tried again", () => {
  let state = conversation.write(start(), { clientToken: "t1", content: "First", at: time(1) })
  state = conversation.write(state, { clientToken: "t2", content: "Second", at: time(2) })
  state = conversation.mark(state, "t1", "failed", "too long")
  assert.equal(conversation.nextToSend(state).clientToken, "t2")
  assert.deepEqual(rows(state, utc).filter((row) => row.kind === "group").map((row) => [row.status, row.reason]), [["failed", "too long"], ["waiting", ""]])
  assert.equal(conversation.nextToSend(conversation.mark(state, "t1", "waiting")).clientToken, "t1")
})

test("the end of the chat fails what was not sent", () => {
  const state = conversation.over(conversation.write(start(), { clientToken: "t1", content: "Wait", at: time(1) }))
  assert.deepEqual(state.outgoing.map((one) => [one.status, one.reason]), [["failed", "the chat has ended"]])
  assert.equal(conversation.nextToSend(state), undefined)
})

test("typing shows until their next message", () => {
  const typing = conversation.apply(start(), event("e1", 1, "typing"), 1_000)
  assert.deepEqual(Object.values(typing.typing).map((one) => one.name), ["Mira"])
  assert.deepEqual(conversation.apply(typing, theirs("i1", 2, "Here"), 2_000).typing, {})
})

test("typing runs out after 12 seconds without news", () => {
  const typing = conversation.apply(start(), event("e1", 1, "typing"), 1_000)
  assert.equal(conversation.expire(typing, 12_999), typing)
  assert.deepEqual(conversation.expire(typing, 13_000).typing, {})
})

test("typing that comes after its message, and our own typing, shows nothing", () => {
  const said = all([theirs("i1", 5, "Here")])
  assert.equal(conversation.apply(said, event("e1", 4, "typing"), 0), said)
  assert.equal(conversation.apply(said, event("e2", 9, "typing", { ParticipantId: ME, ParticipantRole: "CUSTOMER" }), 0), said)
})

test("who is here now is who joined or wrote and did not leave", () => {
  const items = [event("i1", 1, "participant.joined"), theirs("i2", 2, "Hi", { ParticipantId: "agent-2", ParticipantRole: "AGENT", DisplayName: "Jon" })]
  assert.deepEqual(conversation.present(all(items)), ["Mira", "Jon"])
  assert.deepEqual(conversation.present(all([...items, event("i3", 3, "participant.left")])), ["Jon"])
})

test("a flow's prompt is a system line, and nobody is here because of it", () => {
  const state = all([theirs("i1", 1, "Welcome", { ParticipantId: "flow", ParticipantRole: "SYSTEM", DisplayName: "SYSTEM_MESSAGE" })])
  assert.deepEqual(rows(state, utc).map((row) => [row.kind, row.text]), [["day", undefined], ["system", "Welcome"]])
  assert.deepEqual(conversation.present(state), [])
})

test("bubbles of one person group until another speaks, a line comes between, or five minutes pass", () => {
  const late = { ...theirs("i5", 0, "Later"), AbsoluteTime: "2026-11-18T17:53:00.000Z" }
  const state = all([theirs("i1", 1, "a"), theirs("i2", 2, "b"), mine("i3", 3, "c"), theirs("i4", 4, "d"), late])
  assert.deepEqual(rows(state, utc).slice(1).map((row) => row.bubbles.map((bubble) => bubble.text)), [["a", "b"], ["c"], ["d"], ["Later"]])
})

test("each new day has one separator", () => {
  const state = all([mine("i1", 1, "Today"), { ...mine("i2", 0, "Tomorrow"), AbsoluteTime: "2026-11-19T08:00:00.000Z" }])
  assert.deepEqual(rows(state, utc).map((row) => row.kind), ["day", "group", "day", "group"])
})

test("a receipt marks the last message sent; read does not fall back to delivered", () => {
  const receipt = (Id, stamp, RecipientParticipantId = "bot-1") => ({
    Id, AbsoluteTime: time(9), Type: "MESSAGEMETADATA", ContentType: E + "message.metadata",
    MessageMetadata: { MessageId: "i2", Receipts: [{ RecipientParticipantId, [stamp]: time(9) }] },
  })
  const said = all([mine("i1", 1, "One"), theirs("i3", 2, "Yes?"), mine("i2", 3, "Two")])
  const status = (state) => rows(state, utc).filter((row) => row.mine).map((row) => row.status)
  assert.deepEqual(status(said), ["", "sent"])
  assert.deepEqual(status(all([receipt("r1", "DeliveredTimestamp")], said)), ["", "delivered"])
  assert.deepEqual(status(all([receipt("r1", "ReadTimestamp"), receipt("r2", "DeliveredTimestamp")], said)), ["", "read"])
  assert.equal(all([receipt("r3", "ReadTimestamp", ME)], said), said)
})

test("chat.ended ends the conversation", () => {
  const state = all([event("i1", 1, "chat.ended", { ParticipantId: undefined, DisplayName: undefined })])
  assert.equal(state.ended, true)
  assert.equal(rows(state, utc).at(-1).text, "The chat has ended")
})

test("an attachment shows its name, type and state, and follows its scan", () => {
  const file = (Status) => ({ ...theirs("i1", 1), Type: "ATTACHMENT", Attachments: [{ AttachmentId: "a", AttachmentName: "note.pdf", ContentType: "application/pdf", Status }] })
  const facts = (state) => rows(state, utc).at(-1).bubbles.map((bubble) => [bubble.name, bubble.facts])
  const first = all([file("IN_PROGRESS")])
  assert.deepEqual(facts(first), [["note.pdf", "PDF, Being checked"]])
  assert.deepEqual(facts(all([file("APPROVED")], first)), [["note.pdf", "PDF, Checked"]])
})

const offered = (part) => part.options.map((one) => [one.label, one.detail, one.answer])

test("a list picker becomes choices, and remembers the one taken", () => {
  const content = JSON.stringify({ templateType: "ListPicker", version: "1.0", data: { content: { title: "Which?", elements: [{ title: "Red" }, { title: "Blue", subtitle: "Like the sea" }] } } })
  const asked = all([theirs("i1", 1, content, { ContentType: INTERACTIVE })])
  const bubble = (state) => rows(state, utc)[1].bubbles[0]
  assert.deepEqual(offered(bubble(asked).form.parts[0]), [["Red", "", "Red"], ["Blue", "Like the sea", "Blue"]])
  assert.equal(bubble(asked).chosen, "")
  const plain = { ContentType: "text/plain", ParticipantRole: "SYSTEM", ParticipantId: undefined } // a flow sends it as words
  assert.deepEqual(bubble(all([theirs("i1", 1, content, plain)])).form, bubble(asked).form)
  assert.equal(bubble(all([mine("i1", 1, content)])).text, content) // a customer asks nothing
  assert.equal(bubble(all([mine("i2", 2, "Hm"), mine("i3", 3, "Blue")], asked)).chosen, "Blue")
})

test("a carousel is answered with a title on one of its cards", () => {
  const card = (title, ...titles) => ({ templateType: "Panel", data: { content: { title, imageData: "https://x.example/a.jpg", imageDescription: "A shelf", elements: titles.map((one) => ({ title: one })) } } })
  const elements = [card("Oak", "Order oak"), 7, { data: {} }, card("Ash", "Order ash")]
  const content = JSON.stringify({ templateType: "Carousel", data: { content: { title: "Which?", elements } } })
  const state = all([theirs("i1", 1, content, { ContentType: INTERACTIVE }), mine("i2", 2, "Order ash")])
  const { form, chosen } = rows(state, utc)[1].bubbles[0]
  assert.deepEqual([form.template, offered(form.parts[0]), chosen], ["Carousel", [], "Order ash"])
  assert.deepEqual(form.parts.slice(1).map((one) => [one.title, one.picture, one.options.map((choice) => choice.answer)]), [["Oak", "A shelf", ["Order oak"]], ["Ash", "A shelf", ["Order ash"]]])
})

for (const broken of ["{", "null", "7", "[]", "{}", '{"data":null}', '{"data":{"content":7}}', '{"data":{"content":{"title":7}}}']) {
  test(`an interactive message that is ${broken} is said to be one, and its JSON is not shown`, () => {
    const state = all([theirs("i1", 1, broken, { ContentType: INTERACTIVE })])
    assert.deepEqual(texts(state), ["(An interactive message of a kind that this page cannot show)"])
  })
}

test("a template that nobody knows is never a title without choices", () => {
  const content = JSON.stringify({ templateType: "Hologram", data: { content: { title: "Which?", subtitle: "Of all" } } })
  const state = all([theirs("i1", 1, content, { ContentType: INTERACTIVE })])
  assert.deepEqual(texts(state), ["Which?\nOf all\n(An interactive message of a kind that this page cannot show)"])
})

test("a picker with broken elements shows the ones that can be read", () => {
  const content = JSON.stringify({ templateType: "ListPicker", data: { content: { title: "Which?", elements: [null, 7, { title: 7 }, { title: "Red", subtitle: 7 }] } } })
  const state = all([theirs("i1", 1, content, { ContentType: INTERACTIVE })])
  assert.deepEqual(offered(rows(state, utc)[1].bubbles[0].form.parts[0]), [["Red", "", "Red"]])
})

test("unknown events and items without an Id change nothing that is seen", () => {
  const state = all([event("i1", 1, "something.new"), { ...mine("", 2, "No Id"), Id: undefined }])
  assert.deepEqual(rows(state, utc), [])
})

test("a saved chat is what was said, with times and names", () => {
  const state = all([event("i1", 1, "participant.joined"), mine("i2", 2, "Hello"), theirs("i3", 3, "Good day")])
  assert.equal(asText(state), `${time(1)}  * Mira joined\r\n${time(2)}  Ada: Hello\r\n${time(3)}  Mira: Good day\r\n`)
})

test("behind the company's own name a person is there when somebody reads or types", () => {
  const named = (DisplayName, more = {}) => event("j", 1, "participant.joined", { DisplayName, ...more })
  const served = (...items) => conversation.isServed(all(items), "Fenmark Home")
  const desk = named("Fenmark Home")
  const read = { Type: "MESSAGEMETADATA", ContentType: "", MessageMetadata: { MessageId: "m", Receipts: [{ RecipientParticipantId: "bot-1", ReadTimestamp: time(9) }] } }
  assert.equal(served(), false)
  assert.equal(served(named("Mira")), true)
  assert.equal(served(named("Fenmark Home", { ParticipantRole: "AGENT" })), true)
  assert.equal(served(desk, mine("m", 2, "Hello"), theirs("q", 3, "You are next.", { DisplayName: "Fenmark Home" })), false)
  assert.equal(served(desk, mine("m", 2, "Hello"), read), true)
  assert.equal(served(desk, event("", 3, "typing", { DisplayName: "Fenmark Home" })), true)
  const again = event("j2", 20, "participant.joined", { DisplayName: "Fenmark Home" })
  assert.equal(served(desk, mine("m", 2, "Hello"), read, event("l", 10, "participant.left"), again), false)
})

test("a flow's question waits for what draws it, is drawn with it, and is never shown as its JSON", (t) => {
  t.after(() => bringForms(FORMS))
  const Content = JSON.stringify({ templateType: "QuickReply", version: "1.0", data: { content: { title: "More?", elements: [{ title: "Yes" }] } } })
  const flow = { ParticipantId: "flow", ParticipantRole: "SYSTEM", DisplayName: "SYSTEM_MESSAGE" }
  for (const ContentType of ["text/plain", INTERACTIVE]) {
    const state = conversation.apply(start(), theirs("q", 1, Content, { ...flow, ContentType }), 0)
    const shown = () => rows(state, utc).slice(1).map((row) => row.bubbles?.[0].kind ?? row.text)
    bringForms(null)
    assert.deepEqual(shown(), [])
    bringForms(NO_FORMS)
    assert.deepEqual(shown(), ["(An interactive message of a kind that this page cannot show)"])
    bringForms(FORMS)
    assert.deepEqual(shown(), ["choices"])
  }
})
