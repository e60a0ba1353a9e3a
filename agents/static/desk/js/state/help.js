// @ts-check
/** Raised hands: what an agent is told of theirs, and which of them call a supervisor. Pure. */

/**
 * @typedef {{reason: string, phrase?: boolean, raisedAt: string, takenBy: import("../lib/types.js").Author|null, escalated: boolean}} Help
 * @typedef {{contactId: string, customerName: string, agent?: import("../lib/types.js").Author|null, queue?: string, help: Help|null}} Asking
 * @typedef {Asking & {help: Help, key: string}} Call  The same hand has the same key; raised again it is another.
 */

/** How a hand stands. @param {Help|null|undefined} help @returns {"down"|"up"|"escalated"|"taken"} */
export function standing(help) {
  if (!help) return "down"
  if (help.takenBy) return "taken"
  return help.escalated ? "escalated" : "up"
}

/** Hands that nobody has taken, the escalated first, then the oldest. @param {Asking[]} rows @returns {Call[]} */
export function callsOf(rows) {
  const open = rows.flatMap((row) =>
    row.help && !row.help.takenBy ? [{ ...row, help: row.help, key: `${row.contactId} ${row.help.raisedAt}` }] : [],
  )
  return open.toSorted(
    (a, b) => Number(b.help.escalated) - Number(a.help.escalated) || Date.parse(a.help.raisedAt) - Date.parse(b.help.raisedAt),
  )
}

/**
 * Those that call now and did not before: new ones, and those that have escalated since.
 * @param {Call[]} calls @param {Call[]} before @param {string[]} muted
 */
export function newCalls(calls, before, muted) {
  const known = new Map(before.map((one) => [one.key, one.help.escalated]))
  return calls.filter((one) => !muted.includes(one.key) && (!known.has(one.key) || (one.help.escalated && !known.get(one.key))))
}

/** Mutes of hands that are down are forgotten. @param {string[]} muted @param {Call[]} calls */
export const keptMutes = (muted, calls) => muted.filter((key) => calls.some((one) => one.key === key))

/** "/help printer on fire" asks for help; null: these are words for the customer. @param {string} text @returns {string|null} */
export function helpAsked(text) {
  const found = /^\/help(?:\s+([\s\S]*))?$/iu.exec(text.trim())
  return found ? (found[1] ?? "").trim() : null
}
