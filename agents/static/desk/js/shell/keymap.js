// @ts-check
/** The keys as they are on this device, their marks beside what they do, and what is known of its keyboard layout. */
import { choose, chosen, watchChoice } from "../lib/device_settings.js"
import { make, setAttribute, setText } from "../lib/dom.js"
import { keptOf, keymapOf, shown, spoken } from "../state/keymap.js"
import { combinations, isCtrl, writes, writesLatin } from "../state/presses.js"
import { say } from "../lib/i18n.js"

/** On a Mac some keys are others. */
export const MAC = /^(Mac|iP)/.test(navigator.platform)

/** @returns {import("../state/keymap.js").Keymap} */
export const keymap = () => keymapOf(chosen("keymap"), MAC)
/** @param {import("../state/keymap.js").Keymap} map */
export const setKeymap = (map) => choose("keymap", keptOf(map, MAC))
/** The letters of the contact list may be switched off: speech input and cats press them. */
export const keysAreOn = () => chosen("keys") !== "off"

/** As it is written on the keys. @param {string} name of state/keymap.js */
export const keyOf = (name) => shownKeys(keymap()[name] ?? "")
/** @param {string} keys */
export const shownKeys = (keys) => shown(keys, MAC)

/** As this computer's users know it. @param {string} key */
export const withCtrl = (key) => (MAC ? `⌘ ${key}` : `Ctrl ${key}`)

/** Does this keyboard write Latin letters? null: nobody has typed yet. @type {boolean|null} */
let latin = null
document.addEventListener("keydown", (event) => (latin = writesLatin(event, latin)), { capture: true })

/** @param {KeyboardEvent} event */
export const pressed = (event) => combinations(event, latin)
/** Ctrl, or Cmd, with this letter. @param {KeyboardEvent} event @param {string} letter */
export const pressedCtrl = (event, letter) => isCtrl(event, letter, latin)
/** @param {KeyboardEvent} event */
export const writesSign = (event) => writes(event, MAC)


/** @param {string} action @returns {HTMLElement} */
export function mark(action) {
  const kbd = make("kbd", "")
  kbd.dataset.action = action
  drawMark(kbd)
  return kbd
}

/** @param {(() => void)} drawn called with every change, and now */
export function watchKeymap(drawn) {
  const draw = () => {
    const pages = [document, ...[...document.querySelectorAll("template")].map((one) => one.content)]
    for (const page of pages) {
      for (const kbd of page.querySelectorAll("kbd[data-action]")) drawMark(/** @type {HTMLElement} */ (kbd))
      for (const button of page.querySelectorAll("[data-keys]")) drawTitle(/** @type {HTMLElement} */ (button))
    }
    drawn()
  }
  watchChoice("keymap", draw)
  watchChoice("keys", draw)
}

/** @param {HTMLElement} kbd */
function drawMark(kbd) {
  const name = kbd.dataset.action ?? ""
  setText(kbd, keyOf(name))
  const button = kbd.closest("button")
  if (!button) return
  // Told by its own attribute: it is no part of the button's name.
  setAttribute(kbd, "aria-hidden", true)
  setAttribute(button, "aria-keyshortcuts", spoken(keymap()[name] ?? ""))
}

/** Where a key has no room of its own it stands in the title. @param {HTMLElement} button */
function drawTitle(button) {
  const name = button.dataset.keys ?? ""
  const action = button.getAttribute("aria-label") ?? (button.textContent ?? "").trim()
  button.title = say("%(action)s (%(key)s)", { action, key: keyOf(name) })
  setAttribute(button, "aria-keyshortcuts", spoken(keymap()[name] ?? ""))
}
