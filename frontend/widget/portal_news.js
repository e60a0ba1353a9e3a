// @ts-check
/** What the portal is asked again and again while a chat goes on: the place in the queue, and what became of a link to another device. */

const ASK_EVERY = 15_000 // for the place in the queue, while the customer looks at it
const ASK_LINK_EVERY = 4_000 // for what became of a link that is out

export class PortalNews {
  place = 0 // in the queue; 1 is next, 0 is none
  text = "" // what there is to tell of a link; empty: nothing
  onLink = (/** @type {string} */ _text) => {}
  /** Comes with the third part, like the link itself. @type {typeof import("./sheets.js").linkNews} */
  linkWords = () => ""
  #linkUntil = 0
  #timer = 0

  /**
   * @param {ReturnType<typeof import("./portal.js").portalApi>} portal @param {import("./storage.js").Memory} memory
   * @param {{goesOn: () => boolean, waits: () => boolean, onNews: () => void}} told `goesOn`: the chat; `waits`: the customer looks at it, and nobody has answered
   */
  constructor(portal, memory, told) {
    this.portal = portal
    this.memory = memory
    this.told = told
  }

  /** Of another chat, or of none. */
  begin() {
    this.place = this.#linkUntil = 0
    this.text = ""
    this.ask()
  }

  /** Asks while there is something to know. */
  ask() {
    clearTimeout(this.#timer)
    const key = this.memory.chat()?.key
    if (!key || !this.told.goesOn()) return
    const link = this.#linkUntil > Date.now()
    const next = () => (this.#timer = setTimeout(() => this.ask(), link ? ASK_LINK_EVERY : ASK_EVERY))
    if (!link && !this.told.waits()) return void next()
    this.portal.about({ key }).then((about) => this.#hear(key, about), () => {}).finally(next)
  }

  /** @param {string} key @param {import("./portal.js").About} about */
  #hear(key, about) {
    if (key !== this.memory.chat()?.key) return
    this.place = about.place
    const text = this.#linkUntil ? this.linkWords(about.link) : ""
    if (text && text !== this.text) {
      this.text = text
      this.onLink(text)
    }
    this.told.onNews()
  }

  /** A link to this chat, for another device. */
  async makeLink() {
    const chat = this.memory.chat()
    if (!chat) throw new Error("There is no chat.")
    const { code, seconds } = await this.portal.makeLink(chat.key, chat.seat, chat.files)
    this.#linkUntil = Date.now() + seconds * 1000
    this.ask()
    const page = new URL(location.href)
    page.hash = `ccp-chat=${code}`
    return { url: page.href, minutes: Math.round(seconds / 60) }
  }

  stop() {
    clearTimeout(this.#timer)
  }
}
