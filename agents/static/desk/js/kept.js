// @ts-check
/** What this tab keeps over a refresh: drafts, and words the server does not yet have. Erased at logout. */

const PREFIX = "ccp:"

/**
 * @typedef {import("./types.js").Unsent} Unsent
 * @typedef {import("./composer.js").Mode} Mode
 */

/** @param {string} agentId */
export function keptBy(agentId) {
  const mine = `${PREFIX}${agentId}:`
  forgetBut(mine)
  return {
    /** @param {string} contactId @param {Mode} [mode] */
    draft: (contactId, mode = "reply") => sessionStorage.getItem(`${mine}${mode}:${contactId}`) ?? "",
    /** @param {string} contactId @param {string} text @param {Mode} [mode] */
    setDraft: (contactId, text, mode = "reply") => put(`${mine}${mode}:${contactId}`, text),
    /** What is being written after a contact. @param {string} contactId @returns {import("./wrap.js").Work|null} */
    work: (contactId) => JSON.parse(sessionStorage.getItem(`${mine}work:${contactId}`) ?? "null"),
    /** @param {string} contactId @param {import("./wrap.js").Work|null} work */
    setWork: (contactId, work) => put(`${mine}work:${contactId}`, work ? JSON.stringify(work) : ""),
    /** Words not yet sent come back as `waiting`: whether they arrived is not known, the token makes it harmless. @returns {Unsent[]} */
    unsent: () => JSON.parse(sessionStorage.getItem(`${mine}unsent`) ?? "[]"),
    /** @param {Unsent[]} list */
    setUnsent: (list) => put(`${mine}unsent`, list.length === 0 ? "" : JSON.stringify(list)),
  }
}

/** Nothing of an agent stays in the tab when they leave. */
export const forgetAll = () => forgetBut(null)

/** @param {string|null} prefix */
function forgetBut(prefix) {
  const keys = Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX))
  keys.filter((key) => prefix === null || !key.startsWith(prefix)).forEach((key) => sessionStorage.removeItem(key))
}

/** @param {string} key @param {string} text */
function put(key, text) {
  if (text) sessionStorage.setItem(key, text)
  else sessionStorage.removeItem(key)
}

/** @typedef {ReturnType<typeof keptBy>} Kept */
