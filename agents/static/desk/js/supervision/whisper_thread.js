// @ts-check
/** Beside the conversation: what supervisors and the serving agent write to each other. No typing signal, own colour. */
import { SmallComposer } from "../composer/small_composer.js"
import { announceMessage } from "../shell/announce.js"
import { notesRoom } from "../composer/limits.js"
import { exactly, hour } from "../lib/clock.js"
import { at, find, icon, keep, make, redraw, setAttribute, setText, words } from "../lib/dom.js"
import { freshWhispers, linesOf, threadOf, unheard } from "../state/whispers.js"
import { fill, gettext, ngettext, say } from "../lib/i18n.js"

const READ = "ccp:whispers"

/**
 * @typedef {Object} Shown  The conversation it stands beside.
 * @property {string} contactId
 * @property {string} other  Whom one whispers to: the agent; empty: the agent's own desk.
 * @property {boolean} writes  May whisper now.
 */

export class WhisperThread {
  /** @type {import("../state/store.js").Store} */ #store
  /** @type {number} */ #me
  #box = find("#whispers")
  #list = at(this.#box, "list")
  /** @type {SmallComposer} */ #composer
  /** @type {Shown|null} */ #shown = null
  #isFolded = false
  /** The last whisper that was read, by contact: kept with the tab. @type {Record<string, string>} */
  #read = JSON.parse(sessionStorage.getItem(READ) ?? "{}")

  /**
   * @param {import("../state/store.js").Store} store @param {number} me
   * @param {{send: (contactId: string, text: string, clientToken: string) => Promise<string>, chime: () => void, repaint: () => void}} ends
   */
  constructor(store, me, { send, chime, repaint }) {
    this.#store = store
    this.#me = me
    this.#composer = new SmallComposer(/** @type {HTMLFormElement} */ (find("#whisper-form")), { send, room: notesRoom })
    at(this.#box, "fold").addEventListener("click", () => {
      this.#isFolded = !this.#isFolded
      repaint()
    })
    store.watch((state, before) => {
      for (const one of freshWhispers(state, before, me)) {
        chime()
        announceMessage(say("Whisper of %(name)s", { name: one.author?.name ?? gettext("somebody") }), one.text)
      }
    })
    document.addEventListener("visibilitychange", repaint)
  }

  /** How many of a contact have not been read. @param {string} contactId */
  unread(contactId) {
    return unheard(threadOf(this.#store.state, contactId), this.#read[contactId] ?? "", this.#me)
  }

  /** Write to the agent. */
  focus() {
    this.#isFolded = false
    if (this.#shown) this.paint(this.#shown)
    this.#composer.focus()
  }

  /** @param {Shown|null} shown null: nothing is in view */
  paint(shown) {
    this.#shown = shown
    const thread = shown ? threadOf(this.#store.state, shown.contactId) : []
    const isAgents = shown?.other === ""
    this.#box.hidden = !shown || (thread.length === 0 && (isAgents || !shown.writes))
    if (!shown || this.#box.hidden) return
    const form = find("#whisper-form")
    form.hidden = !shown.writes || this.#isFolded
    this.#list.hidden = this.#isFolded || thread.length === 0
    if (!this.#list.hidden && !document.hidden) this.#markRead(shown.contactId, thread)
    this.#drawHead(thread, this.unread(shown.contactId), shown)
    this.#drawList(thread)
    this.#composer.paint(shown.contactId, isAgents ? gettext("Answer the whisper") : say("Whisper to %(name)s only", { name: shown.other }))
  }

  /** @param {import("../state/whispers.js").Whisper[]} thread @param {number} unread @param {Shown} shown */
  #drawHead(thread, unread, { other }) {
    const fold = at(this.#box, "fold")
    fold.hidden = thread.length === 0
    setAttribute(fold, "aria-expanded", !this.#isFolded)
    const last = thread.at(-1)
    const who = other || thread.findLast((one) => one.author?.id !== this.#me)?.author?.name || ""
    redraw(fold, [who, unread, this.#isFolded, last?.whisperId], () => [
      icon("whisper"),
      make("b", "", who ? say("Whispers with %(name)s", { name: who }) : gettext("Whispers")),
      make("span", "whispers__last", ...(this.#isFolded && last ? [words("span", last.text)] : [gettext("The customer never sees this")])),
      ...(unread > 0 ? [make("span", "unread num", fill(ngettext("%(n)s new", "%(n)s new", unread), { n: unread }))] : []),
      icon("down"),
    ])
  }

  /** @param {import("../state/whispers.js").Whisper[]} thread */
  #drawList(thread) {
    const atEnd = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 24
    const before = this.#list.childElementCount
    keep(this.#list, linesOf(thread, this.#me), (line) => line.key, createLine, drawLine)
    if (atEnd || before === 0) this.#list.scrollTop = this.#list.scrollHeight
  }

  /** @param {string} contactId @param {import("../state/whispers.js").Whisper[]} thread */
  #markRead(contactId, thread) {
    const last = thread.at(-1)?.whisperId
    if (!last || this.#read[contactId] === last) return
    this.#read = Object.fromEntries([...Object.entries(this.#read).filter(([id]) => id !== contactId).slice(-50), [contactId, last]])
    sessionStorage.setItem(READ, JSON.stringify(this.#read))
  }
}

const createLine = () => make("li", "whisper", make("p", "whisper__who"), words("p", ""))

/** @param {HTMLElement} element @param {ReturnType<typeof linesOf>[number]} line */
function drawLine(element, line) {
  const [who, text] = /** @type {HTMLElement[]} */ ([...element.children])
  element.classList.toggle("whisper--me", line.mine)
  who.className = line.named ? "whisper__who" : "sr"
  redraw(who, [line.who, line.at, line.mine], () => [
    make("bdi", "", line.mine ? gettext("You") : line.who || gettext("somebody")),
    " ",
    make("time", "", hour(line.at)),
  ])
  element.title = exactly(line.at)
  setText(text, line.text)
}
