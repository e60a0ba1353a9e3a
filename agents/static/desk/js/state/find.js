// @ts-check
/** Where words stand in a transcript: every hit in the order of the screen. Pure. */

/**
 * @typedef {import("./bubbles.js").Row} Row
 * @typedef {{key: string, nth: number}} Hit  In which bubble or row, and which one of those in it.
 */

/** The newest so many count: whoever has more must say more exactly what they look for. */
export const MOST_HITS = 999

/** Letters of any case; no other sign means anything. @param {string} words @returns {RegExp|null} null: nothing to find */
export function pattern(words) {
  const wanted = words.trim()
  if (!wanted) return null
  // White space of any length: a line may break where somebody types a blank.
  const escaped = wanted.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&").replace(/\s+/g, "\\s+")
  return new RegExp(escaped, "giu")
}

/** @param {Row[]} rows @param {string} words @returns {Hit[]} */
export function hits(rows, words) {
  const wanted = pattern(words)
  /** @type {Hit[]} */
  const found = []
  if (!wanted) return found
  for (const { key, text } of rows.flatMap(wordsIn)) {
    const count = [...text.matchAll(wanted)].length
    for (let nth = 0; nth < count; nth += 1) found.push({ key, nth })
  }
  return found.slice(-MOST_HITS)
}

/** @param {Row} row @returns {{key: string, text: string}[]} */
function wordsIn(row) {
  if (row.kind === "group") return row.bubbles.map(({ key, face }) => ({ key, text: face.text }))
  return row.kind === "line" || row.kind === "bot" || row.kind === "note" ? [{ key: row.key, text: row.text }] : []
}

/**
 * The same hit after the transcript has changed; when it is gone, the one nearest to the end.
 * @param {Hit[]} all @param {Hit|null} hit @returns {number} its place; -1: there is none
 */
export function placeOf(all, hit) {
  const place = hit ? all.findIndex((one) => one.key === hit.key && one.nth === hit.nth) : -1
  return place >= 0 ? place : all.length - 1
}
