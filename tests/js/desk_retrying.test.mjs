import assert from "node:assert/strict"
import { test } from "node:test"
import * as desk from "../../agents/static/desk/js/state/index.js"
import { canGoAgain, codeOf } from "../../agents/static/desk/js/state/retrying.js"
import { CHAT, contact, frame, outgoing, running } from "./wire.mjs"

const why = (values, code = "") => ({ code, sentence: "", values })
const again = (state) => desk.bubbles(state.conversations.chat, Object.values(state.unsent), { me: 7 }).filter((row) => row.kind === "group").map((row) => row.again)

test("a cause has the code of the cause in it", () => {
  assert.equal(codeOf(why({ why: why({}, "file_gone") }, "not_sent")), "file_gone")
  assert.equal(codeOf(why({ told: "code" })), "")
  assert.equal(codeOf(null), "")
})

test("what failed can go again while the contact is served and nothing final stands against it", () => {
  const failed = (values) => outgoing("t1", { state: "failed", why: why(values) })
  assert.equal(canGoAgain(failed({}), contact()), true)
  assert.equal(canGoAgain(failed({}), contact({ state: "ENDED" })), false)
  assert.equal(canGoAgain(failed({}), undefined), false)
  assert.equal(canGoAgain(failed({ why: why({}, "portal_sends_no_files") }), contact()), false)
})

test("a refusal that is the same next time offers no other try, one that passes does", () => {
  const refused = (reason) => desk.refuse(desk.queueMessage(running(), { contactId: "c1", initialContactId: "chat", clientToken: "u1", content: "a.txt", contentType: "text/plain", createdAt: "2026-11-20T09:00:00.000Z", size: 3 }), "u1", "no", reason)
  for (const final of ["fileLies", "fileType", "fileEmpty", "fileTooLarge", "filesNotPermitted", "contactNotConnected"]) assert.deepEqual(again(refused(final)), [false], final)
  for (const passing of ["diskFull", "session", "unavailable", ""]) assert.deepEqual(again(refused(passing)), [true], passing)
  const held = desk.apply(running(), frame("outgoing", CHAT, 2, { outgoing: outgoing("t1", { state: "failed" }) }))
  assert.deepEqual(again(held), [true])
})
