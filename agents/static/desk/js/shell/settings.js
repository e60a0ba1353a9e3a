// @ts-check
/** What an agent chooses for this device: how it looks, how it calls, which key does what. Counts at once, in every tab. */
import { choose, chosen, watchChoice } from "../lib/device_settings.js"
import { find, keep, make, setText } from "../lib/dom.js"
import { MAC, keymap, keyOf, pressed, setKeymap, shownKeys, watchKeymap } from "./keymap.js"
import { actionWords, letterWords, wordOf } from "./keys.js"
import { refused } from "../state/keymap.js"
import { gettext, say } from "../lib/i18n.js"

/** @param {{test: () => void}} sound */
export function createSettings(sound) {
  const dialog = /** @type {HTMLDialogElement} */ (find("#settings-dialog"))
  const open = () => dialog.open || dialog.showModal()
  find("#settings-open").addEventListener("click", open)
  find("#keys-change").addEventListener("click", () => {
    // After the key list has closed: it gives the focus back to whoever opened it.
    setTimeout(open)
  })
  find("#sound-test").addEventListener("click", sound.test)
  initVolume()
  initSingleKeys()
  createKeyList(dialog)
  fromElsewhere(open)
  return open
}

/** Another page's rail leads here by the address; once opened it is no part of the address any more. @param {() => unknown} open */
function fromElsewhere(open) {
  if (location.hash !== "#settings") return
  history.replaceState(history.state, "", location.pathname + location.search)
  open()
}

function initVolume() {
  const input = /** @type {HTMLInputElement} */ (find("#volume"))
  input.addEventListener("input", () => choose("volume", input.value))
  watchChoice("volume", (value) => (input.value = value || input.defaultValue))
}

function initSingleKeys() {
  const on = /** @type {HTMLInputElement} */ (find("#keys-on"))
  on.addEventListener("change", () => choose("keys", on.checked ? "" : "off"))
  watchChoice("keys", (value) => (on.checked = value !== "off"))
}

/** A button for each action: pressed, it takes the next key. @param {HTMLDialogElement} dialog */
function createKeyList(dialog) {
  const list = find("#keymap")
  const told = find("#keymap-told")
  const reset = /** @type {HTMLButtonElement} */ (find("#keymap-reset"))
  /** The action that waits for its key. */
  let waiting = ""

  const paint = () => {
    /** @type {[string, string][]} */
    const rows = [...actionWords(), ["", gettext("In the contact list")], ...letterWords()]
    keep(list, rows, ([name]) => name, drawAction, (row, [action]) => {
      const button = row.querySelector("button")
      if (!button) return
      const asks = action === waiting
      const word = wordOf(action)
      setText(button, asks ? gettext("Press a key…") : keyOf(action))
      button.classList.toggle("is-waiting", asks)
      button.setAttribute("aria-label", asks ? say("%(action)s: press a key, Escape leaves it", { action: word }) : `${word}: ${keyOf(action)}`)
    })
    reset.setAttribute("aria-disabled", String(chosen("keymap") === ""))
  }
  /** @param {string} action @param {string} [words] what came of it */
  const wait = (action, words = "") => {
    waiting = action
    setText(told, words)
    paint()
  }

  list.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("button") : null
    if (!button) return
    wait(button.dataset.action ?? "")
    button.focus() // Safari leaves the focus where it was
  })
  // With the focus its waiting ends: a key that is pressed elsewhere means something else. What was said stays to be read.
  list.addEventListener("focusout", () => waiting && wait("", told.textContent ?? ""))
  list.addEventListener("keydown", (event) => {
    if (!waiting || ["Shift", "Control", "Alt", "Meta", "AltGraph", "Tab"].includes(event.key)) return
    event.preventDefault()
    if (event.key === "Escape") return wait("")
    const map = keymap()
    // On a keyboard without Latin letters the place is kept: it is the same on every other.
    const keys = pressed(event).at(-1) ?? ""
    const no = refused(map, waiting, keys, MAC)
    if (no) return wait(waiting, whyNot(no, keys))
    const word = wordOf(waiting)
    setKeymap({ ...map, [waiting]: keys })
    wait("", say("%(action)s: %(key)s", { action: word, key: shownKeys(keys) }))
  })
  // Browsers that ask to close before the key is heard.
  dialog.addEventListener("cancel", (event) => {
    if (!waiting) return
    event.preventDefault()
    wait("")
  })
  reset.addEventListener("click", () => {
    setKeymap({})
    wait("", gettext("Every action has its first key again."))
  })
  dialog.addEventListener("close", () => wait(""))
  watchKeymap(paint)
}

/** @param {{why: string, by: string}} refusal @param {string} keys */
function whyNot({ why, by }, keys) {
  const key = shownKeys(keys)
  if (why === "taken") return say("%(key)s is taken: %(action)s. Choose another key.", { key, action: wordOf(by) })
  if (why === "place") return say("%(key)s is a contact's place. Choose another key.", { key })
  if (why === "browser") return say("%(key)s belongs to the browser, to text fields or to the desk. Choose another key.", { key })
  if (why === "writes")
    return MAC ? gettext("It works where you write: hold Ctrl or ⌘ with it.") : gettext("It works where you write: hold Alt or Ctrl with it.")
  return gettext("Choose a letter or a sign.")
}

/** A row of its own for each; one without a name heads those that follow. @param {[string, string]} action */
function drawAction([action, word]) {
  if (!action) return make("li", "keymap__title", word)
  const button = make("button", "button button--s")
  button.setAttribute("type", "button")
  button.dataset.action = action
  return make("li", "", make("span", "", word), button)
}
