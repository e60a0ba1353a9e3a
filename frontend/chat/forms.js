// @ts-check
/**
 * Where rows.js and log.js find what reads and draws interactive messages, which is asked.js. The emulator's page brings it
 * at once, the widget with the first message that wants it: most chats have none.
 */

/** @typedef {typeof import("./asked.js").FORMS} Forms */

/** For who could not get it. @type {Forms} */
export const NO_FORMS = { readForm: () => null, chosen: () => "", fillChoices: () => {}, chosenSlot: () => "" }

/** @type {Forms | null} */
let found = null

/** @returns {Forms | null} null: not there yet */
export const forms = () => found

/** @param {Forms | null} given */
export function bringForms(given) {
  found = given
}
