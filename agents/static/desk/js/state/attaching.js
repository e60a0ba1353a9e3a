// @ts-check
/** Which files can be sent, said before a byte is uploaded; the server looks again, and into the bytes. Pure. */

/**
 * @typedef {{maxBytes: number, types: Record<string, string>, refusedToUs: boolean}} Rules  `types`: content types by
 *   the ending of a name; `refusedToUs`: Connect is known to take no file from a custom participant.
 * @typedef {"none"|"folder"|"empty"|"large"|"type"|"refused"} Wrong
 */

import { typeOf } from "../../../frontend/js/files.js"

/** What is wrong with a file. @param {{name: string, size: number}} file @param {Rules} rules @returns {Wrong} */
export function wrong({ name, size }, rules) {
  if (typeOf(name, rules.types) === "") return "type"
  if (size === 0) return "empty"
  return size > rules.maxBytes ? "large" : "none"
}

/** Whether no file at all can be sent in a contact. @param {{relayed?: boolean}|undefined} contact @param {Rules} rules */
export const isRefused = (contact, rules) => rules.refusedToUs && !contact?.relayed

/** What a file input offers. @param {Rules} rules */
export const accepted = ({ types }) =>
  Object.keys(types)
    .map((ending) => `.${ending}`)
    .join(",")
