// @ts-check
/** What this tab keeps over a refresh: words the server does not yet have. Erased at logout. */

const PREFIX = "ccp:"

/**
 * @typedef {import("./types.js").Unsent} Unsent
 * @typedef {"reply"|"note"} Mode  Written to the customer, or to the team.
 * @typedef {Record<Mode, string>} Begun
 * @typedef {import("../state/drafting.js").Draft} Draft
 */

/** @param {string} agentId */
export function keptBy(agentId) {
  const mine = `${PREFIX}${agentId}:`
  forgetBut(mine)
  return {
    /** Drafts that the server may lack, and words that another machine has displaced, by contactId. @returns {Record<string, Draft>} */
    drafts: () => JSON.parse(sessionStorage.getItem(`${mine}drafts`) ?? "{}"),
    /** @param {Record<string, Draft>} all */
    setDrafts: (all) => put(`${mine}drafts`, Object.keys(all).length === 0 ? "" : JSON.stringify(all)),
    /** What is being written after a contact. @param {string} key of its card @returns {import("../composer/after_contact_work.js").Work|null} */
    work: (key) => JSON.parse(sessionStorage.getItem(`${mine}work:${key}`) ?? "null"),
    /** @param {string} key @param {import("../composer/after_contact_work.js").Work|null} work */
    setWork: (key, work) => put(`${mine}work:${key}`, work ? JSON.stringify(work) : ""),
    /** The name under which the tabs of this agent tell each other what has happened. */
    newsOf: `${mine}news`,
    /** What has happened, the newest first. @returns {import("../state/news.js").News[]} */
    news: () => JSON.parse(sessionStorage.getItem(`${mine}news`) ?? "[]"),
    /** @param {import("../state/news.js").News[]} list */
    setNews: (list) => put(`${mine}news`, JSON.stringify(list)),
    /** Words the server may lack: those that were just being asked for are asked for again (unsettled). @returns {Unsent[]} */
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
  try {
    if (text) return sessionStorage.setItem(key, text)
  } catch {
    // The tab's store is full (some megabytes were pasted): only a refresh would lose it, and the old must not come back.
  }
  sessionStorage.removeItem(key)
}

/** @typedef {ReturnType<typeof keptBy>} Kept */
