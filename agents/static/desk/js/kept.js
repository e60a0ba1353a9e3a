// @ts-check
/** What this tab keeps over a refresh: drafts, and words the server does not yet have. Erased at logout. */

const PREFIX = "ccp:"

/** @typedef {import("./types.js").Unsent} Unsent */

/** @param {string} agentId */
export function keptBy(agentId) {
  const mine = `${PREFIX}${agentId}:`
  forgetBut(mine)
  return {
    /** @param {string} contactId */
    draft: (contactId) => sessionStorage.getItem(`${mine}draft:${contactId}`) ?? "",
    /** @param {string} contactId @param {string} text */
    setDraft: (contactId, text) => put(`${mine}draft:${contactId}`, text),
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
