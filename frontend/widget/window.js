// @ts-check
/** The entry of the second part, /widget-chat.js: gives main.js what makes the window, in the language it asked for. */

import { speak } from "../js/i18n.js"
import { Widget } from "./widget.js"

/** @param {HTMLScriptElement | null} _tag @param {{css: string}} built what the portal puts into the script, whose sentences are in the reader's language already */
export function main(_tag, { css }) {
  document.dispatchEvent(new CustomEvent("ccp-chat:window", { detail: (/** @type {import("./main.js").Given} */ given) => {
    speak(given.settings.language, {})
    return new Widget(given, css)
  } }))
}
