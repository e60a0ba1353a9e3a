// Files on their way: which can be sent, in what order, and how they stand in the conversation.
import assert from "node:assert/strict"
import test from "node:test"
import { bubbles } from "../../agents/static/desk/js/state/bubbles.js"
import { typeOf } from "../../frontend/js/files.js"
import { accepted, isRefused, wrong } from "../../agents/static/desk/js/state/attaching.js"
import { EMPTY, acknowledge, dropUnsent, queueMessage, refuse, retryUnsent, setAsked, toSend } from "../../agents/static/desk/js/state/index.js"
import { fileToSend } from "../../agents/static/desk/js/state/unsent.js"

const RULES = { maxBytes: 100, types: { png: "image/png", txt: "text/plain" }, refusedToUs: true }
const AT = "2026-11-20T09:00:00.000Z"
const contact = (more) => ({ contactId: "c", initialContactId: "c", state: "CONNECTED", relayed: false, ...more })
const conversation = (more = {}) => ({
  contacts: { c: contact() }, items: [], earlier: false, outgoing: {}, receipts: {}, notes: {}, tokens: {}, gap: null, ...more,
})
const item = (Id, more) => ({
  Id, AbsoluteTime: AT, Type: "ATTACHMENT", ContentType: "image/png", Content: null, ParticipantId: "p", ParticipantRole: "CUSTOMER",
  DisplayName: "Ada", ContactId: "c", InitialContactId: "c", Number: 1, Seq: 1, Author: null,
  Attachments: [{ AttachmentId: "a", AttachmentName: "a.png", ContentType: "image/png", Status: "APPROVED" }], ...more,
})

test("what cannot be sent is known by its name and its size", () => {
  for (const [name, size, what] of [
    ["a.PNG", 100, "none"], ["a.png", 101, "large"], ["a.txt", 0, "empty"], ["a.exe", 1, "type"],
    ["png", 1, "type"], ["a.constructor", 1, "type"], ["a.png.exe", 1, "type"], ["a.png ", 1, "type"],
  ])
    assert.equal(wrong({ name, size }, RULES), what, name)
  assert.equal(typeOf("x.Txt", RULES.types), "text/plain")
  assert.equal(accepted(RULES), ".png,.txt")
})

test("where Connect is known to refuse files none is tried, but by an agent's own participant", () => {
  assert.equal(isRefused(contact(), RULES), true)
  assert.equal(isRefused(undefined, RULES), true)
  assert.equal(isRefused(contact({ relayed: true }), RULES), false)
  assert.equal(isRefused(contact(), { ...RULES, refusedToUs: false }), false)
})

const queued = (state, clientToken, more) =>
  queueMessage(state, { contactId: "c", initialContactId: "c", clientToken, content: `${clientToken}.png`, contentType: "image/png", createdAt: AT, ...more })

test("one file at a time goes, in the order they were chosen, and words wait for none of them", () => {
  let state = queued(queued(queued(EMPTY, "a", { size: 1 }), "words"), "b", { size: 2 })
  assert.deepEqual(toSend(state).map((one) => one.clientToken), ["words"])
  assert.equal(fileToSend(state)?.clientToken, "a")
  state = setAsked(state, "a")
  assert.equal(fileToSend(state), null)
  assert.equal(fileToSend(acknowledge(state, "a", "queued"))?.clientToken, "b")
  assert.equal(fileToSend(refuse(state, "a", "no"))?.clientToken, "b")
  assert.equal(fileToSend(retryUnsent(state, "a"))?.clientToken, "a") // whether it arrived is not known: the same token again
  assert.equal(fileToSend(dropUnsent(state, "a"))?.clientToken, "b")
})

test("a file stands at the end while it is uploaded, queued and scanned, and keeps its bubble as an item", () => {
  const row = (state, more) => ({
    contactId: "c", clientToken: "t", kind: "ATTACHMENT", contentType: "image/png", content: "\u202ea.png", size: 7,
    author: { id: 1, name: "Mira" }, state, why: "", itemId: null, position: 5, createdAt: AT, ...more,
  })
  const last = (held, unsent = []) => bubbles(held, unsent, { me: 1 }).at(-1)
  const local = last(conversation(), [{ ...queued(EMPTY, "t", { size: 7 }).unsent.t, state: "asked" }])
  const taken = last(conversation({ outgoing: { t: row("taken") } }))
  const failed = last(conversation({ outgoing: { t: row("failed", { why: "Not sent: why." }) } }))
  const sent = last(conversation({ items: [item("i", { ParticipantRole: "AGENT", Author: { id: 1, name: "Mira" } })], tokens: { i: "t" } }))
  assert.deepEqual([local, taken, failed, sent].map((one) => [one.fate, one.bubbles[0].key, one.me]), [
    ["sending", "t", true], ["taken", "t", true], ["failed", "t", true], ["sent", "t", true],
  ])
  assert.deepEqual(taken.bubbles[0].face.file, { id: "", name: "a.png", type: "image/png", bytes: 7, status: "", token: "t" })
  assert.equal(failed.why, "Not sent: why.")
})

test("files are read through the agent's own participant while it is in the chat", () => {
  const files = (contacts) => bubbles(conversation({ contacts, items: [item("i")] }), [], { me: 1 }).at(-1).bubbles[0].files
  assert.deepEqual(files({ c: contact() }), { through: "", why: "custom" })
  assert.deepEqual(files({ c: contact({ relayed: true }) }), { through: "c", why: "over" })
  assert.deepEqual(files({ c: contact({ relayed: true, state: "ENDED" }) }), { through: "", why: "over" })
  assert.deepEqual(files({ c: contact(), d: contact({ contactId: "d", relayed: true }) }).through, "d")
})
