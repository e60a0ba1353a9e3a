import assert from "node:assert/strict"
import { test } from "node:test"

import { newsOf } from "../../agents/static/desk/js/state/queue_alerts.js"

const alert = (alertId, endedAt = null) => ({ alertId, kind: "waiting", queue: "Returns", limit: 5, value: 5, beganAt: "2026-12-01T10:00:00Z", endedAt })
const ids = ({ begun, over }) => [begun.map((one) => one.alertId), over.map((one) => one.alertId)]

test("what stood before the page was opened is no news", () => {
  assert.deepEqual(ids(newsOf(null, [alert(1)])), [[], []])
})

test("an alert is told once when it begins and once when it is over", () => {
  assert.deepEqual(ids(newsOf([], [alert(1)])), [[1], []])
  assert.deepEqual(ids(newsOf([alert(1)], [alert(1)])), [[], []])
  assert.deepEqual(ids(newsOf([alert(1)], [alert(1, "2026-12-01T10:05:00Z")])), [[], [1]])
  assert.deepEqual(ids(newsOf([alert(1, "2026-12-01T10:05:00Z")], [alert(1, "2026-12-01T10:05:00Z")])), [[], []])
})

test("one that was over before it was seen is no news", () => {
  assert.deepEqual(ids(newsOf([], [alert(2, "2026-12-01T10:05:00Z")])), [[], []])
})
