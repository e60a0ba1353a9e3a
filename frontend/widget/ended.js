// @ts-check
/** What stands below a chat that has ended: how it was, saving it, starting anew. */

import { isTheirs } from "../chat/conversation.js"
import { asText } from "../chat/rows.js"
import { gettext } from "../js/i18n.js"
import { h } from "./element.js"

/** @typedef {import("../chat/chat.js").Chat} Chat */

/**
 * @param {Chat} chat @param {{onAnew: () => void, onRate: null | ((stars: number, comment: string) => Promise<void>), more: () => Promise<import("./more.js").More>}} told
 *   `onRate`: null when nobody is asked
 */
export function below(chat, { onAnew, onRate, more }) {
  const ended = chat.loaded || chat.state.items.length ? gettext("This chat has ended.") : gettext("This chat has ended meanwhile.")
  const save = h("button", { type: "button", class: "button", onclick: () => download(chat) }, gettext("Save this chat"))
  const anew = h("button", { type: "button", class: "button button--primary", "data-first": true, onclick: onAnew }, gettext("Start a new chat"))
  const stars = h("div", { hidden: true })
  if (onRate && chat.state.items.some((item) => isTheirs(chat.state, item))) more().then(({ rating }) => stars.replaceWith(rating(onRate)), () => {})
  return [h("p", { class: "over__ended" }, ended), stars, h("div", { class: "over__do" }, save, anew)]
}

/** The chat as a text, onto the customer's disk. @param {Chat} chat */
export function download(chat) {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(new Blob([asText(chat.state)], { type: "text/plain;charset=utf-8" }))
  link.download = `chat-${chat.seat.ContactId}.txt`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
