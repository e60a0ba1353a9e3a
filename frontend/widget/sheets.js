// @ts-check
/** What asks for an answer: whether to end the chat, the link to another device, and how it was. */

import { icon } from "../js/dom.js"
import { gettext, ngettext, say } from "../js/i18n.js"
import { h } from "./element.js"

/** @typedef {import("./frame.js").Frame} Frame */

/** @param {Frame} frame @param {string} lost @param {() => void} onEnd */
export function askEnd(frame, lost, onEnd) {
  const end = () => {
    frame.closeSheet()
    onEnd()
  }
  frame.openSheet(gettext("End this chat?"), [
    h("h3", {}, gettext("End this chat?")), h("p", {}, lost),
    h("div", { class: "sheet__do" },
      h("button", { type: "button", class: "button", "data-first": true, onclick: () => frame.closeSheet() }, gettext("Keep chatting")),
      h("button", { type: "button", class: "button button--bad", onclick: end }, gettext("End the chat"))),
  ])
}

/**
 * A link for another device. Returns what to call with the news of it.
 * @param {Frame} frame @param {() => Promise<{url: string, minutes: number}>} make @param {() => void} onEnd
 */
export function offerLink(frame, make, onEnd) {
  const told = h("p", { class: "link__told", role: "status" }, gettext("Making a link…"))
  const field = h("input", { type: "text", readonly: true, dir: "ltr", "aria-label": gettext("Link to this chat"), hidden: true, onfocus: () => field.select() })
  const copy = h("button", { type: "button", class: "button button--primary", hidden: true, onclick: () => copied(field, copy) }, icon("copy"), gettext("Copy the link"))
  const end = h("button", { type: "button", class: "button button--bad", hidden: true, onclick: () => (frame.closeSheet(), onEnd()) }, gettext("End the chat"))
  const close = h("button", { type: "button", class: "button", "data-first": true, onclick: () => frame.closeSheet() }, gettext("Close"))
  frame.openSheet(gettext("Continue on another device"), [
    h("h3", {}, gettext("Continue on another device")), told, field, h("div", { class: "sheet__do" }, close, end, copy),
  ])
  make().then(({ url, minutes }) => {
    field.value = url
    field.hidden = copy.hidden = false
    told.textContent = ngettext(
      "Open this link there within one minute. It works once, and whoever has it can read and write in this chat: give it to nobody.",
      "Open this link there within %(n)s minutes. It works once, and whoever has it can read and write in this chat: give it to nobody.", minutes).replace("%(n)s", String(minutes))
    copy.focus()
  }, () => (told.textContent = noLink()))
  return (/** @type {string} */ news) => {
    if (!news || !told.isConnected) return
    told.textContent = news
    told.classList.add("is-news")
    if (!field.hidden) close.focus() // before what has the focus goes: Escape must still be heard
    field.hidden = copy.hidden = true
    end.hidden = false
  }
}

/** @param {Frame} frame */
export const tellNoLink = (frame) =>
  frame.openSheet(gettext("Continue on another device"), [
    h("p", {}, noLink()), h("div", { class: "sheet__do" }, h("button", { type: "button", class: "button", "data-first": true, onclick: () => frame.closeSheet() }, gettext("Close"))),
  ])

const noLink = () => gettext("A link cannot be made at the moment. Please try again later.")

/** @param {HTMLInputElement} field @param {HTMLElement} button */
async function copied(field, button) {
  field.select()
  const done = await navigator.clipboard?.writeText(field.value).then(() => true, () => false)
  // Without the clipboard (plain HTTP, a policy) the address stands there, chosen, to be copied by key.
  button.replaceChildren(icon(done ? "check" : "copy"), done ? gettext("Copied") : gettext("Press Ctrl+C to copy"))
  if (!done) field.focus()
}

/** @param {null | {used: boolean, refused: number}} link @returns {string} what there is to tell of it; empty: nothing */
export function linkNews(link) {
  if (!link?.used) return ""
  const opened = gettext("This chat was opened on another device. If that was not you, end the chat: somebody else can read it.")
  return link.refused ? `${opened} ${gettext("And the link was tried again after that, and refused.")}` : opened
}

/** What somebody reads whose link does not open a chat. @param {string} code of the portal's refusal */
export function linkRefused(code) {
  if (code === "LinkUsed") return gettext("This link was used already: each works once. If you did not use it, end the chat on the device it came from, for somebody else can read it.")
  if (code === "LinkUnknown") return gettext("This link is too old, or not complete. Make a new one on the other device.")
  return linkAway()
}

export const linkAway = () => gettext("The link cannot be opened at the moment. Please load this page again.")

/** @param {(stars: number, comment: string) => Promise<unknown>} send */
export function rating(send) {
  let stars = 0
  const said = h("p", { class: "rating__said", role: "status" })
  const comment = h("textarea", { rows: 2, dir: "auto", maxlength: 1000, "aria-label": gettext("What could be better? (optional)"), placeholder: gettext("What could be better? (optional)") })
  const go = h("button", { type: "submit", class: "button button--primary" }, gettext("Send"))
  const more = h("div", { class: "rating__more", hidden: true }, comment, go)
  const pick = (/** @type {number} */ count) => {
    stars = count
    more.hidden = false
    said.textContent = ""
    for (const [at, label] of [...form.querySelectorAll(".star")].entries()) label.classList.toggle("is-on", at < count)
  }
  const star = (/** @type {number} */ count) =>
    h("label", { class: "star" }, h("input", { type: "radio", name: "stars", value: count, class: "sr", onchange: () => pick(count) }), icon("star"), h("span", { class: "sr" }, starWords(count)))
  const form = h("form", { class: "rating", novalidate: true, onsubmit: (/** @type {Event} */ event) => submit(event) },
    h("fieldset", {}, h("legend", {}, gettext("How was this chat?")), h("div", { class: "stars" }, ...[1, 2, 3, 4, 5].map(star))), more, said)
  async function submit(/** @type {Event} */ event) {
    event.preventDefault()
    if (!stars || go.getAttribute("aria-busy") === "true") return
    go.setAttribute("aria-busy", "true")
    try {
      await send(stars, comment.value.trim())
      form.replaceChildren(h("p", { class: "rating__thanks", role: "status", tabindex: "-1" }, gettext("Thank you, that helps us.")))
      form.querySelector("p").focus()
    } catch {
      said.textContent = gettext("That could not be sent. Please try again.")
    }
    go.setAttribute("aria-busy", "false")
  }
  return form
}

/** @param {number} count */
const starWords = (count) => ngettext("%(n)s star of 5", "%(n)s stars of 5", count).replace("%(n)s", String(count))

/** @param {number} place in the queue; 1 is next */
export const placeWords = (place) => (place === 1 ? gettext("You are next") : say("You are number %(n)s in line", { n: place }))
