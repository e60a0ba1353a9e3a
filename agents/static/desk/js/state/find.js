// @ts-check
/** Where words stand in a transcript: every hit in the order of the screen. Pure. */

/**
 * @typedef {import("./bubbles.js").Row} Row
 * @typedef {{key: string, nth: number}} Hit  In which bubble or row, and which one of those in it.
 */

/** The newest so many count: whoever has more must say more exactly what they look for. */
export const MOST_HITS = 999

/** A letter with all its accents (those of narrow kana are signs of their own), or a whole Hangul syllable. */
const LETTER = /[\u1100-\u115f][\u1160-\u11a7][\u11a8-\u11ff]?|\P{M}[\p{M}\uff9e\uff9f]*|\p{M}+/gu
/** Nobody sees these, and nobody types them: soft hyphens, joiners, marks of direction. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu

/**
 * One spelling of all that reads the same: composed or decomposed, of any width, of any case as the locale has it.
 * @param {string} letter @param {string|undefined} locale undefined: the reader's
 */
const foldedLetter = (letter, locale) =>
  letter.normalize("NFKC").toLocaleLowerCase(locale).toLocaleUpperCase(locale).toLocaleLowerCase(locale).normalize("NFKC").replace(UNSEEN, "")

/** @param {string} text @param {string} [locale] */
const folded = (text, locale) => (text.match(LETTER) ?? []).map((letter) => foldedLetter(letter, locale)).join("")

/** No sign means anything but itself. @param {string} words @param {string} [locale] @returns {RegExp|null} of folded text; null: nothing to find */
export function pattern(words, locale) {
  const wanted = folded(words.trim(), locale)
  if (!wanted) return null
  // White space of any length: a line may break where somebody types a blank.
  const escaped = wanted.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&").replace(/\s+/g, "\\s+")
  return new RegExp(escaped, "gu")
}

/**
 * Where a text has the words: whole letters of the text as it is written.
 * @param {string} text @param {RegExp} wanted @param {string} [locale] @returns {{from: number, to: number}[]}
 */
export function found(text, wanted, locale) {
  let spelled = ""
  /** @type {number[]} of each sign of the folded text the place of its letter, and behind the last one the end */
  const places = []
  for (const { 0: letter, index } of text.matchAll(LETTER)) {
    const one = foldedLetter(letter, locale)
    for (let sign = 0; sign < one.length; sign += 1) places.push(index)
    spelled += one
  }
  places.push(text.length)
  const after = (/** @type {number} */ end) => places.find((place, at) => at >= end && place > places[end - 1]) ?? text.length
  return [...spelled.matchAll(wanted)].map((match) => ({ from: places[match.index], to: after(match.index + match[0].length) }))
}

/** @param {Row[]} rows @param {string} words @returns {Hit[]} */
export function hits(rows, words) {
  const wanted = pattern(words)
  /** @type {Hit[]} */
  const all = []
  if (!wanted) return all
  for (const { key, text } of rows.flatMap(wordsIn)) found(text, wanted).forEach((_, nth) => all.push({ key, nth }))
  return all.slice(-MOST_HITS)
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
