// @ts-check
/** What the list needs to know of a conversation, looked up once for each of its changes. Pure. */
import { isAnswer, isCustomers } from "./items.js"

/**
 * @typedef {import("../lib/types.js").Conversation} Conversation
 * @typedef {import("../lib/types.js").Item} Item
 * @typedef {Object} Facts
 * @property {number[]} numbers  Of the customer's items, ascending: unread counts stand on them.
 * @property {Item|null} customers  The customer's newest item.
 * @property {Item|null} waiting  Their first one that nobody has answered.
 * @property {string|null} answeredAt
 * @property {Item|null} last  The last words of a person.
 */

/** @type {WeakMap<Item[], Facts>} a changed list is another list */
const known = new WeakMap()

/** @param {Conversation} held @returns {Facts} */
export function factsOf({ items }) {
  let facts = known.get(items)
  if (!facts) known.set(items, (facts = look(items)))
  return facts
}

/** @param {Item[]} items @returns {Facts} */
function look(items) {
  const answered = items.findLastIndex(isAnswer)
  const customers = items.findLastIndex(isCustomers)
  const waiting = customers > answered ? items.findIndex((item, place) => place > answered && isCustomers(item)) : -1
  return {
    numbers: ascending(items.filter(isCustomers).map((item) => item.Number)),
    customers: items[customers] ?? null,
    waiting: items[waiting] ?? null,
    answeredAt: items[answered]?.AbsoluteTime ?? null,
    last: items[Math.max(answered, customers)] ?? null,
  }
}

/** The order of the screen is that of time: numbers are nearly in it. @param {number[]} numbers */
const ascending = (numbers) =>
  numbers.every((number, place) => place === 0 || numbers[place - 1] <= number)
    ? numbers
    : numbers.toSorted((a, b) => a - b)
