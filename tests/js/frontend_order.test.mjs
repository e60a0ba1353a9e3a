// Which children stay when a list comes in another order: as many as can.
import assert from "node:assert/strict"
import { test } from "node:test"
import { rising } from "../../agents/static/frontend/js/dom.js"

const stays = (numbers) => [...rising(numbers)].map((place) => numbers[place]).toReversed()

test("one that went to the end is the only one that moves", () => {
  assert.deepEqual(stays([0, 1, 3, 4, 5, 2]), [0, 1, 3, 4, 5])
  assert.deepEqual(stays([5, 0, 1, 2, 3, 4]), [0, 1, 2, 3, 4])
})

test("what is new stays nowhere, and an order that turned round keeps one", () => {
  assert.deepEqual(stays([-1, 0, -1, 1]), [0, 1])
  assert.equal(rising([3, 2, 1, 0]).size, 1)
  assert.equal(rising([]).size, 0)
})

test("of any order the longest row that rises stays", () => {
  const longest = (numbers) => {
    const lengths = []
    numbers.forEach((one, place) => (lengths[place] = 1 + Math.max(0, ...numbers.slice(0, place).flatMap((other, n) => (other < one ? [lengths[n]] : [])))))
    return Math.max(0, ...lengths)
  }
  let seed = 7
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647
  for (let round = 0; round < 200; round += 1) {
    const numbers = Array.from({ length: 12 }, (_, n) => [random(), n]).toSorted(([a], [b]) => a - b).map(([, n]) => n)
    const found = stays(numbers)
    assert.equal(found.length, longest(numbers))
    assert.ok(found.every((one, place) => place === 0 || found[place - 1] < one))
  }
})
