import assert from "node:assert/strict"
import { test } from "node:test"
import { combinations, isAltGr, isCtrl, writes, writesLatin } from "../../agents/static/desk/js/state/presses.js"

const HELD = { ctrlKey: false, altKey: false, shiftKey: false, metaKey: false }
const press = (key, code, held = {}) => ({ key, code, ...HELD, ...held })
const altGr = (key, code, held = {}) => ({ ...press(key, code, held), getModifierState: (name) => name === "AltGraph" })
const ctrl = { ctrlKey: true }
const alt = { altKey: true }
const shift = { shiftKey: true }

// What stands where a Latin keyboard has the letter, on the layouts of the place.
const LAYOUTS = {
  Russian: { k: "л", f: "а", a: "ф", e: "у", w: "ц", q: "й" },
  Ukrainian: { s: "і", e: "у", k: "л" },
  Greek: { k: "κ", f: "φ", a: "α", e: "ε", w: "ς", q: ";" },
  Hebrew: { k: "ל", f: "כ", a: "ש", e: "ק", w: "'", q: "/" },
  Arabic: { k: "ن", f: "ب", a: "ش", e: "ث", w: "ص", b: "لا" },
}

test("on a layout without the letter it is the place that counts", () => {
  for (const [layout, keys] of Object.entries(LAYOUTS))
    for (const [letter, sign] of Object.entries(keys))
      for (const [held, told] of [[alt, "Alt+"], [ctrl, "Ctrl+"], [{}, ""]])
        assert.equal(combinations(press(sign, `Key${letter.toUpperCase()}`, held)).at(-1), told + letter, `${layout} ${letter}`)
})

test("on a Latin layout it is the letter that counts, wherever it stands", () => {
  assert.deepEqual(combinations(press("a", "KeyQ", alt)), ["Alt+a"]) // AZERTY
  assert.deepEqual(combinations(press("k", "KeyV", ctrl)), ["Ctrl+k"]) // Dvorak
  assert.deepEqual(combinations(press("K", "KeyK", ctrl)), ["Ctrl+k"]) // caps lock
  assert.deepEqual(combinations(press("ö", "Semicolon", alt)), ["Alt+ö"])
  assert.deepEqual(combinations(press("ı", "KeyI", alt)), ["Alt+ı"])
})

test("a sign where others have a letter is that letter only as long as nobody writes Latin", () => {
  assert.deepEqual(combinations(press(".", "KeyE", alt), true), ["Alt+."]) // Dvorak
  assert.deepEqual(combinations(press("'", "KeyW", alt), false), ["Alt+'", "Alt+w"]) // Hebrew
  assert.equal(writesLatin(press("'", "KeyW"), null), null)
  assert.equal(writesLatin(press("q", "KeyX"), null), true)
  assert.equal(writesLatin(press("ל", "KeyK"), true), false)
  assert.equal(writesLatin(press("k", "KeyK", ctrl), false), false) // some systems have Latin letters with Ctrl
  assert.equal(writesLatin(press("Enter", "Enter"), false), false)
})

test("digits go by place where the row has other signs", () => {
  assert.deepEqual(combinations(press("é", "Digit2")), ["é", "2"]) // AZERTY
  assert.deepEqual(combinations(press("٣", "Digit3")), ["٣", "3"])
  assert.deepEqual(combinations(press("&", "Digit7", shift)), ["&"])
})

test("AltGr and dead keys are no combinations", () => {
  for (const one of [
    altGr("@", "KeyQ"), // Linux
    altGr("ł", "KeyL"),
    press("€", "KeyE", { ...ctrl, ...alt }), // Windows
    press("e", "KeyE", { ...ctrl, ...alt }),
    press("Dead", "KeyE", alt), // a Mac's accents
    press("Dead", "KeyK", ctrl),
    press("Dead", "Equal"),
    press("Process", "KeyA"),
    press("Unidentified", "KeyA", alt),
  ])
    assert.deepEqual(combinations(one), [], JSON.stringify(one))
  assert.ok(!isCtrl(altGr("k", "KeyK", ctrl), "k"))
  assert.ok(isAltGr(press("@", "KeyQ", { ...ctrl, ...alt })))
})

test("Ctrl and Cmd are one, with Shift they are others", () => {
  assert.ok(isCtrl(press("k", "KeyK", ctrl), "k"))
  assert.ok(isCtrl(press("л", "KeyK", { metaKey: true }), "k"))
  assert.ok(!isCtrl(press("K", "KeyK", { ...ctrl, ...shift }), "k"))
  assert.ok(!isCtrl(press("k", "KeyK", { ...ctrl, ...alt }), "k"))
})

test("what writes a sign is told from what does not", () => {
  for (const one of [press("a", "KeyA"), press("A", "KeyA", shift), press("ж", "Semicolon"), press("لا", "KeyB"), press("Dead", "Equal"), altGr("@", "KeyQ"), press("@", "KeyQ", { ...ctrl, ...alt })])
    assert.ok(writes(one, false), JSON.stringify(one))
  for (const one of [press(" ", "Space"), press("Enter", "Enter"), press("F5", "F5"), press("Backspace", "Backspace"), press("a", "KeyA", ctrl), press("a", "KeyA", alt), press("v", "KeyV", { metaKey: true }), press("Shift", "ShiftLeft", shift)])
    assert.ok(!writes(one, false), JSON.stringify(one))
  assert.ok(writes(press("å", "KeyA", alt), true))
})
