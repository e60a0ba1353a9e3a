// @ts-check
/**
 * The entry of the third part, /widget-more.js: what most chats never need, fetched by widget.js when it is first wanted:
 * interactive messages, the link to another device and what is told of it, the rating, hours of the tag.
 */

import { FORMS } from "../chat/asked.js"
import { speak } from "../js/i18n.js"
import { styles } from "./element.js"
import { isOpen, readHours } from "./hours.js"
import { MORE_ICONS, symbols } from "./icons.js"
import { linkNews, linkRefused, offerLink, rating } from "./sheets.js"

/** @typedef {{forms: import("../chat/forms.js").Forms, offerLink: typeof offerLink, rating: typeof rating, linkNews: typeof linkNews, linkRefused: typeof linkRefused,
 *   readHours: typeof readHours, isOpen: typeof isOpen, dress: (launcher: import("./launcher.js").Launcher, language: string) => void}} More */

/** @param {HTMLScriptElement | null} _tag @param {{css: string}} built what the portal puts into the script */
export function main(_tag, { css }) {
  /** @type {More} */
  const more = {
    forms: FORMS, offerLink, rating, linkNews, linkRefused, readHours, isOpen,
    /** Once, before anything of this is shown. */
    dress(launcher, language) {
      speak(language, {})
      launcher.shadow.adoptedStyleSheets = [...launcher.shadow.adoptedStyleSheets, styles(css)]
      launcher.ground.prepend(symbols(MORE_ICONS))
    },
  }
  document.dispatchEvent(new CustomEvent("ccp-chat:more", { detail: more }))
}
