// What the customer's page tells before Connect has to refuse.
import assert from "node:assert/strict"
import { test } from "node:test"

import { messageError, nameError, roomLeft, tooLong } from "../../frontend/chat/limits.js"

test("a name of 256 characters is taken, one more is not", () => {
  assert.equal(nameError("ä".repeat(256)), "")
  assert.equal(nameError("ä".repeat(257)), "This name has 257 characters; 256 is the most.")
  assert.equal(nameError("  "), "Write your name: whoever answers sees it.")
})

test("a message is measured in bytes of UTF-8, as Connect measures it", () => {
  assert.equal(tooLong("ä".repeat(8_192)), "")
  assert.equal(tooLong("ä".repeat(8_193)), "Too long by 2 bytes (of 16,384). Shorten it, or send it in two parts.")
  assert.equal(messageError("\n "), "Write what it is about: it is the first thing they read.")
})

test("the room left is told near the limit only", () => {
  assert.equal(roomLeft("a".repeat(15_383)), "")
  assert.equal(roomLeft("a".repeat(15_384)), "1,000 bytes left")
  assert.equal(roomLeft("a".repeat(16_385)), "")
})
