// @ts-check
/** Words to the clipboard; the button beside them says that they are there. */
import { announce } from "../shell/announce.js"
import { find, icon } from "../lib/dom.js"
import { notice } from "../shell/notice.js"
import { gettext } from "../lib/i18n.js"

/** So long a button says it. */
export const STAYS = 1_500

/** @param {string} text @returns {Promise<boolean>} whether it is there; else it has been said why not */
export async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    notice(gettext("The browser did not let us copy that."))
    return false
  }
}

/** A message's words. @param {HTMLElement} group with one bubble and its buttons */
export async function copyWords(group) {
  const button = group.querySelector("[data-do=copy]")
  if (!(await toClipboard(find(".bubble", group).innerText))) return
  announce(gettext("Copied"))
  button?.replaceChildren(icon("tick"), gettext("Copied"))
  setTimeout(() => button?.replaceChildren(icon("copy"), gettext("Copy")), STAYS)
}
