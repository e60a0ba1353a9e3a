// @ts-check
/** Every action by key: single keys outside text fields (they can be switched off), Alt with arrows everywhere. */
import { find, make } from "./dom.js"
import { gettext } from "./words.js"

/**
 * What can be done now by its key, for the palette: the key as it is shown and the name.
 * @typedef {{key: string, word: string, does: () => void}} Action
 */

/**
 * @param {Record<string, () => void>} does what each key does: the keys are those of `list`
 * @returns {Action[]}
 */
export function createKeys(does) {
  const dialog = /** @type {HTMLDialogElement} */ (find("#keys-dialog"))
  const on = /** @type {HTMLInputElement} */ (find("#keys-on"))
  on.checked = localStorage.getItem("ccp.keys") !== "off"
  on.addEventListener("change", () => localStorage.setItem("ccp.keys", on.checked ? "on" : "off"))
  find("#keys").append(
    ...list().map(([keys, word]) =>
      make("div", "", make("dt", "", word), make("dd", "", ...keys.map((key) => make("kbd", "", key)))),
    ),
  )
  find("#keys-open").addEventListener("click", () => dialog.showModal())

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return
    const name = nameOf(event)
    if (name === "?" && !isField(event.target)) return press(event, () => dialog.showModal())
    if (!does[name] || (!event.altKey && (isField(event.target) || !on.checked))) return
    press(event, does[name])
  })
  return list()
    .filter(([[key]]) => key.length === 1 && does[key.toLowerCase()] && key !== "1")
    .map(([[key], word]) => ({ key, word, does: does[key.toLowerCase()] }))
    .concat({ key: "?", word: gettext("These keys"), does: () => dialog.showModal() })
}

/** @param {KeyboardEvent} event @param {() => void} action */
function press(event, action) {
  event.preventDefault()
  action()
}

/** @param {KeyboardEvent} event */
function nameOf({ key, altKey }) {
  if (altKey) return key === "ArrowDown" ? "j" : key === "ArrowUp" ? "k" : ""
  return key.toLowerCase()
}

/** @param {EventTarget|null} target */
const isField = (target) =>
  target instanceof Element && target.closest("input, textarea, select, [contenteditable], [role=menu]") !== null

/** @returns {[string[], string][]} */
function list() {
  return [
    [["J", "Alt ↓"], gettext("Next contact")],
    [["K", "Alt ↑"], gettext("Previous contact")],
    [["1", "…", "9"], gettext("Contact by its place")],
    [["A"], gettext("Accept the offer")],
    [["D"], gettext("Decline the offer")],
    [["R"], gettext("Reply")],
    [["N"], gettext("Internal note")],
    [["F"], gettext("Attach a file")],
    [["T"], gettext("Transfer the contact")],
    [["E"], gettext("End the chat")],
    [["W"], gettext("After contact work done")],
    [["S"], gettext("My state")],
    [["Ctrl K"], gettext("Everything that can be done, and every contact")],
    [["Ctrl F"], gettext("Find in the transcript")],
    [["Enter"], gettext("Send")],
    [["Shift Enter"], gettext("New line")],
    [["?"], gettext("These keys")],
  ]
}
