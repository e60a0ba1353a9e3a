// @ts-check
/** The second part, the widget at work: which screen stands there, what is kept, what the website is told. Begun by main.js once it is needed. */

import { Chat } from "../chat/chat.js"
import { isServed, isTheirs, present } from "../chat/conversation.js"
import { asText } from "../chat/rows.js"
import { uuid } from "../chat/uuid.js"
import { participantApi, Refused } from "../chat/wire.js"
import { gettext } from "../js/i18n.js"
import { h } from "./element.js"
import { StartForm } from "./form.js"
import { Frame } from "./frame.js"
import { isOpen, readHours } from "./hours.js"
import { portalApi } from "./portal.js"
import { askEnd, linkNews, linkRefused, offerLink, placeWords, rating } from "./sheets.js"
import { allowSound, chime } from "./sound.js"
import { begin, hintFor, refusalText } from "./start.js"
import { watchTabs } from "./tabs.js"
import { lostByEnd, Talk } from "./talk.js"

/** @typedef {import("./settings.js").Settings} Settings */

const ASK_EVERY = 15_000 // for the place in the queue, while the customer looks at it
const ASK_LINK_EVERY = 4_000 // for what became of a link that is out

export class Widget {
  /** @type {Chat | null} */
  chat = null
  /** @type {Talk | null} */
  talk = null
  #place = 0
  #news = (/** @type {string} */ _news) => {}
  #newsText = ""
  #linkUntil = 0
  #asking = 0
  #heard = ""
  #toldEnd = false
  #unread = -1
  #unanswered = { entries: "", token: "" } // tried again with the same entries, it is the same chat and not a second one

  /**
   * @param {import("./main.js").Given} given @param {string} css
   */
  constructor({ settings, memory, launcher, emit }, css) {
    this.settings = settings
    this.memory = memory
    this.emit = emit
    this.api = participantApi(settings.endpoint || settings.portal)
    this.portal = portalApi(settings.portal)
    this.frame = new Frame(launcher, css, () => this.close())
    this.form = new StartForm(settings, {
      draft: () => JSON.parse(memory.word("form") || "{}"), keep: (entries) => memory.keepWord("form", JSON.stringify(entries)),
      onStart: (entries) => this.start(entries),
    })
    this.stopTabs = watchTabs(memory.key, { onRest: () => this.chat?.line.rest(), onWake: () => this.#wake(), onShared: () => this.#shared() })
    for (const event of ["pointerdown", "keydown"]) this.frame.ground.addEventListener(event, allowSound, { once: true })
  }

  /** @param {string} code of a link to a chat of another device; empty: none @param {boolean} opens whether somebody has asked for the window */
  run(code, opens) {
    const kept = this.memory.chat()
    if (kept && !(kept.ended && this.memory.word("open") !== "yes")) this.#goOn(kept)
    else this.#toForm()
    if (code) this.#take(code)
    if (opens || code || this.settings.open || this.memory.word("open") === "yes") this.open({ focus: opens || Boolean(code) })
    if (this.settings.closed === "hidden" && !this.chat) this.#lookAtHours()
  }

  // ---- the window ----------------------------------------------------------------------------------------------------

  open({ focus = true } = {}) {
    if (this.frame.isOpen) return
    this.frame.setOpen(true)
    this.memory.keepWord("open", "yes")
    if (!this.chat) this.#lookAtHours()
    this.draw()
    this.#ask()
    if (focus) this.focus()
    this.emit("open")
  }

  close() {
    if (!this.frame.isOpen) return
    const inside = this.frame.focused !== null
    this.frame.closeSheet()
    this.frame.setOpen(false)
    this.memory.keepWord("open", "")
    if (inside) this.frame.launcher.button.focus()
    this.draw()
    this.emit("close")
  }

  toggle() {
    if (this.frame.isOpen) this.close()
    else this.open()
  }

  focus() {
    if (this.talk) this.talk.focus()
    else this.form.focus()
  }

  // ---- a chat begins -------------------------------------------------------------------------------------------------

  /** @param {Record<string, string>} entries @returns {Promise<boolean>} whether there is a chat now */
  async start(entries) {
    if (this.chat && !this.chat.state.ended) return true
    const sign = JSON.stringify(entries)
    if (this.#unanswered.entries !== sign) this.#unanswered = { entries: sign, token: uuid() }
    this.form.setBusy(true)
    try {
      const begun = await begin(this.settings, entries, this.#unanswered.token, this.memory.last)
      this.#unanswered = { entries: "", token: "" }
      this.#adopt(begun)
      this.form.fill({ message: "" })
      this.emit("started", { contactId: begun.seat.ContactId })
      return true
    } catch (error) {
      this.form.complain(refusalText(error), error instanceof Refused ? error.seconds : 0)
      this.fault(hintFor(error, this.settings))
      return false
    } finally {
      this.form.setBusy(false)
    }
  }

  /** @param {import("./start.js").Begun} begun */
  #adopt({ seat, key, files }) {
    this.#leave()
    const kept = { seat, key, files, ended: false, seen: "", rated: false }
    this.memory.keepChat(kept)
    this.memory.keepWord("words", "")
    this.#goOn(kept)
    if (this.frame.isOpen) this.talk?.focus()
  }

  /** @param {import("./storage.js").Shared} kept */
  #goOn(kept) {
    this.#place = 0
    this.#heard = ""
    const chat = new Chat({ api: this.api, store: this.memory, onChange: () => this.draw() }, this.memory.restored(kept))
    this.chat = chat
    this.#toldEnd = chat.state.ended
    this.talk = new Talk(chat, { files: this.settings.files && kept.files, focused: () => this.frame.focused }, {
      draft: () => this.memory.word("words"), keep: (text) => this.memory.keepWord("words", text), onSeen: () => this.draw(),
    })
    this.frame.show(this.talk.element)
    chat.open()
    this.draw()
    this.#ask()
  }

  /** @param {string} code */
  async #take(code) {
    try {
      const taken = await this.portal.takeLink(code)
      this.#adopt(taken)
      this.emit("resumed", { contactId: taken.seat.ContactId })
    } catch (error) {
      const why = linkRefused(error instanceof Refused ? error.type : "")
      if (!this.chat) this.form.complain(why, 0)
      this.#newsText = this.chat ? why : ""
      this.draw()
    }
  }

  // ---- a chat ends ---------------------------------------------------------------------------------------------------

  #leave() {
    this.chat?.close()
    this.chat = this.talk = null
    this.#newsText = ""
    this.#linkUntil = 0
  }

  /** @param {string} text @returns {boolean} whether there is a chat it goes to */
  send(text) {
    if (!this.chat || this.chat.state.ended || !text.trim()) return false
    this.chat.write(text)
    return true
  }

  /** Of the chat, for the website: none, connecting, up, checking, down, ended. */
  get status() {
    return this.chat ? (this.chat.state.ended ? "ended" : this.chat.line.state) : "none"
  }

  end() {
    this.chat?.leave().catch(() => this.chat?.line.retry())
  }

  /** After the end, or when another tab has begun anew. */
  anew() {
    const words = this.talk?.leftOver() ?? ""
    const name = this.chat?.seat.name ?? ""
    this.#leave()
    this.memory.forgetChat()
    this.form.fill({ message: words, ...(name && { name }) })
    this.#toForm()
    this.#lookAtHours()
    this.form.focus()
  }

  #toForm() {
    this.frame.show(this.form.element)
    this.draw()
  }

  /** What stands below an ended chat. */
  #after() {
    const shared = this.memory.chat()
    const key = shared?.key ?? ""
    const asks = this.settings.rating && key && !shared?.rated && this.chat?.state.items.some((item) => isTheirs(this.chat.state, item))
    const ended = this.chat?.loaded || this.chat?.state.items.length ? gettext("This chat has ended.") : gettext("This chat has ended meanwhile.")
    const save = h("button", { type: "button", class: "button", onclick: () => this.save() }, gettext("Save this chat"))
    const anew = h("button", { type: "button", class: "button button--primary", "data-first": true, onclick: () => this.anew() }, gettext("Start a new chat"))
    return [h("p", { class: "over__ended" }, ended), ...(asks ? [rating((stars, comment) => this.#rate(key, stars, comment))] : []), h("div", { class: "over__do" }, save, anew)]
  }

  /** @param {string} key @param {number} stars @param {string} comment */
  async #rate(key, stars, comment) {
    await this.portal.rate(key, stars, comment)
    this.memory.change({ rated: true })
    this.emit("rated", { stars, comment })
  }

  save() {
    if (!this.chat) return
    const link = document.createElement("a")
    link.href = URL.createObjectURL(new Blob([asText(this.chat.state)], { type: "text/plain;charset=utf-8" }))
    link.download = `chat-${this.chat.seat.ContactId}.txt`
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
  }

  // ---- what stands on the screen -------------------------------------------------------------------------------------

  draw() {
    const { chat, talk, frame } = this
    this.#drawHead()
    frame.setMenu(this.#menu())
    frame.setLine(this.#line())
    if (chat && talk) {
      talk.draw({ unread: Math.max(0, this.#unread), after: () => this.#after() })
      this.#notice(chat, talk)
      if (chat.state.ended && !this.#toldEnd) this.emit("ended", { contactId: chat.seat.ContactId })
      this.#toldEnd = chat.state.ended
    }
    frame.launcher.unread(Math.max(0, this.#unread))
  }

  #drawHead() {
    const { chat, settings } = this
    const title = settings.title || gettext("Chat with us")
    if (!chat) return this.frame.setHead(title, "")
    const here = present(chat.state).at(-1) ?? ""
    const person = Boolean(here) && isServed(chat.state, title)
    if (person) this.#place = 0
    const [words, dot] = this.#presence(here, person)
    this.frame.setHead(here || title, words, dot, Boolean(here) && here !== title)
  }

  /** @param {string} here @param {boolean} person @returns {[string, string]} */
  #presence(here, person) {
    const { state, line } = /** @type {Chat} */ (this.chat)
    if (state.ended) return [gettext("Chat ended"), ""]
    if (line.state === "connecting") return [gettext("Connecting"), ""]
    if (line.state === "down") return [gettext("Reconnecting"), "dot--warn"]
    if (person) return [gettext("Here now"), "dot--ok"]
    if (this.#place) return [placeWords(this.#place), ""]
    if (here) return [gettext("Connected"), ""]
    return [state.items.some((item) => isTheirs(state, item)) ? gettext("Nobody is here now") : gettext("We are looking for somebody"), ""]
  }

  #line() {
    const { chat } = this
    if (this.#newsText) return this.#newsText
    if (!chat || chat.state.ended) return !chat && !this.memory.lasts ? gettext("Your browser keeps nothing: the chat ends for you when this page is closed or loaded again.") : ""
    if (chat.line.state === "down") return chat.leaving ? gettext("No connection. The chat ends as soon as it is back.") : gettext("No connection. What you write is kept and sent later.")
    return chat.leaving ? gettext("Ending the chat") : ""
  }

  #menu() {
    const { chat } = this
    if (!chat || chat.state.ended) return []
    const key = this.memory.chat()?.key
    const sound = this.sounds
    return [
      ...(this.settings.sound ? [{ id: "sound", sign: sound ? "mute" : "bell", label: sound ? gettext("Sound off") : gettext("Sound on"), run: () => this.#setSound(!sound) }] : []),
      ...(key ? [{ id: "link", sign: "phone", label: gettext("Continue on another device"), run: () => this.#offerLink() }] : []),
      { id: "save", sign: "download", label: gettext("Save this chat"), run: () => this.save() },
      ...(chat.leaving ? [] : [{ id: "end", sign: "end", label: gettext("End the chat"), run: () => this.askEnd() }]),
    ]
  }

  askEnd() {
    if (this.chat) askEnd(this.frame, lostByEnd(this.chat), () => this.end())
  }

  get sounds() {
    return this.settings.sound && this.memory.word("sound") !== "off"
  }

  /** @param {boolean} on */
  #setSound(on) {
    this.memory.keepWord("sound", on ? "" : "off")
    this.draw()
  }

  /** What came while nobody looked is counted, sounds once, and is told to be unread. @param {Chat} chat @param {Talk} talk */
  #notice(chat, talk) {
    const theirs = chat.state.items.filter((item) => item.Type !== "EVENT" && isTheirs(chat.state, item))
    const newest = theirs.at(-1)
    const looks = this.frame.isOpen && document.visibilityState === "visible" && talk.atEnd
    const shared = this.memory.chat()
    if (looks && newest && shared && shared.seen !== newest.Id) this.memory.change({ seen: newest.Id })
    const seen = looks ? newest?.Id : shared?.seen
    const unread = looks ? 0 : theirs.length - 1 - theirs.findIndex((item) => item.Id === seen)
    if (newest && this.#heard && this.#heard !== newest.Id) this.#tell(newest, looks)
    if (chat.loaded) this.#heard = newest?.Id ?? "none"
    if (unread !== this.#unread) {
      this.#unread = unread
      this.emit("unread", { count: Math.max(0, unread) })
    }
    chat.acknowledge(looks)
  }

  /** @param {import("../chat/conversation.js").Item} item @param {boolean} looks */
  #tell(item, looks) {
    this.emit("message", { id: item.Id, from: item.DisplayName ?? "", text: item.Content ?? "", contentType: item.ContentType })
    if (!looks && this.sounds) chime()
    if (!this.frame.isOpen) this.frame.announce(`${item.DisplayName ?? ""}: ${item.ContentType.startsWith("text/") ? item.Content ?? "" : gettext("New messages")}`)
  }

  // ---- other tabs, other devices, the portal -------------------------------------------------------------------------

  #wake() {
    this.chat?.line.look()
    this.draw()
  }

  /** Another tab has begun, ended or read something. */
  #shared() {
    const shared = this.memory.chat()
    const mine = this.chat?.seat.ContactId
    if (shared && shared.seat.ContactId !== mine) {
      this.#leave()
      this.#goOn(shared)
    } else if (!shared && this.chat) {
      this.#leave()
      this.#toForm()
    } else this.draw()
  }

  #offerLink() {
    const chat = this.memory.chat()
    if (!chat) return
    const make = async () => {
      const { code, seconds } = await this.portal.makeLink(chat.key, chat.seat, chat.files)
      this.#linkUntil = Date.now() + seconds * 1000
      this.#ask()
      const page = new URL(location.href)
      page.hash = `ccp-chat=${code}`
      return { url: page.href, minutes: Math.round(seconds / 60) }
    }
    this.#news = offerLink(this.frame, make, () => this.end())
  }

  /** Asks the portal while there is something to know: the place in the queue, and what became of a link. */
  #ask() {
    clearTimeout(this.#asking)
    const { chat } = this
    const key = this.memory.chat()?.key
    const link = this.#linkUntil > Date.now()
    if (!chat || chat.state.ended || !key) return
    const waits = this.frame.isOpen && document.visibilityState === "visible" && !isServed(chat.state, this.settings.title || gettext("Chat with us"))
    const next = () => (this.#asking = setTimeout(() => this.#ask(), link ? ASK_LINK_EVERY : ASK_EVERY))
    if (!waits && !link) return void next()
    this.portal.about({ key }).then((about) => this.#told(chat, about), () => {}).finally(next)
  }

  /** @param {Chat} chat @param {import("./portal.js").About} about */
  #told(chat, about) {
    if (chat !== this.chat) return
    this.#place = about.place
    const news = this.#linkUntil ? linkNews(about.link) : ""
    if (news && news !== this.#newsText) {
      this.#newsText = news
      this.#news(news)
    }
    this.draw()
  }

  /** Whether somebody is there to answer: by attribute, else as the portal's queue says. */
  async #lookAtHours() {
    const { hours, zone, closed, closedText } = this.settings
    const ranges = hours ? readHours(hours) : null
    if (hours && !ranges) this.fault(`data-hours cannot be read: ${hours.slice(0, 100)}`)
    const about = ranges ? { open: isOpen(ranges, zone, new Date()), text: "" } : await this.portal.about({ topic: this.settings.attributes.topic, language: this.settings.language }).catch(() => null)
    const shut = about !== null && !about.open
    const text = closedText || about?.text || gettext("We are closed at the moment. You can write, and we answer when we are back.")
    this.form.setNotice(shut ? text : "", !shut || closed === "notice")
    this.frame.launcher.button.hidden = !this.settings.launcher || (shut && closed === "hidden" && !this.chat)
  }

  /** For the website's developer, never for the customer. @param {string} why */
  fault(why) {
    console.warn(`[ccp-chat] ${why}`)
    this.emit("error", { message: why })
  }

  remove() {
    clearTimeout(this.#asking)
    this.stopTabs()
    this.#leave()
  }
}
