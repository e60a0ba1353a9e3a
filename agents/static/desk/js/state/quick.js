// @ts-check
/** Quick responses: what is typed after a slash, which words fit it, and what they leave to be filled in. Pure. */

/**
 * @typedef {{shortcut: string, name: string, content: string}} Response
 * @typedef {{from: number, query: string}} Slash  Where the slash stands, and what follows it up to the caret.
 * @typedef {{response: Response, field: keyof Response, at: number}} Hit  Where it was found.
 */

/** A slash that begins a word, and no blank since. */
const SLASH = /(?:^|\s)\/([^\s/]{0,40})$/u
/** What stands in braces and the server could not fill: words, but no code, which has quotes, colons and the like. */
const GAP = /\{\{?[^\S\n]*[\p{L}\p{N}_][^{}"`:;=<>\n]{0,59}\}?\}/u
/** What is not among the first is found by another letter, not by scrolling. */
const MOST = 50
/** @type {(keyof Response)[]} in the order in which they count */
const FIELDS = ["shortcut", "name", "content"]

/** What asks for quick responses just before the caret; null: nothing does. @param {string} text @param {number} caret @returns {Slash|null} */
export function slashAt(text, caret) {
  const found = SLASH.exec(text.slice(Math.max(0, caret - 60), caret))
  return found && { from: caret - found[1].length - 1, query: found[1] }
}

/**
 * Those that fit, by shortcut, then by name, then by content; in each a beginning counts more than a middle.
 * @param {Response[]} all @param {string} query @returns {Hit[]}
 */
export function ranked(all, query) {
  const wanted = query.toLowerCase()
  return all
    .flatMap((response) => hit(response, wanted) ?? [])
    .toSorted((a, b) => rank(a) - rank(b) || (a.response.shortcut < b.response.shortcut ? -1 : 1))
    .slice(0, MOST)
}

/** @param {Response} response @param {string} wanted @returns {Hit|null} */
function hit(response, wanted) {
  for (const field of FIELDS) {
    const at = response[field].toLowerCase().indexOf(wanted)
    if (at >= 0) return { response, field, at }
  }
  return null
}

/** @param {Hit} hit */
const rank = ({ field, at }) => FIELDS.indexOf(field) * 2 + (at === 0 ? 0 : 1)

/**
 * The first gap somebody has to fill, as a place in the text; null: none.
 * @param {string} text @returns {{from: number, to: number, words: string}|null}
 */
export function gapIn(text) {
  const found = GAP.exec(text)
  return found && { from: found.index, to: found.index + found[0].length, words: found[0] }
}
