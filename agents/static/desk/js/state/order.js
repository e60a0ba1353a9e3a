// @ts-check
/** The order of the list stays while the pointer or the focus is in it. Pure. */

/**
 * @typedef {Record<string, string[]>} Order  Group -> keys.
 * @param {Order} shown @param {Order} wanted
 * @returns {{order: Order, moved: number}} what to show while it is held, and how many cards would go elsewhere
 */
export function holdOrder(shown, wanted) {
  const alive = new Set(Object.values(wanted).flat())
  const placed = new Set(Object.values(shown).flat())
  const order = Object.fromEntries(
    Object.keys(wanted).map((group) => [
      group,
      [...(shown[group] ?? []).filter((key) => alive.has(key)), ...wanted[group].filter((key) => !placed.has(key))],
    ]),
  )
  return { order, moved: moved(order, wanted) }
}

/** @param {Order} order @param {Order} wanted */
function moved(order, wanted) {
  return Object.keys(wanted).reduce((sum, group) => sum + misplaced(order[group], wanted[group]), 0)
}

/**
 * Cards that are here and belong elsewhere, and the fewest that must move for the rest to be in order.
 * @param {string[]} order @param {string[]} wanted
 */
function misplaced(order, wanted) {
  const places = order.map((key) => wanted.indexOf(key))
  const strangers = places.filter((place) => place < 0).length
  const here = places.filter((place) => place >= 0)
  return strangers + here.length - longestRise(here)
}

/** @param {number[]} places */
function longestRise(places) {
  /** @type {number[]} */
  const best = []
  places.forEach((place, i) => {
    best[i] = 1 + Math.max(0, ...best.filter((_, j) => places[j] < place))
  })
  return Math.max(0, ...best)
}
