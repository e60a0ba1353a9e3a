// @ts-check
/** A message's words to the clipboard; its button says that they are there. */
import { announce } from "./announce.js"
import { find, icon } from "./dom.js"
import { notice } from "./notice.js"
import { gettext } from "./words.js"

const STAYS = 1_500

/** @param {HTMLElement} group with one bubble and its buttons */
export async function copyWords(group) {
  const button = group.querySelector("[data-do=copy]")
  try {
    await navigator.clipboard.writeText(find(".bubble", group).innerText)
  } catch {
    return notice(gettext("The browser did not let us copy that."))
  }
  announce(gettext("Copied"))
  button?.replaceChildren(icon("tick"), gettext("Copied"))
  setTimeout(() => button?.replaceChildren(icon("copy"), gettext("Copy")), STAYS)
}
