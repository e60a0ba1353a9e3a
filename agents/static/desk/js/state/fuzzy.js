// @ts-check
/** Which words fit what was typed, and how well: letters in order, best where words begin. Pure. */

/** @param {string} text without accents, in small letters */
export const plain = (text) =>
  text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()

/**
 * How well `text` fits `typed`: null when a letter is missing. Higher is better: whole words first, then beginnings of
 * words, then letters that stand together.
 * @param {string} text @param {string} typed @returns {number|null}
 */
export function fit(text, typed) {
  const words = plain(typed).trim().split(/\s+/).filter(Boolean)
  const inside = plain(text)
  let total = 0
  for (const word of words) {
    const score = fitWord(inside, word)
    if (score === null) return null
    total += score
  }
  // Of two that fit alike the shorter one is meant.
  return total - inside.length / 1000
}

/** @param {string} text @param {string} word @returns {number|null} */
function fitWord(text, word) {
  const starts = beginnings(text)
  const whole = starts.find((start) => text.startsWith(word, start))
  if (whole !== undefined) return 100 + word.length - (whole === 0 ? 0 : 1)
  const within = text.indexOf(word)
  if (within >= 0) return 50 + word.length
  return scattered(text, word, new Set(starts))
}

/** Letters in order, each in the nearest place after the last; a letter that begins a word counts more. @param {string} text @param {string} word @param {Set<number>} starts @returns {number|null} */
function scattered(text, word, starts) {
  let place = -1
  let score = 0
  for (const letter of word) {
    const next = nextPlace(text, letter, place + 1, starts)
    if (next < 0) return null
    score += starts.has(next) ? 3 : next === place + 1 ? 2 : 0
    place = next
  }
  return score >= word.length ? score : null
}

/** @param {string} text @param {string} letter @param {number} from @param {Set<number>} starts */
function nextPlace(text, letter, from, starts) {
  if (text[from] === letter) return from
  for (const start of starts) if (start >= from && text[start] === letter) return start
  return text.indexOf(letter, from)
}

/** Where words begin. @param {string} text */
function beginnings(text) {
  return [...text.matchAll(/[\p{L}\p{N}]+/gu)].map((found) => found.index)
}

/**
 * What fits, best first; what fits alike stays in its order. Nothing typed: everything, as it is.
 * @template Thing
 * @param {Thing[]} things @param {string} typed @param {(thing: Thing) => string} words @returns {Thing[]}
 */
export function ranked(things, typed, words) {
  if (typed.trim() === "") return things
  return things
    .map((thing, place) => ({ thing, place, score: fit(words(thing), typed) }))
    .filter((one) => one.score !== null)
    .toSorted((a, b) => Number(b.score) - Number(a.score) || a.place - b.place)
    .map((one) => one.thing)
}
