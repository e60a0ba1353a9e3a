// @ts-check
/** How much may be written, and the sentence that says what is left. */
import { fill, gettext, ngettext } from "../lib/i18n.js"

/** SendMessage's limit (agents/protocol/, MAX_CONTENT_BYTES). */
export const MAX_BYTES = 16_384
/** A draft's, its reply and its note together (agents/protocol/, MAX_DRAFT_BYTES). */
export const MAX_DRAFT = 49_152
/** A note's limit, in characters (agents/protocol/, AddNote). */
export const MAX_NOTE = 4_000

/** @param {string} text */
export const bytes = (text) => new TextEncoder().encode(text).length

/** A frame's on the socket (agents/protocol/, MAX_FRAME_BYTES), and what is in it beside the words. */
const MAX_FRAME = 65_536
const ENVELOPE = 1_024

/** Whether the server keeps so much, so that it follows the agent: JSON writes some letters longer. @param {import("../lib/session_storage.js").Begun} begun */
export const draftFits = ({ reply, note }) =>
  reply.length + note.length <= MAX_DRAFT &&
  bytes(reply) + bytes(note) <= MAX_DRAFT &&
  bytes(JSON.stringify([reply, note])) <= MAX_FRAME - ENVELOPE

const STRONG = /\p{L}/u
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u

/** Which way the words run, by their first letter. @param {string} text @returns {"ltr"|"rtl"} */
export const direction = (text) => (RIGHT_TO_LEFT.test(STRONG.exec(text.slice(0, 1_000))?.[0] ?? "") ? "rtl" : "ltr")

/** @typedef {{left: number, told: string}} Room */

/** In a message. @param {string} text @returns {Room} */
export function messagesRoom(text) {
  const left = MAX_BYTES - bytes(text)
  if (left < 0) return { left, told: tooLong(gettext("Too long by %(n)s bytes: a message may have %(most)s."), left, MAX_BYTES) }
  return { left, told: fill(ngettext("%(n)s byte left", "%(n)s bytes left", left), { n: left.toLocaleString() }) }
}

/** In a note. @param {string} text @returns {Room} */
export function notesRoom(text) {
  // Some megabytes are not worth counting exactly.
  const left = MAX_NOTE - (text.length > 10 * MAX_NOTE ? text.length : [...text].length)
  if (left < 0) return { left, told: tooLong(gettext("Too long by %(n)s characters: a note may have %(most)s."), left, MAX_NOTE) }
  return { left, told: fill(ngettext("%(n)s character left", "%(n)s characters left", left), { n: left.toLocaleString() }) }
}

/** @param {string} sentence @param {number} left @param {number} most */
const tooLong = (sentence, left, most) =>
  `${fill(sentence, { n: (-left).toLocaleString(), most: most.toLocaleString() })} ${gettext("Nothing is lost: shorten it, or send it in parts.")}`
