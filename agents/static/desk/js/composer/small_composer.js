// @ts-check
/** A field and its button whose words stay there until the server has them: whispers, a supervisor's words to the customer. */
import { newToken } from "../shell/commands.js"
import { at, composing, setAttribute, setText } from "../lib/dom.js"

/**
 * @typedef {import("./limits.js").Room} Room
 * @typedef {Object} Ends
 * @property {(about: string, text: string, clientToken: string) => Promise<string>} send  The refusal; empty: taken.
 * @property {(text: string) => Room} room
 * @property {() => void} [typed]
 * @property {() => void} [sent]
 */

export class SmallComposer {
  /** @type {HTMLFormElement} */ #form
  /** @type {HTMLTextAreaElement} */ #words
  /** @type {HTMLButtonElement} */ #button
  /** @type {Ends} */ #ends
  /** What it is about: its words are kept for it. */
  #about = ""
  /** @type {Map<string, string>} */ #drafts = new Map()
  /** The words on their way, or that failed: the same again have the same token. @type {{about: string, text: string, token: string}|null} */
  #tried = null
  #busy = false

  /** @param {HTMLFormElement} form with a textarea, a submit button, and `why` @param {Ends} ends */
  constructor(form, ends) {
    this.#form = form
    this.#ends = ends
    this.#words = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea"))
    this.#button = /** @type {HTMLButtonElement} */ (form.querySelector("[type=submit]"))
    form.addEventListener("submit", (event) => {
      event.preventDefault()
      void this.#send()
    })
    this.#words.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || composing(event)) return
      event.preventDefault()
      if (!event.repeat) void this.#send()
    })
    this.#words.addEventListener("input", () => {
      this.#drafts.set(this.#about, this.#words.value)
      if (this.#words.value) ends.typed?.()
      this.#draw()
    })
  }

  /** @param {string} about @param {string} label what is written, and to whom */
  paint(about, label) {
    setAttribute(this.#words, "aria-label", label)
    setAttribute(this.#words, "placeholder", label)
    if (about === this.#about) return
    this.#about = about
    this.#words.value = this.#drafts.get(about) ?? ""
    this.#tell("")
    this.#draw()
  }

  focus() {
    this.#words.focus()
  }

  #draw() {
    const { left, told } = this.#ends.room(this.#words.value.trimEnd())
    this.#button.disabled = left < 0 || this.#busy
    setAttribute(this.#words, "aria-invalid", left < 0)
    if (left < 0) this.#tell(told)
    else if (!this.#tried) this.#tell("")
  }

  /** @param {string} text */
  #tell(text) {
    const why = at(this.#form, "why")
    setText(why, text)
    why.hidden = text === ""
  }

  async #send() {
    const text = this.#words.value.trimEnd()
    if (this.#busy || !text.trim() || this.#button.disabled) return
    const about = this.#about
    const again = this.#tried?.about === about && this.#tried.text === text
    const tried = again && this.#tried ? this.#tried : { about, text, token: newToken() }
    this.#tried = tried
    this.#busy = true
    this.#words.readOnly = true
    const refusal = await this.#ends.send(about, text, tried.token)
    this.#busy = false
    this.#words.readOnly = false
    if (!refusal) this.#taken(about)
    if (about === this.#about) this.#tell(refusal)
    this.#draw()
    if (about === this.#about && !refusal) this.#ends.sent?.()
  }

  /** @param {string} about */
  #taken(about) {
    this.#tried = null
    this.#drafts.delete(about)
    if (about === this.#about) this.#words.value = ""
  }
}
