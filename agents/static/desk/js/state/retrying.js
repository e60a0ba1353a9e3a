// @ts-check
/** Whether trying again can help: nobody is offered a button that can only fail. By codes, never by sentences. Pure. */

/** Refusals that are the same the next time. */
const FINAL = new Set([
  "agent_sends_no_files",
  "clientTokenReused",
  "contactNotConnected",
  "contactNotFound",
  "contentType",
  "empty",
  "file_gone",
  "fileEmpty",
  "fileGone",
  "fileLies",
  "filesNotPermitted",
  "fileTooLarge",
  "fileType",
  "notAnAgent",
  "params",
  "portal_sends_no_files",
  "tooLong",
])

/** @param {string} reason */
export const isFinal = (reason) => FINAL.has(reason)

/** The code of a cause, of the innermost where causes have causes. @param {import("../lib/i18n.js").Why|string|null} why @returns {string} */
export function codeOf(why) {
  if (!why || typeof why === "string") return ""
  const inner = Object.values(why.values).find((value) => typeof value === "object")
  return typeof inner === "object" ? codeOf(inner) : (why.code ?? "")
}

/**
 * What the server has kept and could not send.
 * @param {import("../lib/types.js").Outgoing} one @param {import("../lib/types.js").Contact|undefined} contact
 */
export const canGoAgain = (one, contact) => contact?.state === "CONNECTED" && !isFinal(codeOf(one.why))
