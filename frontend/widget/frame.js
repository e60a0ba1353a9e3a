// @ts-check
/** The window beside the button: its head, menu and line, the screen that stands in it, and what lies over it. */

import { icon, initials, setText } from "../js/dom.js"
import { gettext } from "../js/i18n.js"
import { h, styles } from "./element.js"
import { ICONS, symbols } from "./icons.js"

/** @typedef {{id: string, sign: string, label: string, run: () => void}} Entry of the menu */

const SMALL_SCREEN = "(max-width: 30rem), (max-height: 27rem)"

export class Frame {
  /** @type {Entry[]} */
  #entries = []

  /** @param {import("./launcher.js").Launcher} launcher @param {string} css @param {() => void} onClose */
  constructor(launcher, css, onClose) {
    this.launcher = launcher
    this.ground = launcher.ground
    this.status = h("p", { class: "sr", role: "status" })
    this.panel = this.#panel(onClose)
    launcher.shadow.adoptedStyleSheets = [...launcher.shadow.adoptedStyleSheets, styles(css)]
    launcher.button.setAttribute("aria-controls", "panel")
    this.ground.prepend(symbols(ICONS), this.panel)
    this.ground.append(this.status)
    this.ground.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.#key(event, onClose))
    this.#followKeyboard()
  }

  /** @param {() => void} onClose */
  #panel(onClose) {
    this.who = h("bdi")
    this.face = h("span", { class: "head__face", "aria-hidden": "true" })
    this.dot = h("span", { class: "dot" })
    this.presence = h("span")
    this.more = h("button", { type: "button", class: "icon-button", "aria-label": gettext("More"), "aria-expanded": "false", "aria-controls": "menu", onclick: () => this.toggleMenu() }, icon("more"))
    const close = h("button", { type: "button", class: "icon-button", "aria-label": gettext("Close the chat window"), onclick: onClose }, icon("close", "head__close"), icon("down", "head__down"))
    this.head = h("div", { class: "head" }, this.face, h("div", { class: "head__words" }, h("h2", { id: "title" }, this.who), h("p", {}, this.dot, this.presence)), this.more, close)
    this.menu = h("div", { class: "menu", id: "menu", hidden: true })
    this.line = h("p", { class: "line", role: "status" })
    this.screens = h("div", { class: "screens" })
    this.sheet = h("div", { class: "sheet", hidden: true })
    return h("section", { class: "panel", id: "panel", role: "dialog", "aria-labelledby": "title", tabindex: "-1", hidden: true }, this.head, this.menu, this.line, this.screens, this.sheet)
  }

  /** Escape closes what is on top. @param {KeyboardEvent} event @param {() => void} onClose */
  #key(event, onClose) {
    if (event.key !== "Escape" || event.isComposing || this.panel.hidden) return
    event.stopPropagation()
    if (!this.menu.hidden) this.toggleMenu(false)
    else if (!this.sheet.hidden) this.closeSheet()
    else onClose()
  }

  /** On a phone the window is as high as what the keyboard leaves. */
  #followKeyboard() {
    const view = globalThis.visualViewport
    const fit = () => {
      const full = matchMedia(SMALL_SCREEN).matches && view
      this.panel.style.setProperty("--view", full ? `${view.height}px` : "")
      this.panel.style.setProperty("--view-top", full ? `${view.offsetTop}px` : "")
    }
    view?.addEventListener("resize", fit)
    view?.addEventListener("scroll", fit)
    fit()
  }

  get isOpen() {
    return !this.panel.hidden
  }

  /** Whatever has the focus in here. @returns {Element | null} */
  get focused() {
    return this.launcher.shadow.activeElement
  }

  /** @param {boolean} open */
  setOpen(open) {
    this.panel.hidden = !open
    this.launcher.setOpen(open)
    this.toggleMenu(false)
  }

  /** Which screen stands in the window. @param {HTMLElement} screen */
  show(screen) {
    if (screen.parentNode !== this.screens) this.screens.replaceChildren(screen)
  }

  /** @param {string} who @param {string} presence @param {string} [dot] @param {boolean} [person] */
  setHead(who, presence, dot = "", person = false) {
    setText(this.who, who)
    setText(this.presence, presence)
    this.dot.className = `dot ${dot}`
    const face = person ? initials(who) : ""
    if (face !== this.face.dataset.of) this.face.replaceChildren(face || icon("chat"))
    this.face.dataset.of = face
    this.head.classList.toggle("is-bare", !presence)
  }

  /** @param {string} text */
  setLine(text) {
    setText(this.line, text)
    this.line.classList.toggle("is-on", Boolean(text))
  }

  /** For who cannot see it. @param {string} text */
  announce(text) {
    setText(this.status, text)
  }

  /** @param {Entry[]} entries */
  setMenu(entries) {
    this.more.hidden = !entries.length
    const sign = (/** @type {Entry[]} */ all) => JSON.stringify(all.map((one) => [one.id, one.label]))
    if (sign(entries) === sign(this.#entries)) return
    this.#entries = entries
    this.menu.replaceChildren(...entries.map(({ sign, label, run }) => h("button", { type: "button", onclick: () => this.#chosen(run) }, icon(sign), label)))
  }

  /** @param {() => void} run */
  #chosen(run) {
    this.toggleMenu(false)
    this.more.focus()
    run()
  }

  toggleMenu(open = this.menu.hidden) {
    const inside = this.menu.contains(this.focused)
    this.menu.hidden = !open
    this.more.setAttribute("aria-expanded", String(open))
    if (open) this.menu.querySelector("button")?.focus()
    else if (inside) this.more.focus()
  }

  /** Something over the conversation that asks for an answer. @param {string} label @param {HTMLElement[]} inside @param {() => void} [onClosed] */
  openSheet(label, inside, onClosed = () => {}) {
    this.onSheetClosed = onClosed
    this.back = /** @type {HTMLElement | null} */ (this.focused)
    this.sheet.replaceChildren(h("div", { class: "sheet__card", role: "dialog", "aria-modal": "true", "aria-label": label }, ...inside))
    this.sheet.hidden = false
    for (const one of [this.head, this.screens]) one.inert = true
    this.sheet.querySelector("[data-first]")?.focus()
  }

  closeSheet() {
    if (this.sheet.hidden) return
    this.sheet.hidden = true
    this.sheet.replaceChildren()
    for (const one of [this.head, this.screens]) one.inert = false
    if (this.back?.isConnected) this.back.focus()
    this.onSheetClosed?.()
  }
}
