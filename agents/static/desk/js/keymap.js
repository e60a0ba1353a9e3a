// @ts-check
/** The keys as they are on this device, and their marks beside what they do. */
import { choose, chosen, watchChoice } from "./device.js"
import { make, setText } from "./dom.js"
import { keptOf, keymapOf } from "./state/keymap.js"

/** @returns {import("./state/keymap.js").Keymap} */
export const keymap = () => keymapOf(chosen("keymap"))
/** @param {import("./state/keymap.js").Keymap} map */
export const setKeymap = (map) => choose("keymap", keptOf(map))
/** Single keys may be switched off: speech input and cats press them. */
export const keysAreOn = () => chosen("keys") !== "off"

/** As it is written on the key. @param {string} action */
export const keyOf = (action) => (keymap()[action] ?? "").toUpperCase()

/** As this computer's users know it. @param {string} key */
export const withCtrl = (key) => (/^(Mac|iP)/.test(navigator.platform) ? `⌘ ${key}` : `Ctrl ${key}`)

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
    for (const page of pages)
      for (const kbd of page.querySelectorAll("kbd[data-action]")) drawMark(/** @type {HTMLElement} */ (kbd))
    drawn()
  }
  watchChoice("keymap", draw)
  watchChoice("keys", draw)
}

/** @param {HTMLElement} kbd */
function drawMark(kbd) {
  setText(kbd, keyOf(kbd.dataset.action ?? ""))
  kbd.hidden = !keysAreOn()
}
