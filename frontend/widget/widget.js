// @ts-check
/** The second part, the widget at work: which screen stands there, what is kept, what the website is told. Begun by main.js once it is needed. */

import { Chat } from "../chat/chat.js"
import { isServed } from "../chat/conversation.js"
import { uuid } from "../chat/uuid.js"
import { participantApi, Refused } from "../chat/wire.js"
import { gettext } from "../js/i18n.js"
import { below, download } from "./ended.js"
import { StartForm } from "./form.js"
import { Frame } from "./frame.js"
import { menuOf } from "./menu.js"
import { MorePart } from "./more_part.js"
import { opening } from "./opening.js"
import { portalApi } from "./portal.js"
import { PortalNews } from "./portal_news.js"
import { askEnd, linkAway, tellNoLink } from "./sheets.js"
import { allowSound, chime } from "./sound.js"
import { begin, hintFor, refusalText } from "./start.js"
import { headOf, lineWords, statusOf } from "./status.js"
import { watchTabs } from "./tabs.js"
import { lostByEnd, Talk } from "./talk.js"
import { Unread } from "./unread.js"

export class Widget {
  /** @type {Chat | null} */
  chat = null
  /** @type {Talk | null} */
  talk = null
  #toldEnd = false
  #unanswered = { entries: "", token: "" } // tried again with the same entries, it is the same chat and not a second one

  /**
   * @param {import("./main.js").Given} given @param {string} css
   */
  constructor({ settings, memory, launcher, emit, part }, css) {
    this.settings = settings
    this.memory = memory
    this.emit = emit
    this.title = settings.title || gettext("Chat with us")
    this.api = participantApi(settings.endpoint || settings.portal)
    this.portal = portalApi(settings.portal)
    this.frame = new Frame(launcher, css, () => this.close())
    this.form = new StartForm(settings, {
      draft: () => JSON.parse(memory.word("form") || "{}"), keep: (entries) => memory.keepWord("form", JSON.stringify(entries)),
      onStart: (entries) => this.start(entries),
    })
    this.more = new MorePart(() => part("more"), {
      onCome: (more) => more.dress(launcher, settings.language), onForms: () => this.draw(), onFault: (why) => this.fault(why),
    })
    this.unread = new Unread(memory, { onMessage: (item, looks) => this.#hear(item, looks), onCount: (count) => emit("unread", { count }) })
    this.news = new PortalNews(this.portal, memory, {
      goesOn: () => this.chat !== null && !this.chat.state.ended, onNews: () => this.draw(),
      waits: () => this.#isSeen && this.chat !== null && !isServed(this.chat.state, this.title),
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

  get #isSeen() {
    return this.frame.isOpen && document.visibilityState === "visible"
  }

  open({ focus = true } = {}) {
    if (this.frame.isOpen) return
    this.frame.setOpen(true)
    this.memory.keepWord("open", "yes")
    if (!this.chat) this.#lookAtHours()
    this.draw()
    this.news.ask()
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
    const chat = new Chat({ api: this.api, store: this.memory, onChange: () => this.draw() }, this.memory.restored(kept))
    this.chat = chat
    this.#toldEnd = chat.state.ended
    this.unread.begin()
    this.talk = new Talk(chat, { files: this.settings.files && kept.files, focused: () => this.frame.focused }, {
      draft: () => this.memory.word("words"), keep: (text) => this.memory.keepWord("words", text), onSeen: () => this.draw(),
    })
    this.frame.show(this.talk.element)
    chat.open()
    this.news.begin()
    this.draw()
  }

  /** @param {string} code */
  async #take(code) {
    try {
      const taken = await this.portal.takeLink(code)
      this.#adopt(taken)
      this.emit("resumed", { contactId: taken.seat.ContactId })
    } catch (error) {
      const why = await this.more.get().then(({ linkRefused }) => linkRefused(error instanceof Refused ? error.type : ""), () => linkAway())
      if (!this.chat) this.form.complain(why, 0)
      this.news.text = this.chat ? why : ""
      this.draw()
    }
  }

  /** @param {string} text @returns {boolean} whether there is a chat it goes to */
  send(text) {
    if (!this.chat || this.chat.state.ended || !text.trim()) return false
    this.chat.write(text)
    return true
  }

  // ---- a chat ends ---------------------------------------------------------------------------------------------------

  #leave() {
    this.chat?.close()
    this.chat = this.talk = null
    this.news.begin()
  }

  end() {
    this.chat?.leave().catch(() => this.chat?.line.retry())
  }

  askEnd() {
    if (this.chat) askEnd(this.frame, lostByEnd(this.chat), () => this.end())
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

  /** What stands below an ended chat. @param {Chat} chat */
  #below(chat) {
    const shared = this.memory.chat()
    const asks = this.settings.rating && shared?.key && !shared.rated
    const rate = async (/** @type {number} */ stars, /** @type {string} */ comment) => {
      await this.portal.rate(shared?.key ?? "", stars, comment)
      this.memory.change({ rated: true })
      this.emit("rated", { stars, comment })
    }
    return below(chat, { onAnew: () => this.anew(), onRate: asks ? rate : null, more: () => this.more.get() })
  }

  // ---- what stands on the screen -------------------------------------------------------------------------------------

  /** Of the chat, for the website. */
  get status() {
    return statusOf(this.chat)
  }

  draw() {
    const { chat, talk, frame } = this
    if (chat) frame.setHead(...headOf(chat, this.title, this.news.place))
    else frame.setHead(this.title, "")
    frame.setMenu(this.#menu())
    frame.setLine(this.news.text || lineWords(chat, this.memory.lasts))
    if (chat && talk) {
      talk.draw({ unread: this.unread.count, after: () => this.#below(chat) })
      this.unread.look(chat, this.#isSeen && talk.atEnd)
      this.more.want(chat.state.items)
      if (chat.state.ended && !this.#toldEnd) this.emit("ended", { contactId: chat.seat.ContactId })
      this.#toldEnd = chat.state.ended
    }
    frame.launcher.unread(this.unread.count)
  }

  #menu() {
    const { chat } = this
    if (!chat || chat.state.ended) return []
    return menuOf({ sound: this.settings.sound ? this.sounds : null, link: Boolean(this.memory.chat()?.key), leaving: Boolean(chat.leaving) }, {
      setSound: (on) => this.#setSound(on), offerLink: () => this.#offerLink(), save: () => download(chat), end: () => this.askEnd(),
    })
  }

  get sounds() {
    return this.settings.sound && this.memory.word("sound") !== "off"
  }

  /** @param {boolean} on */
  #setSound(on) {
    this.memory.keepWord("sound", on ? "" : "off")
    this.draw()
  }

  /** @param {import("../chat/conversation.js").Item} item @param {boolean} looks */
  #hear(item, looks) {
    this.emit("message", { id: item.Id, from: item.DisplayName ?? "", text: item.Content ?? "", contentType: item.ContentType })
    if (!looks && this.sounds) chime()
    if (!this.frame.isOpen) this.frame.announce(`${item.DisplayName ?? ""}: ${item.ContentType.startsWith("text/") ? item.Content ?? "" : gettext("New messages")}`)
  }

  #offerLink() {
    const offer = (/** @type {import("./more.js").More} */ { offerLink, linkNews }) => {
      this.news.linkWords = linkNews
      this.news.onLink = offerLink(this.frame, () => this.news.makeLink(), () => this.end())
    }
    this.more.get().then(offer, () => tellNoLink(this.frame))
  }

  // ---- other tabs, the portal ----------------------------------------------------------------------------------------

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

  async #lookAtHours() {
    const { closed, launcher } = this.settings
    const { shut, text, wrong } = await opening(this.settings, (asked) => this.portal.about(asked), () => this.more.get())
    if (wrong) this.fault(wrong)
    this.form.setNotice(text, !shut || closed === "notice")
    this.frame.launcher.button.hidden = !launcher || (shut && closed === "hidden" && !this.chat)
  }

  /** For the website's developer, never for the customer. @param {string} why */
  fault(why) {
    console.warn(`[ccp-chat] ${why}`)
    this.emit("error", { message: why })
  }

  remove() {
    this.news.stop()
    this.stopTabs()
    this.#leave()
  }
}
