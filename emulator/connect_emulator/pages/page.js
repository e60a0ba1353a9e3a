// @ts-check
/** The chat on the screen: header, log, composer, end; it draws what the chat says and hands on what the person does. */

import { FORMS } from "./frontend/chat/asked.js"
import { isServed, isTheirs, present } from "./frontend/chat/conversation.js"
import { fileError, TYPES } from "./frontend/chat/files.js"
import { bringForms } from "./frontend/chat/forms.js"
import { initials } from "./frontend/js/dom.js"
import { typeOf } from "./frontend/js/files.js"
import { roomLeft, tooLong } from "./frontend/chat/limits.js"
import { drawRows } from "./frontend/chat/log.js"
import { asText, rows } from "./frontend/chat/rows.js"

/** @typedef {import("./frontend/chat/chat.js").Chat} Chat */

bringForms(FORMS)
const BRAND = "Fenmark Home"
const NEAR_END = 80

/** @param {string} name @returns {any} */
const part = (name) => document.querySelector(`[data-part="${name}"]`)

/** @param {string} name @param {string} value */
function text(name, value) {
  const node = /** @type {HTMLElement} */ (document.querySelector(`[data-text="${name}"]`))
  if (node.textContent !== value) node.textContent = value
}

/** @param {string} name @returns {NodeListOf<HTMLElement>} */
const actions = (name) => document.querySelectorAll(`[data-action="${name}"]`)

export class Page {
  /** @type {Chat | null} */
  chat = null
  #wasLoaded = false
  #unseen = 0
  #lastTheirs = ""

  /** @param {{draft: (field: string, text: string) => void, onAnew: (words: string) => void}} needs */
  constructor({ draft, onAnew }) {
    this.draft = draft
    this.onAnew = onAnew
    this.words = /** @type {HTMLTextAreaElement} */ (part("words"))
    this.log = /** @type {HTMLElement} */ (part("log"))
    this.form = /** @type {HTMLFormElement} */ (document.querySelector('[data-form="send"]'))
    this.#listen()
  }

  /** @param {"start" | "chat"} name */
  show(name) {
    for (const screen of document.querySelectorAll("[data-screen]")) {
      const node = /** @type {HTMLElement} */ (screen)
      node.hidden = node.dataset.screen !== name
    }
    part("contact").hidden = name !== "chat"
    for (const button of actions("save")) button.hidden = name !== "chat"
  }

  /** @param {Chat} chat @param {string} draft */
  open(chat, draft) {
    this.chat = chat
    this.#wasLoaded = false
    this.#unseen = 0
    this.#lastTheirs = ""
    this.words.value = draft
    text("contact", chat.seat.ContactId)
    part("rows").replaceChildren()
    this.show("chat")
    this.draw()
    this.#toEnd()
    this.words.focus()
  }

  draw() {
    if (!this.chat) return
    const stick = this.#atEnd()
    this.#drawHead(this.chat)
    this.#drawLog(this.chat)
    this.#drawFoot(this.chat)
    if (stick) this.#toEnd()
    this.#notice(this.chat, stick)
  }

  /** @param {Chat} chat */
  #drawHead(chat) {
    const here = present(chat.state).at(-1) ?? ""
    const [words, dot] = presence(chat, Boolean(here))
    text("who", here || BRAND)
    text("initials", initials(here))
    text("presence", words)
    part("nobody").toggleAttribute("hidden", Boolean(here))
    part("dot").className = `dot ${dot}`
    for (const button of actions("end")) button.hidden = chat.state.ended || Boolean(chat.leaving)
    const line = lineOf(chat)
    text("line", line)
    part("line").classList.toggle("is-on", Boolean(line))
  }

  /** @param {Chat} chat */
  #drawLog(chat) {
    const answerable = !chat.state.ended && !chat.leaving
    drawRows(part("rows"), rows(chat.state), {
      fresh: this.#wasLoaded, answerable, live: chat.line.state === "up", picture: (id) => this.#picture(chat, id),
    })
    this.#wasLoaded ||= chat.loaded
    this.log.setAttribute("aria-busy", String(!chat.loaded && !chat.state.ended))
    const typing = Object.values(chat.line.state === "down" ? {} : chat.state.typing).map((one) => one.name || "Somebody")
    part("typing").hidden = !typing.length
    if (typing.length) text("typing", typing.length === 1 ? `${typing[0]} is typing` : "Several people are typing")
  }

  /** @param {Chat} chat */
  #drawFoot(chat) {
    const over = part("over")
    const closed = chat.state.ended
    const closes = closed && over.hidden
    const inForm = this.form.contains(document.activeElement)
    this.form.hidden = closed || Boolean(chat.leaving)
    over.hidden = !closed
    // The composer or the End button that had the focus is gone: go to what is left to do.
    if (closes && (inForm || document.activeElement === document.body)) over.querySelector('[data-action="anew"]').focus()
    this.#hint()
  }

  #hint() {
    const wrong = tooLong(this.words.value) || this.#wrongFile
    const hint = this.form.hidden ? "" : wrong || roomLeft(this.words.value)
    text("hint", hint)
    const node = /** @type {HTMLElement} */ (document.getElementById("send-hint"))
    node.hidden = !hint
    node.classList.toggle("is-over", Boolean(wrong))
    this.words.setAttribute("aria-invalid", String(Boolean(tooLong(this.words.value))))
  }

  /** What came while nobody looked is counted in the title, and told to be unread. @param {Chat} chat @param {boolean} stick */
  #notice(chat, stick) {
    const theirs = chat.state.items.filter((item) => item.Type !== "EVENT" && item.ParticipantId !== chat.seat.ParticipantId)
    const newest = theirs.at(-1)?.Id ?? ""
    const since = theirs.length - 1 - theirs.findIndex((item) => item.Id === this.#lastTheirs)
    const seen = stick && document.visibilityState === "visible"
    if (seen || !this.#lastTheirs) this.#unseen = 0
    else this.#unseen += newest === this.#lastTheirs ? 0 : since
    this.#lastTheirs = newest
    for (const button of actions("to-end")) button.hidden = stick || !this.#unseen
    document.title = `${this.#unseen ? `(${this.#unseen}) ` : ""}Chat · ${BRAND}`
    chat.acknowledge(seen)
  }

  #atEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_END
  }

  #toEnd() {
    this.log.scrollTop = this.log.scrollHeight
  }

  #listen() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault()
      this.#send()
    })
    this.words.addEventListener("keydown", (event) => this.#key(event))
    this.words.addEventListener("input", () => this.#typed())
    this.#listenForFiles()
    this.log.addEventListener("click", (event) => this.#pressed(/** @type {Element} */ (event.target)))
    this.log.addEventListener("scroll", () => this.#atEnd() && this.#unseen && this.draw(), { passive: true })
    document.addEventListener("visibilitychange", () => this.draw())
    new ResizeObserver(() => this.#stay()).observe(this.log)
    for (const button of actions("to-end")) button.addEventListener("click", () => this.#goToEnd())
    for (const button of actions("save")) button.addEventListener("click", () => this.#save())
    for (const button of actions("end")) button.addEventListener("click", () => this.#askEnd())
    for (const button of actions("anew")) button.addEventListener("click", () => this.#anew())
    part("end").addEventListener("close", () => part("end").returnValue === "end" && this.#end())
  }

  /** Files that are chosen, dropped or pasted. */
  #listenForFiles() {
    const input = /** @type {HTMLInputElement} */ (part("file"))
    input.accept = Object.keys(TYPES).map((ending) => `.${ending}`).join(",")
    for (const button of actions("attach")) button.addEventListener("click", () => input.click())
    input.addEventListener("change", () => {
      this.#attach(input.files ?? [])
      input.value = ""
    })
    this.words.addEventListener("paste", (event) => {
      const data = event.clipboardData
      // A text program copies a picture of the words beside them: the words are meant.
      if (!data?.files.length || data.types.includes("text/plain")) return
      event.preventDefault()
      this.#attach(data.files)
    })
    // Wherever a file is let go: the browser would open it, and the chat would be gone.
    const holds = (/** @type {DragEvent} */ event) => Boolean(event.dataTransfer?.types.includes("Files"))
    addEventListener("dragover", (event) => {
      if (!holds(event)) return
      event.preventDefault()
      this.form.classList.toggle("is-over", !this.form.hidden)
    })
    addEventListener("dragleave", (event) => !event.relatedTarget && this.form.classList.remove("is-over"))
    addEventListener("drop", (event) => {
      if (!holds(event)) return
      event.preventDefault()
      this.form.classList.remove("is-over")
      this.#attach(event.dataTransfer?.files ?? [])
    })
  }

  #wrongFile = ""

  /** @param {Iterable<File>} files */
  #attach(files) {
    if (this.form.hidden || !this.chat) return
    const errors = [...files].map((file) => [file, fileError(file)])
    for (const [file, error] of /** @type {[File, string][]} */ (errors)) if (!error) this.chat.attach(file, typeOf(file.name, TYPES))
    this.#wrongFile = String(errors.find(([, error]) => error)?.[1] ?? "")
    this.#goToEnd()
    this.words.focus()
  }

  /** @type {Map<string, Promise<string>>} asked for once */
  #pictures = new Map()

  /** @param {Chat} chat @param {string} id */
  #picture(chat, id) {
    const known = this.#pictures.get(id) ?? chat.attachment(id, "INLINE")
    this.#pictures.set(id, known)
    known.catch(() => this.#pictures.delete(id))
    return known
  }

  /** @param {string} id */
  async #download(id) {
    try {
      const link = document.createElement("a")
      link.href = (await this.chat?.attachment(id, "ATTACHMENT")) ?? ""
      link.click()
    } catch {
      this.#wrongFile = "That file cannot be fetched just now."
      this.#hint()
    }
  }

  #lastHeight = 0

  /** A growing composer or a keyboard must not push the last words out of sight. */
  #stay() {
    const shrunk = this.#lastHeight - this.log.clientHeight
    const gap = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight
    if (shrunk > 0 && gap - shrunk < NEAR_END) this.#toEnd()
    this.#lastHeight = this.log.clientHeight
  }

  /** On a touch keyboard Enter is a new line, as everywhere there. @param {KeyboardEvent} event */
  #key(event) {
    const touch = matchMedia("(hover: none) and (pointer: coarse)").matches
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || touch) return
    event.preventDefault()
    this.#send()
  }

  #typed() {
    this.#wrongFile = ""
    this.draft("words", this.words.value)
    if (!CSS.supports("field-sizing", "content")) this.words.rows = Math.min(5, this.words.value.split("\n").length)
    this.#hint()
    if (this.words.value.trim()) this.chat?.typing()
  }

  #send() {
    const words = this.words.value.trim()
    this.words.focus()
    if (!words || tooLong(words)) return
    this.words.value = ""
    this.#typed()
    this.chat?.write(words)
    this.#goToEnd()
  }

  #goToEnd() {
    this.#toEnd()
    this.draw()
  }

  /** @param {Element} target a choice, Retry or Discard */
  #pressed(target) {
    const opens = /** @type {HTMLButtonElement | null} */ (target.closest("[data-opens]"))
    if (opens?.dataset.opens) return void this.#download(opens.dataset.opens)
    const choice = /** @type {HTMLButtonElement | null} */ (target.closest(".choice"))
    const doing = /** @type {HTMLButtonElement | null} */ (target.closest("[data-do]"))
    if (choice?.dataset.answer) this.chat?.write(choice.dataset.answer)
    if (doing?.dataset.do === "again") this.chat?.again(doing.dataset.token ?? "")
    if (doing?.dataset.do === "discard") this.chat?.discard(doing.dataset.token ?? "")
    if (choice || doing) this.words.focus()
    if (choice) this.#goToEnd()
  }

  #save() {
    if (!this.chat) return
    const link = document.createElement("a")
    link.href = URL.createObjectURL(new Blob([asText(this.chat.state)], { type: "text/plain;charset=utf-8" }))
    link.download = `chat-${this.chat.seat.ContactId}.txt`
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
  }

  #askEnd() {
    const unsent = this.chat?.state.outgoing.length ?? 0
    const lost = unsent === 1 ? "One message is not sent yet, and will not be." : `${unsent} messages are not sent yet, and will not be.`
    text("end", unsent ? lost : "You can start a new one at any time.")
    part("end").returnValue = ""
    part("end").showModal()
  }

  #end() {
    this.chat?.leave().catch(() => this.chat?.line.retry())
  }

  #anew() {
    const unsent = this.chat?.state.outgoing.filter((one) => one.size === undefined).map((one) => one.content) ?? []
    const words = [...unsent, this.words.value.trim()].filter(Boolean).join("\n")
    this.draft("words", "")
    this.chat = null
    this.onAnew(words)
  }
}

/** @param {Chat} chat @param {boolean} here @returns {[string, string]} the words under the name, and the dot before them */
function presence(chat, here) {
  if (chat.state.ended) return ["Chat ended", ""]
  if (chat.line.state === "connecting") return ["Connecting", ""]
  if (chat.line.state === "down") return ["Reconnecting", "dot--warn"]
  if (here) return isServed(chat.state, BRAND) ? ["Here now", "dot--ok"] : ["Connected", ""]
  return [chat.state.items.some((item) => isTheirs(chat.state, item)) ? "Nobody is here now" : "Nobody has joined yet", ""]
}

/** @param {Chat} chat */
function lineOf(chat) {
  if (chat.state.ended) return ""
  if (chat.line.state === "down") return chat.leaving ? "No connection. The chat ends as soon as it is back." : "No connection. What you write is kept and sent later."
  return chat.leaving ? "Ending the chat" : ""
}
