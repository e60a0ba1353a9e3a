import assert from "node:assert/strict"
import { test } from "node:test"
import { fit, ranked } from "../../agents/static/desk/js/state/fuzzy.js"

const ACTIONS = ["End the chat", "Next contact", "Go to the desk", "After contact work done", "Go Available", "Transfer the contact"]
const best = (typed, things = ACTIONS) => ranked(things, typed, (thing) => thing)

test("beginnings of words come before what is inside, and that before scattered letters", () => {
  assert.deepEqual(best("con"), ["Next contact", "Transfer the contact", "After contact work done"])
  assert.equal(best("end")[0], "End the chat")
  assert.equal(best("avail")[0], "Go Available")
  assert.equal(best("nc")[0], "Next contact")
  assert.equal(best("awd")[0], "After contact work done")
})

test("every word must fit, in any order; nothing fits what is not there", () => {
  assert.deepEqual(best("contact next"), ["Next contact"])
  assert.deepEqual(best("zz"), [])
  assert.equal(fit("Next contact", "next zebra"), null)
})

test("accents and capitals do not matter", () => {
  assert.deepEqual(best("oyst", ["Øystein", "Öystein Bråten"]), ["Öystein Bråten"])
  assert.deepEqual(best("BRATEN", ["Öystein Bråten"]), ["Öystein Bråten"])
})

test("nothing typed is everything in its order, and what fits alike keeps it", () => {
  assert.deepEqual(best(""), ACTIONS)
  assert.deepEqual(best("  "), ACTIONS)
  assert.deepEqual(best("a", ["a1", "a2", "a3"]), ["a1", "a2", "a3"])
})
