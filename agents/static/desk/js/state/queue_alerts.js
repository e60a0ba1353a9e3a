// @ts-check
/** What of the alerts of queues is news. Pure. */

/** @typedef {{alertId: number, kind: string, queue: string, limit: number, value: number, beganAt: string, endedAt: string|null}} QueueAlert */

/**
 * Each alert is told once when it begins and once when it is over; what stood before the page was opened is no news.
 * @param {QueueAlert[]|null} before @param {QueueAlert[]} now @returns {{begun: QueueAlert[], over: QueueAlert[]}}
 */
export function newsOf(before, now) {
  if (before === null) return { begun: [], over: [] }
  const known = new Map(before.map((one) => [one.alertId, one.endedAt]))
  return {
    begun: now.filter((one) => !one.endedAt && !known.has(one.alertId)),
    over: now.filter((one) => one.endedAt && known.get(one.alertId) === null),
  }
}
