// @ts-check
/** The conversation in the window: log, composer, and what stands there when it is over. It draws what `Chat` says and hands on what the customer does. */

import { icon } from "../js/dom.js"
import { typeOf } from "../js/files.js"
import { gettext, ngettext, say } from "../js/i18n.js"
import { EVENT, isMine } from "../chat/conversation.js"
import { fileError, TYPES } from "../chat/files.js"
import { roomLeft, tooLong } from "../chat/limits.js"
import { drawRows } from "../chat/log.js"
import { rows } from "../chat/rows.js"
import { h } from "./element.js"

/**
 * @typedef {import("../chat/chat.js").Chat} Chat
 * @typedef {{draft: () => string, keep: (text: string) => void, onSeen: (atEnd: boolean) => void}} Told
 */

const NEAR_END = 60

export class Talk {
  #loaded = false
  #wrong = ""
  #height = 0

  /** @param {Chat} chat @param {{files: boolean, focused: () => Element | null}} has @param {Told} told */
  constructor(chat, { files, focused }, told) {
    this.chat = chat
    this.files = files
    this.focused = focused
    this.told = told
    this.rows = h("div", { class: "log__rows" })
    this.typist = h("bdi")
    this.typing = h("p", { class: "typing", hidden: true }, h("span", { class: "typing__dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")), this.typist)
    this.log = h("div", { class: "log", role: "log", "aria-label": gettext("Messages"), "aria-busy": "true", tabindex: "0", onclick: (/** @type {Event} */ event) => this.#pressed(event) },
      h("div", { class: "log__inner" }, this.rows, this.typing))
    this.toEnd = h("button", { type: "button", class: "button to-end", hidden: true, onclick: () => this.goToEnd() }, icon("arrow"), gettext("New messages"))
    this.form = this.#composer()
    this.hint = h("p", { class: "hint", id: "hint", role: "status", hidden: true })
    this.over = h("div", { class: "over", hidden: true })
    this.element = h("div", { class: "screen talk" }, h("div", { class: "talk__body" }, this.log, this.toEnd), this.form, this.hint, this.over)
    this.words.value = told.draft()
    this.log.addEventListener("scroll", () => this.atEnd && this.told.onSeen(true), { passive: true })
    this.element.addEventListener("dragover", (/** @type {DragEvent} */ event) => this.#dragged(event))
    this.element.addEventListener("dragleave", () => this.form.classList.remove("is-over"))
    this.element.addEventListener("drop", (/** @type {DragEvent} */ event) => this.#dropped(event))
    new ResizeObserver(() => this.#stay()).observe(this.log)
  }

  #composer() {
    const input = h("input", { type: "file", multiple: true, hidden: true, accept: Object.keys(TYPES).map((ending) => `.${ending}`).join(","), onchange: () => this.#chosen(input) })
    this.words = h("textarea", {
      rows: 1, dir: "auto", "aria-label": gettext("Message"), "aria-describedby": "hint", placeholder: gettext("Write a message"),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event), oninput: () => this.#typed(), onpaste: (/** @type {ClipboardEvent} */ event) => this.#pasted(event),
    })
    const attach = h("button", { type: "button", class: "icon-button", "aria-label": gettext("Attach a file"), hidden: !this.files, onclick: () => input.click() }, icon("clip"))
    const send = h("button", { type: "submit", class: "send__go", "aria-label": gettext("Send") }, icon("send"))
    return h("form", { class: "send", novalidate: true, onsubmit: (/** @type {Event} */ event) => this.#send(event) }, attach, input, this.words, send)
  }

  get atEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_END
  }

  goToEnd() {
    this.log.scrollTop = this.log.scrollHeight
    this.told.onSeen(true)
  }

  focus() {
    if (this.form.hidden) (this.over.querySelector("[data-first]") ?? this.log).focus()
    else this.words.focus({ preventScroll: true })
  }

  /** @param {{unread: number, after: () => HTMLElement[]}} about `after`: what stands below an ended chat */
  draw({ unread, after }) {
    const { chat } = this
    const stick = this.atEnd
    const ended = chat.state.ended
    drawRows(this.rows, rows(withoutOwnJoining(chat.state)), {
      fresh: this.#loaded, answerable: !ended && !chat.leaving, live: chat.line.state === "up", picture: (id) => this.#picture(id),
    })
    this.#loaded ||= chat.loaded
    this.log.setAttribute("aria-busy", String(!chat.loaded && !ended))
    const names = Object.values(chat.line.state === "down" ? {} : chat.state.typing).map((one) => one.name || gettext("Somebody"))
    this.typing.hidden = !names.length
    if (names.length) this.typist.textContent = names.length === 1 ? say("%(who)s is typing", { who: names[0] }) : gettext("Several people are typing")
    this.#drawFoot(ended, after)
    if (stick) this.log.scrollTop = this.log.scrollHeight
    this.toEnd.hidden = stick || !unread
  }

  /** @param {boolean} ended @param {() => HTMLElement[]} after */
  #drawFoot(ended, after) {
    const closes = ended && this.over.hidden
    const focused = this.focused()
    const lost = closes && (focused === null || this.form.contains(focused))
    this.form.hidden = ended || Boolean(this.chat.leaving)
    this.over.hidden = !ended
    if (closes) this.over.replaceChildren(...after())
    if (lost) this.over.querySelector("[data-first]")?.focus({ preventScroll: true })
    this.#hint()
  }

  #hint() {
    const wrong = tooLong(this.words.value) || this.#wrong
    const hint = this.form.hidden ? "" : wrong || roomLeft(this.words.value)
    this.hint.textContent = hint
    this.hint.hidden = !hint
    this.hint.classList.toggle("is-over", Boolean(wrong))
    this.words.setAttribute("aria-invalid", String(Boolean(tooLong(this.words.value))))
  }

  /** A growing composer or a keyboard must not push the last words out of sight. */
  #stay() {
    const shrunk = this.#height - this.log.clientHeight
    const gap = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight
    if (!this.#height || (shrunk > 0 && gap - shrunk < NEAR_END)) this.log.scrollTop = this.log.scrollHeight
    this.#height = this.log.clientHeight
  }

  /** On a touch keyboard Enter is a new line, as everywhere there. @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || matchMedia("(hover: none) and (pointer: coarse)").matches) return
    this.#send(event)
  }

  #typed() {
    this.#wrong = ""
    this.told.keep(this.words.value)
    if (!CSS.supports("field-sizing", "content")) this.words.rows = Math.min(5, this.words.value.split("\n").length)
    this.#hint()
    if (this.words.value.trim()) this.chat.typing()
  }

  /** @param {Event} event */
  #send(event) {
    event.preventDefault()
    const words = this.words.value.trim()
    this.words.focus()
    if (!words || tooLong(words)) return
    this.words.value = ""
    this.#typed()
    this.chat.write(words)
    this.goToEnd()
  }

  // ---- files ---------------------------------------------------------------------------------------------------------

  /** @param {HTMLInputElement} input */
  #chosen(input) {
    this.#attach(input.files ?? [])
    input.value = ""
  }

  /** A text program copies a picture of the words beside them: the words are meant. @param {ClipboardEvent} event */
  #pasted(event) {
    const data = event.clipboardData
    if (!this.files || !data?.files.length || data.types.includes("text/plain")) return
    event.preventDefault()
    this.#attach(data.files)
  }

  /** @param {DragEvent} event */
  #dragged(event) {
    if (!event.dataTransfer?.types.includes("Files")) return
    event.preventDefault()
    this.form.classList.toggle("is-over", this.files)
  }

  /** @param {DragEvent} event */
  #dropped(event) {
    if (!event.dataTransfer?.types.includes("Files")) return
    event.preventDefault()
    this.form.classList.remove("is-over")
    this.#attach(event.dataTransfer.files)
  }

  /** @param {Iterable<File>} files */
  #attach(files) {
    if (this.form.hidden || !this.files) return
    const looked = [...files].map((file) => /** @type {const} */ ([file, fileError(file)]))
    for (const [file, error] of looked) if (!error) this.chat.attach(file, typeOf(file.name, TYPES))
    this.#wrong = looked.find(([, error]) => error)?.[1] ?? ""
    this.goToEnd()
    this.words.focus()
  }

  /** @type {Map<string, Promise<string>>} asked for once */
  #pictures = new Map()

  /** @param {string} id */
  #picture(id) {
    const known = this.#pictures.get(id) ?? this.chat.attachment(id, "INLINE")
    this.#pictures.set(id, known)
    known.catch(() => this.#pictures.delete(id))
    return known
  }

  /** @param {string} id */
  async #download(id) {
    try {
      const link = document.createElement("a")
      link.href = await this.chat.attachment(id, "ATTACHMENT")
      link.rel = "noopener noreferrer"
      link.click()
    } catch {
      this.#wrong = gettext("That file cannot be fetched just now.")
      this.#hint()
    }
  }

  /** A choice, Retry, Discard or a file. @param {Event} event */
  #pressed(event) {
    const target = /** @type {Element} */ (event.target)
    const pressed = (/** @type {string} */ selector) => /** @type {HTMLElement | null} */ (target.closest(selector))
    const [opens, choice, doing] = [pressed("[data-opens]"), pressed(".choice"), pressed("[data-do]")]
    if (opens?.dataset.opens) return void this.#download(opens.dataset.opens)
    if (choice?.dataset.answer) this.chat.write(choice.dataset.answer)
    if (doing?.dataset.do === "again") this.chat.again(doing.dataset.token ?? "")
    if (doing?.dataset.do === "discard") this.chat.discard(doing.dataset.token ?? "")
    if (choice || doing) this.words.focus()
    if (choice) this.goToEnd()
  }

  /** What was typed or could not be sent: it goes into the next chat. */
  leftOver() {
    const unsent = this.chat.state.outgoing.filter((one) => one.size === undefined).map((one) => one.content)
    return [...unsent, this.words.value.trim()].filter(Boolean).join("\n")
  }
}

/** Nobody needs to be told that they came. @param {import("../chat/conversation.js").State} state */
const withoutOwnJoining = (state) => ({ ...state, items: state.items.filter((item) => !isMine(state, item) || item.ContentType !== `${EVENT}participant.joined`) })

/** @param {Chat} chat what an end would lose */
export function lostByEnd(chat) {
  const unsent = chat.state.outgoing.length
  if (!unsent) return gettext("You can start a new one at any time.")
  return ngettext("One message is not sent yet, and will not be.", "%(n)s messages are not sent yet, and will not be.", unsent).replace("%(n)s", String(unsent))
}
