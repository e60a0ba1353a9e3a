import assert from "node:assert/strict"
import { test } from "node:test"
import { actionOf, defaults, isLetter, keptOf, keymapOf, letterOf, refused, shown, spoken } from "../../agents/static/desk/js/state/keymap.js"

const OURS = defaults(false)
const MACS = defaults(true)

test("only what was changed is kept, and it is read again", () => {
  assert.equal(keptOf({ ...OURS }, false), "")
  const mine = { ...OURS, transfer: "Alt+x" }
  assert.equal(keptOf(mine, false), '{"transfer":"Alt+x"}')
  assert.deepEqual(keymapOf(keptOf(mine, false), false), mine)
  assert.equal(actionOf(mine, ["Alt+x"]), "transfer")
  assert.equal(actionOf(mine, ["Alt+t"]), null)
})

test("two actions may have changed their keys with each other", () => {
  for (const swap of [{ "list.next": "k", "list.previous": "j" }, { end: "Alt+t", transfer: "Alt+e" }]) {
    const swapped = { ...OURS, ...swap }
    assert.deepEqual(keymapOf(keptOf(swapped, false), false), swapped)
  }
})

test("what makes no sense is as if nothing was kept, and so is a letter for what works where one writes", () => {
  const before = '{"end":"x"}' // as it was kept when actions had single letters
  for (const kept of ["", "no json", "null", "[1]", '{"list.next":"k"}', '{"list.next":"5"}', '{"next":7}', '{"nextt":"x"}', '{"constructor":"x"}', before])
    assert.deepEqual(keymapOf(kept, false), OURS, kept)
})

test("what cannot be undone has no letter of its own, and every action has keys that write nothing", () => {
  const letters = Object.keys(OURS).filter(isLetter)
  assert.deepEqual(letters.map((name) => name.slice(5)).toSorted(), ["accept", "decline", "go", "keys", "next", "previous"])
  for (const action of ["accept", "decline", "transfer", "note", "end", "wrap", "state"])
    for (const map of [OURS, MACS]) assert.match(map[action], /^(Alt|Ctrl\+Shift)\+[a-z]$/)
  for (const [map, mac] of [[OURS, false], [MACS, true]])
    for (const [name, keys] of Object.entries(map)) assert.equal(refused(map, name, keys, mac), null, `${name} ${keys}`)
})

test("a letter of the list is refused that another one has, that is a place, or that is no sign", () => {
  const why = (key) => refused(OURS, "list.next", key, false)
  assert.deepEqual(why("k"), { why: "taken", by: "list.previous" })
  assert.equal(why("1")?.why, "place")
  for (const key of ["F5", "Enter", " ", "", "J", "\u200b", "Alt+x", "ArrowUp"]) assert.equal(why(key)?.why, "sign", JSON.stringify(key))
  for (const key of ["j", "x", "e", "0", "+", "ö", "ж"]) assert.equal(why(key), null, key)
})

test("keys for everywhere are refused that write, that are the browser's, or that another action has", () => {
  const why = (keys, mac = false) => refused(mac ? MACS : OURS, "end", keys, mac)?.why ?? null
  for (const keys of ["x", "?", "ö", "ArrowUp", "Ctrl+Alt+x", "Ctrl+Alt+Shift+x"]) assert.equal(why(keys), "writes", keys)
  for (const keys of ["Ctrl+w", "Ctrl+t", "Ctrl+c", "Ctrl+k", "Ctrl+f", "Ctrl+Shift+n", "Meta+x"]) assert.equal(why(keys), "browser", keys)
  for (const keys of ["Alt+F4", "Alt+ArrowLeft", "Alt+Tab", "Alt+", "Alt+ "]) assert.equal(why(keys), "sign", keys)
  assert.deepEqual(refused(OURS, "end", "Alt+t", false), { why: "taken", by: "transfer" })
  for (const keys of ["Alt+x", "Alt+Shift+e", "Ctrl+e", "Ctrl+Shift+x", "Alt++", "Alt+1", "Alt+ö"]) assert.equal(why(keys), null, keys)
  assert.equal(why("Alt+x", true), "writes") // a Mac's Option key writes signs
  assert.equal(why("Meta+w", true), "browser")
  assert.equal(why("Ctrl+Shift+x", true), null)
})

test("the letters of the list and the keys for everywhere are two tables", () => {
  assert.equal(letterOf(OURS, ["a"]), "accept")
  assert.equal(actionOf(OURS, ["a"]), null)
  assert.equal(letterOf(OURS, ["Alt+a"]), null)
  assert.equal(actionOf(OURS, ["Alt+л", "Alt+k"]), "keys")
  assert.deepEqual(["3", "e", "n", "w", "s", "t", "end", "next", "0"].map((key) => letterOf(OURS, [key])), ["3", ...Array(8).fill(null)])
})

test("keys are shown as they are written on the keyboard, and told to whoever listens", () => {
  assert.equal(shown("Alt+ArrowDown", false), "Alt ↓")
  assert.equal(shown("Ctrl+Shift+e", true), "⌃ ⇧ E")
  assert.equal(shown("Alt++", false), "Alt +")
  assert.equal(spoken("Ctrl+Shift+e"), "Control+Shift+E")
  assert.equal(spoken("Alt+ArrowUp"), "Alt+ArrowUp")
})
