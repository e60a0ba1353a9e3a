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

/** @param {string} text @param {Record<string, string|number>} values */
export const say = (text, values) => fill(gettext(text), values)
