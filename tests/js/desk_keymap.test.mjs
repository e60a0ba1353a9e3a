import assert from "node:assert/strict"
import { test } from "node:test"
import { DEFAULTS, actionOf, keptOf, keymapOf, refused } from "../../agents/static/desk/js/state/keymap.js"

test("only what was changed is kept, and it is read again", () => {
  assert.equal(keptOf({ ...DEFAULTS }), "")
  const mine = { ...DEFAULTS, transfer: "x" }
  assert.equal(keptOf(mine), '{"transfer":"x"}')
  assert.deepEqual(keymapOf(keptOf(mine)), mine)
  assert.equal(actionOf(mine, "x"), "transfer")
  assert.equal(actionOf(mine, "t"), null)
})

test("two actions may have changed their keys with each other", () => {
  const swapped = { ...DEFAULTS, next: "k", previous: "j" }
  assert.deepEqual(keymapOf(keptOf(swapped)), swapped)
})

test("what makes no sense is as if nothing was kept", () => {
  for (const kept of ["", "no json", "null", "[1]", '{"next":"k"}', '{"next":"5"}', '{"next":7}', '{"nextt":"x"}', '{"constructor":"x"}'])
    assert.deepEqual(keymapOf(kept), DEFAULTS, kept)
})

test("a key is refused that another action has, that is a place, or that is no sign", () => {
  const why = (key, action = "next") => refused(DEFAULTS, action, key)
  assert.deepEqual(why("k"), { why: "taken", by: "previous" })
  assert.equal(why("1")?.why, "place")
  for (const key of ["f5", "enter", " ", "", "J", "\u200b"]) assert.equal(why(key)?.why, "sign", JSON.stringify(key))
  for (const key of ["j", "x", "0", "+", "ö", "ж"]) assert.equal(why(key), null, key)
})

test("a digit is a place, and a key with a name is no action of that name", () => {
  assert.deepEqual(
    ["3", "e", "end", "next", "0"].map((key) => actionOf(DEFAULTS, key)),
    ["3", "end", null, null, null],
  )
})
