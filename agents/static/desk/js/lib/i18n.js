// @ts-check
/** Sentences in the reader's language, and the reasons that the server gives. */
import { fill, gettext } from "../../../frontend/js/i18n.js"

export * from "../../../frontend/js/i18n.js"

/**
 * Why something is so, as the server tells it to readers of every language.
 * @typedef {{code?: string, sentence: string, values: Record<string, string|number|Why>}} Why
 */

/** In the reader's language; what is text was told in it already. @param {Why|string|null} why @returns {string} */
export function told(why) {
  if (typeof why === "string" || why === null) return why ?? ""
  const values = Object.entries(why.values).map(([name, one]) => [name, typeof one === "object" ? told(one) : one])
  return fill(gettext(why.sentence), Object.fromEntries(values))
}
