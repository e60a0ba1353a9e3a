// @ts-check
/** What Connect takes, told before it has to refuse: a name of 256 characters, a message of 16,384 bytes of UTF-8. */

import { language } from "../js/dates.js"
import { gettext, say } from "../js/i18n.js"

export const NAME_MAX = 256
export const MESSAGE_MAX = 16_384

/** @param {string} text */
export const bytes = (text) => new TextEncoder().encode(text).length

/** @param {number} value */
const figure = (value) => value.toLocaleString(language())

/** @param {string} name @returns {string} what is wrong with it; empty when nothing is */
export function nameError(name) {
  if (!name.trim()) return gettext("Write your name: whoever answers sees it.")
  const length = [...name.trim()].length
  return length > NAME_MAX ? say("This name has %(length)s characters; %(most)s is the most.", { length: figure(length), most: NAME_MAX }) : ""
}

/** @param {string} text @returns {string} */
export function messageError(text) {
  if (!text.trim()) return gettext("Write what it is about: it is the first thing they read.")
  return tooLong(text)
}

/** @param {string} text @returns {string} */
export function tooLong(text) {
  const extra = bytes(text) - MESSAGE_MAX
  return extra > 0 ? say("Too long by %(extra)s bytes (of %(most)s). Shorten it, or send it in two parts.", { extra: figure(extra), most: figure(MESSAGE_MAX) }) : ""
}

/** A word about the room left, near the limit only. @param {string} text @returns {string} */
export function roomLeft(text) {
  const left = MESSAGE_MAX - bytes(text)
  return left >= 0 && left <= 1_000 ? say("%(left)s bytes left", { left: figure(left) }) : ""
}
