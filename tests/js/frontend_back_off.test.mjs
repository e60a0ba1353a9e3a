// How patiently the desk and the customer's page come back.
import assert from "node:assert/strict"
import { test } from "node:test"

import { backOff } from "../../frontend/js/back_off.js"

const waits = (chance, ...tries) => tries.map((one) => backOff(one, chance, { first: 300, most: 5_000 }))

test("the wait between two tries doubles, is spread, and never exceeds the most", () => {
  assert.deepEqual(waits(1, 0, 1, 2, 3, 4, 5, 50), [300, 600, 1_200, 2_400, 4_800, 5_000, 5_000])
  assert.deepEqual(waits(0, 0, 50), [150, 2_500])
})
