// @ts-check
/** Whether trying again can help: nobody is offered a button that can only fail. By codes, never by sentences. Pure. */

/** Refusals that are the same the next time. */
const FINAL = new Set([
  "clientTokenReused",
  "contactNotConnected",
  "contactNotFound",
  "contentType",
  "empty",
  "fileEmpty",
  "fileGone",
  "fileLies",
  "filesNotPermitted",
  "fileTooLarge",
  "fileType",
  "notAnAgent",
  "params",
  "tooLong",
])

/** @param {string} reason */
export const isFinal = (reason) => FINAL.has(reason)

/** The code a cause carries, however deep it stands in others. @param {import("../words.js").Why|string|null} why @returns {string} */
export function codeOf(why) {
  if (!why || typeof why === "string") return ""
  for (const [name, value] of Object.entries(why.values)) {
    const code = typeof value === "object" ? codeOf(value) : name === "code" ? String(value) : ""
    if (code) return code
  }
  return ""
}

/**
 * What the server has kept and could not send.
 * @param {import("../types.js").Outgoing} one @param {import("../types.js").Contact|undefined} contact
 */
export const canGoAgain = (one, contact) => contact?.state === "CONNECTED" && !isFinal(codeOf(one.why))
