// @ts-check
/** One line that says what did not work, until it is read or ten seconds are over. */
import { find, setText } from "../lib/dom.js"

const STAYS = 10_000
/** @type {ReturnType<typeof setTimeout>|undefined} */
let timer

/** @param {string} text */
export function notice(text) {
  const box = find("#notice")
  setText(find("[data-at=text]", box), text)
  box.hidden = false
  clearTimeout(timer)
  timer = setTimeout(hide, STAYS)
}

function hide() {
  find("#notice").hidden = true
}

export function initNotice() {
  find("#notice button").addEventListener("click", hide)
}
