import assert from "node:assert/strict"
import { test } from "node:test"
import { gapIn, ranked, slashAt } from "../../agents/static/desk/js/state/quick.js"

const response = (shortcut, name = "", content = "") => ({ shortcut, name, content })
const at = (text) => slashAt(text, text.length)

test("a slash asks at the beginning of the text and of a word, and nowhere else", () => {
  assert.deepEqual(at("/"), { from: 0, query: "" })
  assert.deepEqual(at("Hello\n/tra"), { from: 6, query: "tra" })
  assert.deepEqual(at("so /größe"), { from: 3, query: "größe" })
  for (const text of ["and/or", "https://x", "/tra ", "1 / 2", "", "//", `/${"x".repeat(41)}`]) assert.equal(at(text), null, text)
})

test("only what stands before the caret asks", () => {
  assert.deepEqual(slashAt("/track me", 3), { from: 0, query: "tr" })
  assert.equal(slashAt("/track me", 9), null)
  assert.deepEqual(slashAt(`${"x ".repeat(5000)}/tr`, 10_003), { from: 10_000, query: "tr" })
})

test("shortcuts count before names, names before contents, beginnings before middles", () => {
  const all = [
    response("in-content", "", "we track it"),
    response("content", "", "track it"),
    response("named", "No tracking yet"),
    response("name", "Tracking link"),
    response("backtrack"),
    response("track"),
    response("nothing"),
  ]
  assert.deepEqual(
    ranked(all, "TRA").map(({ response: { shortcut }, field, at: place }) => [shortcut, field, place]),
    [
      ["track", "shortcut", 0],
      ["backtrack", "shortcut", 4],
      ["name", "name", 0],
      ["named", "name", 3],
      ["content", "content", 0],
      ["in-content", "content", 3],
    ],
  )
})

test("nothing typed yet shows all by shortcut, and never more than fifty", () => {
  const all = Array.from({ length: 80 }, (_, i) => response(`s${String(79 - i).padStart(2, "0")}`))
  const shown = ranked(all, "").map((hit) => hit.response.shortcut)
  assert.deepEqual([shown.length, shown[0], shown[49]], [50, "s00", "s49"])
  assert.deepEqual(ranked(all, "nowhere"), [])
})

test("what stands in braces to be filled in is found, code is not", () => {
  assert.deepEqual(gapIn("Your link is {link}, {name}."), { from: 13, to: 19, words: "{link}" })
  for (const gap of ["{order number}", "{customer's name}", "{date/time}", "{Größe}", "{имя}", "{0}", "{ name }", "{{Agent.FirstName}}"])
    assert.equal(gapIn(`Hello ${gap}!`)?.words, gap)
  for (const text of ["no gap", "{}", "{a\nb}", "{<b>}", '{"id": 1}', "a { color: red; }", "{…}", "{'a'=1}"]) assert.equal(gapIn(text), null, text)
})
