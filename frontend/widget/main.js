// @ts-check
/**
 * The entry of the first part, /widget.js: reads the tag, draws the button, gives the website `CcpChat` and the events `ccp-chat:…`
 * on its document. The window comes as a second script once somebody opens it, or a chat goes on; what most chats never need, as a third.
 */

import { speak } from "../js/i18n.js"
import { Launcher } from "./launcher.js"
import { checkedAttributes, readSettings } from "./settings.js"
import { box, Memory, memory } from "./storage.js"

/**
 * @typedef {import("./widget.js").Widget} Widget
 * @typedef {Record<string, string | string[]>} Sentences
 * @typedef {{css: string, sentences: Record<string, Sentences>, endpoint: string, parts: {window: string, more: string}}} Built what the portal
 *   puts into the script; `parts`: the names of the other two
 * @typedef {(name: "more") => Promise<import("./more.js").More>} FetchPart
 * @typedef {{settings: import("./settings.js").Settings, memory: Memory, launcher: Launcher, emit: (name: string, detail?: object) => void, part: FetchPart}} Given
 */

const LINK = /[#&]ccp-chat=([A-Za-z0-9_-]{1,100})/

/** @param {HTMLScriptElement | null} tag @param {Built} built */
export function main(tag, built) {
  const script = tag ?? /** @type {HTMLScriptElement | null} */ (document.querySelector('script[src*="/widget.js"]'))
  if (!script) return void console.warn("[ccp-chat] The script's own tag is not in the page: its attributes cannot be read.")
  if ("CcpChat" in globalThis) return void console.warn("[ccp-chat] The script is in this page twice; the second one does nothing.")
  const begin = () => new Page(script, built).begin()
  if (document.body) begin()
  else document.addEventListener("DOMContentLoaded", begin, { once: true })
}

class Page {
  /** @type {Promise<Widget> | null} */
  #coming = null
  /** @type {Widget | null} */
  #widget = null

  /** @param {HTMLScriptElement} script @param {Built} built */
  constructor(script, built) {
    this.script = script
    this.built = built
    this.settings = readSettings({ ...script.dataset }, script.src, {
      page: location.href, language: navigator.language, pageLanguage: document.documentElement.lang,
      portal: { endpoint: built.endpoint, languages: ["en", ...Object.keys(built.sentences)] },
    })
    speak(this.settings.language, built.sentences[this.#base] ?? {})
    const shared = box(() => localStorage)
    this.memory = new Memory(this.settings.site, shared, "memory" in shared ? memory() : box(() => sessionStorage))
    this.launcher = new Launcher(this.settings, built.css, () => this.#toggle())
  }

  get #base() {
    return this.settings.language.split("-")[0]
  }

  begin() {
    Object.defineProperty(globalThis, "CcpChat", { value: Object.freeze(this.#api()), configurable: true })
    for (const problem of this.settings.problems) this.#fault(problem)
    const code = linkCode()
    const goesOn = this.memory.chat() && !this.memory.chat()?.ended
    if (code || goesOn || this.settings.open || this.settings.closed === "hidden" || this.memory.word("open") === "yes") this.#window(false, code).catch(() => {})
    emit("ready")
  }

  /** @param {boolean} opens @param {string} [code] @returns {Promise<Widget>} */
  #window(opens, code = "") {
    this.#coming ??= this.#load().then((make) => {
      this.#widget = make({ settings: this.settings, memory: this.memory, launcher: this.launcher, emit, part: (name) => this.#part(name) })
      this.#widget.run(code, opens)
      return this.#widget
    }).catch((error) => {
      this.#coming = null // to be tried again with the next press
      this.#fault(error.message)
      throw error
    })
    return this.#coming
  }

  /** @returns {Promise<(given: Given) => Widget>} */
  #load() {
    this.launcher.setBusy(true)
    return this.#part("window").finally(() => this.launcher.setBusy(false))
  }

  /** Another script, with the nonce of the first, for pages whose policy wants one. @param {keyof Built["parts"]} name @returns {Promise<any>} what it brings */
  #part(name) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script")
      const src = new URL(this.built.parts[name], this.script.src)
      src.searchParams.set("lang", this.#base)
      document.addEventListener(`ccp-chat:${name}`, (event) => resolve(/** @type {CustomEvent} */ (event).detail), { once: true })
      script.onerror = () => reject(new Error(`${src.href} could not be loaded: is the portal away, or does this page's policy not allow it?`))
      script.onload = () => script.remove()
      if (this.script.nonce) script.nonce = this.script.nonce
      script.src = trusted(src.href)
      document.head.append(script)
    })
  }

  #toggle() {
    if (this.#widget) this.#widget.toggle()
    else this.#window(true).catch(() => {})
  }

  /** For the website's developer, never for the customer. @param {string} why */
  #fault(why) {
    console.warn(`[ccp-chat] ${why}`)
    emit("error", { message: why })
  }

  /** What a website may do. What needs the window waits for it. */
  #api() {
    const page = this
    const then = (/** @type {(widget: Widget) => unknown} */ act) => this.#window(false).then(act)
    return {
      open: () => then((widget) => widget.open()),
      close: () => this.#widget?.close(),
      toggle: () => this.#toggle(),
      /** @param {Record<string, string>} [entries] by field, as the form has them */
      start: (entries = {}) => then((widget) => widget.start({ ...entries })),
      /** @param {string} text */
      send: (text) => then((widget) => widget.send(String(text))),
      end: () => this.#widget?.end(),
      /** @param {{name?: string, attributes?: Record<string, string>, entries?: Record<string, string>}} known of the chat that begins next */
      set({ name, attributes, entries }) {
        /** @type {string[]} */
        const problems = []
        if (name !== undefined) page.settings.name = String(name)
        if (attributes !== undefined) Object.assign(page.settings.attributes, checkedAttributes(attributes, problems))
        for (const problem of problems) page.#fault(problem)
        return entries === undefined ? Promise.resolve() : then((widget) => widget.form.fill(entries))
      },
      remove() {
        page.#widget?.remove()
        page.launcher.host.remove()
        Reflect.deleteProperty(globalThis, "CcpChat")
      },
      get state() {
        return page.#widget?.status ?? "none"
      },
      get contactId() {
        return page.#widget?.chat?.seat.ContactId ?? ""
      },
    }
  }
}

/** @type {any} */
let policy = null

/** For pages that ask for Trusted Types: our own scripts may come. @param {string} src @returns {string} */
function trusted(src) {
  policy ??= /** @type {any} */ (globalThis).trustedTypes?.createPolicy("ccp-chat", { createScriptURL: (/** @type {string} */ url) => url })
  return policy?.createScriptURL(src) ?? src
}

/** @param {string} name @param {object} [detail] */
const emit = (name, detail = {}) => void document.dispatchEvent(new CustomEvent(`ccp-chat:${name}`, { detail }))

/** The code of a link to a chat; it does not stay in the address, where it would be shared along. */
function linkCode() {
  const code = LINK.exec(location.hash)?.[1] ?? ""
  if (code) history.replaceState(history.state, "", location.href.replace(LINK, ""))
  return code
}
