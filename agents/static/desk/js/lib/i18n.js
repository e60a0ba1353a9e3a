// @ts-check
/** Sentences in the reader's language: Django's JavaScriptCatalog when it is loaded, else as written. */

/** @typedef {{gettext?: (text: string) => string, ngettext?: (one: string, many: string, n: number) => string}} Catalog */

const catalog = /** @type {Catalog} */ (globalThis)

/** @param {string} text @returns {string} */
export const gettext = (text) => catalog.gettext?.(text) ?? text

/** @param {string} one @param {string} many @param {number} n @returns {string} */
export const ngettext = (one, many, n) => catalog.ngettext?.(one, many, n) ?? (n === 1 ? one : many)

/** Fill %(name)s. @param {string} text @param {Record<string, string|number>} values @returns {string} */
export const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => String(values[name]))

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

/** @param {string} text @param {Record<string, string|number>} values */
export const say = (text, values) => fill(gettext(text), values)
