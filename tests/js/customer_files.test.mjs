// The customer's files: which can be sent, and what becomes of one between the choice and the transcript.
import assert from "node:assert/strict"
import { test } from "node:test"

import * as conversation from "../../frontend/chat/conversation.js"
import { FILE_MAX, fileError } from "../../frontend/chat/files.js"
import { isPicture, sizeWord, typeOf, typeWord } from "../../frontend/js/files.js"
import { FORMS } from "../../frontend/chat/asked.js"
import { bringForms } from "../../frontend/chat/forms.js"
import { rows } from "../../frontend/chat/rows.js"

bringForms(FORMS)
const ME = "customer-1"
const AT = "2026-11-18T17:46:00.000Z"
const item = (Id, more = {}) => ({
  Id, AbsoluteTime: AT, Type: "ATTACHMENT", ContentType: "image/png", ParticipantId: ME, ParticipantRole: "CUSTOMER", DisplayName: "Ada",
  Attachments: [{ AttachmentId: "a", AttachmentName: "a.png", ContentType: "image/png", Status: "APPROVED" }], ...more,
})
const chosen = () =>
  conversation.attach(conversation.empty(ME, "Ada"), { clientToken: "t", content: "a.png", contentType: "image/png", size: 2_048, at: AT })
const bubbles = (state) => rows(state, (at) => at.slice(0, 10)).filter((row) => row.kind === "group").flatMap((row) => row.bubbles)

test("what cannot be sent says why", () => {
  assert.equal(fileError({ name: "a.PNG", size: FILE_MAX }), "")
  assert.equal(fileError({ name: "a.svg", size: 1 }), "“a.svg” cannot be sent: pictures, PDF, Office, text, sound and film files can.")
  assert.equal(fileError({ name: "a.constructor", size: 1 }).includes("cannot be sent"), true)
  assert.equal(fileError({ name: "a.png", size: 0 }), "“a.png” is empty.")
  assert.equal(fileError({ name: "a.png", size: FILE_MAX + 1_000_000 }), "“a.png” has 22 MB; 20 MB is the most.")
  assert.deepEqual(["image/jpeg", "application/pdf", "application/vnd.ms-excel", "x/y-long-name"].map(typeWord), ["JPEG", "PDF", "XLS", "x/y-long-name"])
  assert.deepEqual([7, 2_048, 15_360].map(sizeWord), ["7 byte", "2 kB", "15 kB"])
  assert.deepEqual(["image/png", "image/jpeg", "image/heic", "image/svg+xml"].map(isPicture), [true, true, false, false])
  assert.equal(typeOf("x.txt", { txt: "text/plain" }), "text/plain")
})

test("a file waits in its turn, is known by its id once it is uploaded, and becomes its item in the same bubble", () => {
  const waiting = chosen()
  assert.equal(conversation.nextToSend(waiting)?.clientToken, "t")
  const [before] = bubbles(waiting)
  assert.deepEqual([before.kind, before.name, before.facts, before.opens], ["file", "a.png", "PNG, 2 kB", ""])
  const checked = conversation.mark(conversation.uploaded(waiting, "t", "a"), "t", "checked")
  assert.equal(conversation.nextToSend(checked), undefined)
  const sent = conversation.apply(checked, item("i"), 0)
  assert.deepEqual(sent.outgoing, [])
  const [after] = bubbles(sent)
  assert.deepEqual([after.key, after.opens, after.picture], [before.key, "a", true])
  assert.deepEqual(bubbles(conversation.apply(sent, item("i"), 0)).length, 1)
})

test("its item may come before the answer, and somebody else's changes nothing", () => {
  const uploaded = conversation.uploaded(chosen(), "t", "a")
  assert.deepEqual(conversation.apply(uploaded, item("i"), 0).outgoing, [])
  const theirs = item("i", { ParticipantId: "agent", ParticipantRole: "AGENT" })
  assert.equal(conversation.apply(uploaded, theirs, 0).outgoing.length, 1)
})

test("what Connect has refused or still scans cannot be opened", () => {
  const one = (Status) => bubbles(conversation.apply(conversation.empty(ME, "Ada"), item("i", { Attachments: [{ AttachmentId: "a", AttachmentName: "a.png", ContentType: "image/png", Status }] }), 0))[0]
  assert.deepEqual(["APPROVED", "IN_PROGRESS", "REJECTED"].map((status) => [one(status).opens, one(status).picture]), [["a", true], ["", false], ["", false]])
})
