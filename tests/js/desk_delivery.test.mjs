// Times of delivery: in words, and on a scale of powers of ten.
import assert from "node:assert/strict"
import { test } from "node:test"
import { ratioOnScale, took } from "../../agents/static/desk/js/state/delivery.js"

test("a time is told in the unit that people read it in", () => {
  assert.deepEqual([0, 12, 999, 1_000, 1_249, 9_949, 12_500].map(took), ["0 ms", "12 ms", "999 ms", "1.0 s", "1.2 s", "9.9 s", "13 s"])
})

test("each power of ten has a quarter of the scale, and nothing leaves it", () => {
  assert.deepEqual([0, 1, 10, 100, 1_000, 10_000, 600_000].map(ratioOnScale), [0, 0, 0.25, 0.5, 0.75, 1, 1])
})
