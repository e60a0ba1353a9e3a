import assert from "node:assert/strict"
import { test } from "node:test"
import { hasMarks, outgoingWords } from "../../agents/static/desk/js/state/markup.js"

test("bold, lists and links are marks", () => {
  for (const text of ["a **bold** word", "__bold__", "**two words**, and more", "- one\n- two", "Please:\n\n1. open it\n2. close it", "* a\n* b", "see [our shop](https://shop.example/a)"])
    assert.equal(hasMarks(text), true, text)
})

test("what only looks like marks is not", () => {
  for (const text of ["2 ** 3 ** 4", "a**b**c", "snake__case__name", "- Mira", "24. Dezember", "1. Mai\nist frei", "*", "** bold **", "\\**no**", "[x](javascript:alert)", "[x] (https://a.example)", "5 * 3"])
    assert.equal(hasMarks(text), false, text)
})

test("one rule: markdown where the chat takes it, else plain text without the marks", () => {
  const text = "**Open** it:\n- lid\n- box\n[how](https://a.example)"
  assert.deepEqual(outgoingWords(text, true), { content: text, contentType: "text/markdown", how: "formatted" })
  assert.deepEqual(outgoingWords(text, false), { content: "Open it:\n- lid\n- box\nhow (https://a.example)", contentType: "text/plain", how: "unmarked" })
  assert.deepEqual(outgoingWords("- a\n- b", false), { content: "- a\n- b", contentType: "text/plain", how: "" })
  assert.deepEqual(outgoingWords("Hello", true), { content: "Hello", contentType: "text/plain", how: "" })
})

test("sixteen kilobytes of almost marks are looked through at once", () => {
  const since = performance.now()
  for (const one of ["**", "__a", "[a](", "- ", "1. \n", "[", "**a "]) outgoingWords(one.repeat(16_000 / one.length), false)
  assert.ok(performance.now() - since < 2_000)
})
