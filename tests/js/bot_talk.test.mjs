import assert from "node:assert/strict"
import { test } from "node:test"

import { asksForPerson, Talk } from "../../emulator/connect_emulator/pages/bot_talk.js"

test("what was said is told in parts of 400 characters, as Lex Web UI numbers them", () => {
  const talk = new Talk()
  talk.add("Bot", "😀".repeat(400))
  talk.add("Customer", "hi")
  const [first, second] = talk.parts
  assert.equal(talk.parts.length, 2)
  assert.equal(first, `Bot Transcript: (1\\2)\nBot: ${"😀".repeat(395)}`)
  assert.equal(second, `Bot Transcript: (2\\2)\n${"😀".repeat(5)}\nCustomer: hi`)
  assert.deepEqual(new Talk().parts, [])
})

test("intent and slots become attributes that a page may pass on; what is not understood changes none", () => {
  const talk = new Talk()
  talk.understood({ says: [], memory: { misses: 0 }, intent: "OrderStatus", slots: { "order number": "47" } })
  talk.understood({ says: [], memory: {}, intent: null, slots: {} })
  assert.deepEqual(talk.attributes, { topic: "OrderStatus", connect_intent: "OrderStatus", connect_slot_order_number: "47" })
  assert.deepEqual(talk.memory, {})
})

test("a term is the whole of what is said, in any case", () => {
  for (const words of ["live chat", " Live Chat ", "help me"]) assert.equal(asksForPerson(words, "live chat, Help me,"), true)
  for (const words of ["", "a live chat", "live"]) assert.equal(asksForPerson(words, "live chat, Help me,"), false)
})
