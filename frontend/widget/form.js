// @ts-check
/** The form before a chat: says what is wrong with an entry, keeps what was typed, and says why a chat could not be started. */

import { icon, own } from "../js/dom.js"
import { gettext } from "../js/i18n.js"
import { messageError, nameError, NAME_MAX } from "../chat/limits.js"
import { h } from "./element.js"

/**
 * @typedef {import("./settings.js").Field} Field
 * @typedef {{draft: () => Record<string, string>, keep: (entries: Record<string, string>) => void, onStart: (entries: Record<string, string>) => void}} Told
 */

export class StartForm {
  /** @type {Map<string, any>} */
  #fields = new Map()
  #until = 0

  /** @param {import("./settings.js").Settings} settings @param {Told} told */
  constructor(settings, told) {
    this.settings = settings
    this.told = told
    this.notice = h("p", { class: "notice", role: "status", hidden: true })
    this.bad = h("p", { class: "bad", role: "alert", hidden: true })
    this.button = h("button", { type: "submit", class: "button button--primary" }, gettext("Start the chat"))
    const draft = told.draft()
    this.form = h("form", { class: "form", novalidate: true, onsubmit: (/** @type {Event} */ event) => this.#submit(event) },
      ...settings.fields.map((field) => this.#field(field, draft[field.id] ?? "")), this.bad, this.button)
    const greeting = settings.greeting || gettext("How can we help?")
    this.element = h("div", { class: "screen start" },
      h("div", { class: "hero" }, h("p", { class: "hero__greeting", dir: "auto" }, greeting), h("p", {}, gettext("Write to us, and somebody answers here."))), this.notice, this.form)
  }

  /** @param {Field} field @param {string} value */
  #field(field, value) {
    const { id, label, optional } = field
    const common = { id: `field-${id}`, name: id, "aria-describedby": `error-${id}`, required: !optional, dir: "auto", oninput: () => this.#typed(field) }
    const input = id === "topic" && this.settings.topics.length ? this.#select(common, optional)
      : id === "message" ? h("textarea", { ...common, rows: 3 })
      : h("input", { ...common, type: own(INPUT_TYPES, id) ?? "text", autocomplete: own(AUTOCOMPLETE, id) ?? "off" })
    if (value) input.value = value
    this.#fields.set(id, input)
    const words = h("label", { for: common.id }, label || labelOf(id), optional && h("small", {}, ` ${gettext("(optional)")}`))
    return h("div", { class: "field" }, words, input, h("p", { class: "field__error", id: `error-${id}`, hidden: true }))
  }

  /** @param {Record<string, any>} common @param {boolean} optional */
  #select(common, optional) {
    const first = h("option", { value: "" }, optional ? "" : gettext("Please choose"))
    return h("select", { ...common, dir: null }, first, ...this.settings.topics.map(({ value, label }) => h("option", { value }, label)))
  }

  /** @param {Field} field */
  #typed(field) {
    const input = this.#fields.get(field.id)
    this.told.keep(this.entries)
    if (input.getAttribute("aria-invalid") === "true") this.#tell(field.id, errorOf(field, input.value))
  }

  get entries() {
    return Object.fromEntries([...this.#fields].map(([id, input]) => [id, input.value]))
  }

  /** @param {Record<string, string>} entries what the website knows already, or words left over of the chat before */
  fill(entries) {
    for (const [id, value] of Object.entries(entries)) if (this.#fields.has(id)) this.#fields.get(id).value = value
    this.told.keep(this.entries)
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault()
    if (this.button.getAttribute("aria-busy") === "true" || Date.now() < this.#until) return
    const errors = this.settings.fields.map((field) => /** @type {const} */ ([field.id, errorOf(field, this.#fields.get(field.id).value)]))
    for (const [id, error] of errors) this.#tell(id, error)
    const wrong = errors.find(([, error]) => error)
    if (wrong) this.#fields.get(wrong[0]).focus()
    else this.told.onStart(this.entries)
  }

  /** @param {string} id @param {string} error */
  #tell(id, error) {
    const line = /** @type {HTMLElement} */ (this.form.querySelector(`#error-${id}`))
    line.textContent = error
    line.hidden = !error
    this.#fields.get(id).setAttribute("aria-invalid", String(Boolean(error)))
  }

  /** @param {boolean} busy */
  setBusy(busy) {
    this.button.setAttribute("aria-busy", String(busy))
    this.button.textContent = busy ? gettext("Starting…") : gettext("Start the chat")
    if (busy) this.bad.hidden = true
  }

  /** @param {string} text @param {number} seconds in which it is no use to try again */
  complain(text, seconds) {
    this.bad.textContent = text
    this.bad.hidden = false
    this.#until = Date.now() + seconds * 1000
  }

  /** @param {string} text @param {boolean} takes whether a chat may be started nevertheless */
  setNotice(text, takes) {
    this.notice.replaceChildren(...(text ? [icon("clock"), text] : []))
    this.notice.hidden = !text
    this.form.hidden = !takes
  }

  focus() {
    const inputs = [...this.#fields.values()]
    const first = inputs.find((input) => !input.value) ?? inputs[0]
    if (!this.form.hidden) first?.focus()
  }
}

/** @type {Record<string, string>} */
const INPUT_TYPES = { email: "email", phone: "tel" }
/** @type {Record<string, string>} */
const AUTOCOMPLETE = { name: "name", email: "email", phone: "tel" }

/** @param {string} id */
const labelOf = (id) =>
  own({ name: gettext("Your name"), email: gettext("Your email"), phone: gettext("Your phone number"), topic: gettext("What is it about?"), message: gettext("Your message") }, id) ?? id

/** @param {Field} field @param {string} value @returns {string} what is wrong with it; empty: nothing */
export function errorOf({ id, optional }, value) {
  if (!value.trim()) return optional ? "" : id === "name" ? nameError("") : id === "message" ? messageError("") : gettext("Please fill this in.")
  if (id === "name") return nameError(value)
  if (id === "message") return messageError(value)
  if (id === "email" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value.trim())) return gettext("This is no complete email address.")
  return value.length > NAME_MAX * 4 ? gettext("That is too much text. Please shorten it.") : ""
}
