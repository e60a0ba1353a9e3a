// @ts-check
/** Sentences in the reader's language: Django's JavaScriptCatalog when it is loaded, what `speak` was given, else as written. */

/** @typedef {{gettext?: (text: string) => string, ngettext?: (one: string, many: string, n: number) => string}} Catalog */

let catalog = /** @type {Catalog} */ (globalThis)
let brought = ""

/** For who brings sentences along and stands in a page of somebody else. @param {string} language @param {Record<string, string|string[]>} sentences by their English; with a plural both forms */
export function speak(language, sentences) {
  const said = (/** @type {string} */ text, /** @type {number} */ form) => [sentences[text] ?? text].flat()[form]
  brought = language
  catalog = {
    gettext: (text) => said(text, 0),
    ngettext: (one, many, n) => (Object.hasOwn(sentences, one) ? said(one, Number(n !== 1)) : n === 1 ? one : many),
  }
}

/** The language that `speak` chose; empty: that of the page. */
export const chosenLanguage = () => brought

/** @param {string} text @returns {string} */
export const gettext = (text) => catalog.gettext?.(text) ?? text

/** @param {string} one @param {string} many @param {number} n @returns {string} */
export const ngettext = (one, many, n) => catalog.ngettext?.(one, many, n) ?? (n === 1 ? one : many)

/** Fill %(name)s. @param {string} text @param {Record<string, string|number>} values @returns {string} */
export const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => String(values[name]))

/** @param {string} text @param {Record<string, string|number>} values */
export const say = (text, values) => fill(gettext(text), values)
