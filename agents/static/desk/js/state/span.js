// @ts-check
/** Which rows of a long transcript are drawn: those in sight and some around them; the rest is empty space. Pure. */

/** @typedef {{from: number, to: number}} Span  Rows from `from` up to, not including, `to`. */

/** What nobody has measured yet is taken to be so high: a line, and each bubble of a group. */
const LINE = 40
const BUBBLE = 44
/** So far beyond what is in sight rows are drawn, in pixels: a turn of the wheel finds them there. */
export const MARGIN = 600
/** When rows are missing, so many pixels more are drawn than must be, that the next turn of the wheel draws nothing. */
export const AHEAD = 900

/**
 * Where each row begins, were all of them drawn; the last number is where they end.
 * @param {import("./bubbles.js").Row[]} rows @param {Map<string, number>} heights what has been measured
 */
export function places(rows, heights) {
  const found = new Float64Array(rows.length + 1)
  rows.forEach((row, place) => {
    found[place + 1] = found[place] + (heights.get(row.key) ?? guess(row))
  })
  return found
}

/** @param {import("./bubbles.js").Row} row */
const guess = (row) => LINE + (row.kind === "group" ? row.bubbles.length * BUBBLE : 0)

/** The row at this height. @param {Float64Array} starts @param {number} top */
export function rowAt(starts, top) {
  let low = 0
  let high = starts.length - 2
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (starts[middle] <= top) low = middle
    else high = middle - 1
  }
  return Math.max(0, low)
}

/** The rows that meet a stretch of pixels. @param {Float64Array} starts @param {number} top @param {number} bottom @returns {Span} */
export function across(starts, top, bottom) {
  const count = starts.length - 1
  if (count === 0) return { from: 0, to: 0 }
  return { from: rowAt(starts, Math.max(0, top)), to: Math.min(count, rowAt(starts, Math.max(0, bottom)) + 1) }
}

/**
 * What to draw when these pixels are in sight: the same span as long as it reaches far enough.
 * @param {Span} span @param {Float64Array} starts @param {number} top @param {number} height @returns {Span}
 */
export function following(span, starts, top, height) {
  const must = across(starts, top - MARGIN, top + height + MARGIN)
  if (must.from >= span.from && must.to <= span.to) return span
  return across(starts, top - MARGIN - AHEAD, top + height + MARGIN + AHEAD)
}

/** The last rows, for a window of this height. @param {Float64Array} starts @param {number} height @returns {Span} */
export const ending = (starts, height) => across(starts, starts[starts.length - 1] - height - MARGIN, Infinity)

/** Rows around one of them. @param {Float64Array} starts @param {number} row @param {number} height @returns {Span} */
export const around = (starts, row, height) =>
  across(starts, starts[row] - height - MARGIN, starts[row] + height + MARGIN)
