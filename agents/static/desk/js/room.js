// @ts-check
/** How much may be written, and the sentence that says what is left. */
import { fill, ngettext } from "./words.js"

/** SendMessage's limit (agents/protocol.py, MAX_CONTENT_BYTES). */
export const MAX_BYTES = 16_384
/** A note's limit, in characters (agents/protocol.py, AddNote). */
export const MAX_NOTE = 4_000

/** @param {string} text */
export const bytes = (text) => new TextEncoder().encode(text).length

/** @typedef {{left: number, told: string}} Room */

/** In a message. @param {string} text @returns {Room} */
export function messagesRoom(text) {
  const left = MAX_BYTES - bytes(text)
  const told =
    left < 0
      ? ngettext("%(n)s byte too many", "%(n)s bytes too many", -left)
      : ngettext("%(n)s byte left", "%(n)s bytes left", left)
  return { left, told: fill(told, { n: Math.abs(left).toLocaleString() }) }
}

/** In a note. @param {string} text @returns {Room} */
export function notesRoom(text) {
  const left = MAX_NOTE - [...text].length
  const told =
    left < 0
      ? ngettext("%(n)s character too many", "%(n)s characters too many", -left)
      : ngettext("%(n)s character left", "%(n)s characters left", left)
  return { left, told: fill(told, { n: Math.abs(left).toLocaleString() }) }
}
