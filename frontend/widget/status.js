// @ts-check
/** What the window's head and line say of the chat. Pure. */

import { isServed, isTheirs, present } from "../chat/conversation.js"
import { gettext } from "../js/i18n.js"
import { placeWords } from "./sheets.js"

/** @typedef {import("../chat/chat.js").Chat} Chat */

/** @param {Chat | null} chat @returns {string} of the chat, for the website: none, connecting, up, checking, down, ended */
export const statusOf = (chat) => (chat ? (chat.state.ended ? "ended" : chat.line.state) : "none")

/** @param {Chat} chat @param {string} title @param {number} place @returns {[string, string, string, boolean]} who, what of them, its dot, whether it is a person */
export function headOf({ state, line }, title, place) {
  const here = present(state).at(-1) ?? ""
  return [here || title, ...presence(state, line.state, here, isServed(state, title), place), Boolean(here) && here !== title]
}

/** @param {Chat["state"]} state @param {string} line @param {string} here @param {boolean} served @param {number} place @returns {[string, string]} */
function presence(state, line, here, served, place) {
  if (state.ended) return [gettext("Chat ended"), ""]
  if (line === "connecting") return [gettext("Connecting"), ""]
  if (line === "down") return [gettext("Reconnecting"), "dot--warn"]
  if (here && served) return [gettext("Here now"), "dot--ok"]
  if (place) return [placeWords(place), ""]
  if (here) return [gettext("Connected"), ""]
  return [state.items.some((item) => isTheirs(state, item)) ? gettext("Nobody is here now") : gettext("We are looking for somebody"), ""]
}

/** @param {Chat | null} chat @param {boolean} lasts whether the browser keeps it */
export function lineWords(chat, lasts) {
  if (!chat) return lasts ? "" : gettext("Your browser keeps nothing: the chat ends for you when this page is closed or loaded again.")
  if (chat.state.ended) return ""
  if (chat.line.state === "down") return chat.leaving ? gettext("No connection. The chat ends as soon as it is back.") : gettext("No connection. What you write is kept and sent later.")
  return chat.leaving ? gettext("Ending the chat") : ""
}
