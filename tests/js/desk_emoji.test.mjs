import assert from "node:assert/strict"
import { test } from "node:test"
import { MAX_BYTES, MAX_NOTE, direction, messagesRoom, notesRoom } from "../../agents/static/desk/js/composer/limits.js"
import { emoji, found } from "../../agents/static/desk/js/state/emoji.js"

const signs = (groups) => groups.flatMap((group) => group.all.map((one) => one.sign))

test("every emoji is there once, under a name of its own", () => {
  const all = emoji().flatMap((group) => group.all)
  assert.equal(new Set(all.map((one) => one.sign)).size, all.length)
  assert.equal(new Set(all.map((one) => one.name)).size, all.length)
  for (const { sign } of all) assert.match(sign, /^\p{RGI_Emoji}$/v)
})

test("they are found by the beginnings of the words of their names", () => {
  assert.deepEqual(signs(found(emoji(), "thumb")), ["👍", "👎"])
  assert.deepEqual(signs(found(emoji(), "Thumbs UP")), ["👍"])
  assert.deepEqual(found(emoji(), "red heart").map((group) => group.name), ["Hearts and feasts"])
  assert.deepEqual(found(emoji(), "humb"), [])
  assert.equal(signs(found(emoji(), "  ")).length, signs(emoji()).length)
})

test("words run the way of their first letter", () => {
  for (const text of ["hello שלום", "12 hello", "", "…"]) assert.equal(direction(text), "ltr")
  for (const text of ["שלום hello", "12 مرحبا"]) assert.equal(direction(text), "rtl")
})

test("a message counts in bytes, a note in characters, and what is too long is said with its limit", () => {
  assert.equal(messagesRoom("ä".repeat(MAX_BYTES / 2)).left, 0)
  assert.deepEqual(messagesRoom("x".repeat(MAX_BYTES - 1)), { left: 1, told: "1 byte left" })
  assert.match(messagesRoom("x".repeat(1_048_576)).told, /^Too long by 1,032,192 bytes: a message may have 16,384\./)
  assert.equal(notesRoom("😀".repeat(MAX_NOTE)).left, 0)
  assert.match(notesRoom("😀".repeat(MAX_NOTE + 1)).told, /^Too long by 1 characters: a note may have 4,000\./)
})
