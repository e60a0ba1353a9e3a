import assert from "node:assert/strict"
import { test } from "node:test"
import { MOST_HITS, found, hits, pattern, placeOf } from "../../agents/static/desk/js/state/find.js"
import { across, around, ending, following, places, rowAt } from "../../agents/static/desk/js/state/span.js"

const group = (key, ...texts) => ({
  key: `group:${key}`,
  kind: "group",
  bubbles: texts.map((text, i) => ({ key: `${key}${i}`, face: { kind: "text", text } })),
})
const line = (key, text) => ({ key, kind: "line", text })

test("every hit counts, in any case, in the order of the screen", () => {
  const rows = [
    line("l", "A shelf"),
    { key: "day:1", kind: "day", at: "" },
    group("g", "Shelf shelf", "none", "SHELF"),
    { key: "bot:b", kind: "bot", text: "Bot: which shelf?" },
  ]
  assert.deepEqual(hits(rows, "shelf"), [
    { key: "l", nth: 0 },
    { key: "g0", nth: 0 },
    { key: "g0", nth: 1 },
    { key: "g2", nth: 0 },
    { key: "bot:b", nth: 0 },
  ])
})

test("signs mean themselves, and a blank any white space", () => {
  const count = (text, words) => hits([line("l", text)], words).length
  assert.equal(count("a.b axb", "a.b"), 1)
  assert.equal(count("(1+1)=2? [x] \\ ^$ {3} */|", "[x] \\ ^$ {3} */|"), 1)
  assert.equal(count("one\n two", "one two"), 1)
  assert.equal(count("Ünder ünder", "ÜNDER"), 2)
  assert.equal(count("abc", "-"), 0)
})

test("letters are found however they are composed, as wide as they are, in any case of the locale", () => {
  const said = (text, words, locale = "en") => found(text, /** @type {RegExp} */ (pattern(words, locale)), locale).map(({ from, to }) => text.slice(from, to))
  assert.deepEqual(said("a Cafe\u0301, a caf\u00e9", "CAF\u00c9"), ["Cafe\u0301", "caf\u00e9"])
  assert.deepEqual(said("a caf\u00e9", "cafe\u0301"), ["caf\u00e9"])
  assert.deepEqual(said("caf\u00e9", "cafe"), [])
  assert.deepEqual(said("\uff21\uff22\uff11 AB1", "ab1"), ["\uff21\uff22\uff11", "AB1"])
  assert.deepEqual(said("\uff76\uff9e\uff72\uff84\uff9e", "\u30ac\u30a4\u30c9"), ["\uff76\uff9e\uff72\uff84\uff9e"])
  assert.deepEqual(said("Stra\u00dfe, STRASSE", "strasse"), ["Stra\u00dfe", "STRASSE"])
  assert.deepEqual(said("Stra\u00dfe", "\u1e9e"), ["\u00df"])
  assert.deepEqual(said("\u039f\u03b4\u03cc\u03c2", "\u03bf\u03b4\u03cc\u03c3"), ["\u039f\u03b4\u03cc\u03c2"])
  assert.deepEqual(said("\u1112\u1161\u11ab\u1100\u1173\u11af", "\ud55c\uae00"), ["\u1112\u1161\u11ab\u1100\u1173\u11af"])
  assert.deepEqual(said("office \ufb01le", "FILE"), ["\ufb01le"])
  assert.deepEqual(said("co\u00adoperate", "cooperate"), ["co\u00adoperate"])
  assert.deepEqual(said("\u0130stanbul, istanbul", "\u0130STANBUL", "tr"), ["\u0130stanbul", "istanbul"])
  assert.deepEqual(said("\u0131s\u0131 ISI isi", "ISI", "tr"), ["\u0131s\u0131", "ISI"])
})

test("nothing is found by nothing", () => {
  assert.equal(pattern("  "), null)
  assert.deepEqual(hits([line("l", "a b")], " "), [])
})

test("the newest hits count, so many are enough", () => {
  const all = hits([line("old", "a"), line("l", "a".repeat(5000))], "a")
  assert.equal(all.length, MOST_HITS)
  assert.deepEqual(all.at(-1), { key: "l", nth: 4999 })
})

test("the hit one stands on is found again, else the last one", () => {
  const all = [
    { key: "a", nth: 0 },
    { key: "b", nth: 1 },
  ]
  assert.equal(placeOf(all, { key: "a", nth: 0 }), 0)
  assert.equal(placeOf(all, { key: "gone", nth: 0 }), 1)
  assert.equal(placeOf([], null), -1)
})

// ---- what is drawn of a long transcript ----

const rows = Array.from({ length: 100 }, (_, i) => line(`r${i}`, ""))
const measured = new Map(rows.map((row) => [row.key, 100]))
const starts = places(rows, measured)

test("rows stand where the measured ones above them end, unmeasured ones are guessed by their bubbles", () => {
  assert.deepEqual([...places(rows.slice(0, 2), measured)], [0, 100, 200])
  const [, lineEnds] = places([line("x", "")], new Map())
  const [, , groupEnds] = places([line("x", ""), group("g", "a", "b")], new Map())
  assert.ok(groupEnds - lineEnds > 2 * lineEnds)
})

test("the row at a height", () => {
  assert.deepEqual(
    [-5, 0, 99, 100, 9_950, 99_999].map((top) => rowAt(starts, top)),
    [0, 0, 0, 1, 99, 99],
  )
  assert.equal(rowAt(places([], new Map()), 10), 0)
})

test("a stretch of pixels meets these rows", () => {
  assert.deepEqual(across(starts, 250, 450), { from: 2, to: 5 })
  assert.deepEqual(across(starts, -1_000, 50), { from: 0, to: 1 })
  assert.deepEqual(across(places([], new Map()), 0, 500), { from: 0, to: 0 })
})

test("what is drawn stays as long as it reaches far enough, and moves with the eye", () => {
  const first = ending(starts, 700)
  assert.equal(first.to, 100)
  assert.ok(first.from > 80)
  assert.equal(following(first, starts, 9_300, 700), first)
  const moved = following(first, starts, 5_000, 700)
  assert.ok(moved.from < 44 && moved.to > 63 && moved.to - moved.from < 45)
})

test("a row far away is drawn with its neighbours", () => {
  const span = around(starts, 50, 700)
  assert.ok(span.from < 44 && span.to > 56 && span.to - span.from < 40)
})
