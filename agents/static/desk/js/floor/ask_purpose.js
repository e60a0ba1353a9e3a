// @ts-check
/** Where a setting says so, one says what one watches a contact for before one sees it. */
import { at, find } from "../lib/dom.js"

/** @param {(purpose: string) => void} then called when a purpose was given */
export function askPurpose(then) {
  const dialog = /** @type {HTMLDialogElement} */ (find("#purpose-dialog"))
  const words = /** @type {HTMLInputElement} */ (find("#purpose-words"))
  const closed = () => {
    const purpose = words.value.trim()
    if (dialog.returnValue === "watch" && purpose) then(purpose)
  }
  dialog.addEventListener("close", closed, { once: true })
  at(dialog, "no").onclick = () => dialog.close() // no button that submits: Enter in the field would press it
  dialog.returnValue = ""
  words.value = ""
  dialog.showModal()
  words.focus()
}
