// @ts-check
/** One customer's chat at work: joins line, conversation and store; sends in order, once, and tells the page what changed. */

import { apply, attach, discard, empty, EVENT, expire, isTheirs, mark, nextToSend, over, sent, uploaded, write } from "./conversation.js"
import { backOff } from "../js/back_off.js"
import { gettext } from "../js/i18n.js"
import { Line, WAITS } from "./line.js"
import { uuid } from "./uuid.js"
import { Refused } from "./wire.js"

/**
 * @typedef {import("./conversation.js").Item} Item
 * @typedef {import("./conversation.js").Outgoing} Outgoing
 * @typedef {import("./conversation.js").State} State
 * @typedef {{ContactId: string, ParticipantId: string, ParticipantToken: string, name: string}} Seat
 * @typedef {{seat: Seat, items: Item[], outgoing: Outgoing[], receipts: State["receipts"], ended: boolean,
 *   marks: {delivered: string, read: string}, leaving?: string}} Kept what is kept of a chat while its page is loaded anew
 * @typedef {{api: import("./wire.js").Api, store: {save: (kept: Kept) => void}, onChange: () => void}} Needs
 */

const TYPING_EVERY = 4_000
const TRIES = 4
const GOODBYE = 1_500 // the service's own last words come within this, else we end without them

export class Chat {
  #typedAt = 0
  #flushing = false
  #acknowledging = false
  #tries = 0
  #timer = 0
  loaded = false

  /** @param {Needs} needs @param {Kept} kept */
  constructor({ api, store, onChange }, kept) {
    this.api = api
    this.store = store
    this.onChange = onChange
    this.seat = kept.seat
    this.marks = kept.marks
    this.leaving = kept.leaving
    this.state = restored(kept)
    this.line = new Line(api, kept.seat.ParticipantToken, {
      onItems: (items, caughtUp) => this.#heard(items, caughtUp),
      onState: (state) => this.#lineIs(state),
    })
  }

  open() {
    if (this.state.ended) this.line.stop()
    else this.line.run()
  }

  /** @param {State} state */
  #become(state) {
    if (state === this.state) return
    this.state = state
    this.#keep()
    this.onChange()
  }

  #keep() {
    const { items, outgoing, receipts, ended } = this.state
    this.store.save({ seat: this.seat, items, outgoing, receipts, ended, marks: this.marks, leaving: this.leaving })
  }

  /** @param {Item[]} items @param {boolean} caughtUp */
  #heard(items, caughtUp) {
    const state = items.reduce((all, item) => apply(all, item, Date.now()), this.state)
    this.loaded ||= caughtUp
    this.#become(state.ended ? over(state) : state)
    if (state.ended) this.line.stop()
    else this.#expireTyping()
  }

  #expireTyping() {
    clearTimeout(this.#timer)
    const next = Math.min(...Object.values(this.state.typing).map((one) => one.until))
    if (!Number.isFinite(next)) return
    this.#timer = setTimeout(() => {
      this.#become(expire(this.state, Date.now()))
      this.#expireTyping()
    }, Math.max(0, next - Date.now()) + 10)
  }

  /** @param {import("./line.js").LineState} line */
  #lineIs(line) {
    if (line === "ended") this.#become(over(this.state))
    if (line === "up") this.#cameUp()
    this.onChange()
  }

  #cameUp() {
    if (this.leaving) this.leave().catch(() => this.line.retry())
    else this.#flush()
  }

  /** @param {string} content */
  write(content) {
    const words = { clientToken: uuid(), content, at: new Date().toISOString() }
    this.#become(write(this.state, words))
    this.#typedAt = 0
    this.#flush()
  }

  /** The bytes of what is not yet sent; a reload forgets them. @type {Map<string, File>} */
  #bytes = new Map()

  /** @param {File} file @param {string} contentType */
  attach(file, contentType) {
    const clientToken = uuid()
    this.#bytes.set(clientToken, file)
    const about = { clientToken, content: file.name, contentType, size: file.size, at: new Date().toISOString() }
    this.#become(attach(this.state, about))
    this.#flush()
  }

  /** A file of the chat: its address, for a while. @param {string} id @param {"INLINE" | "ATTACHMENT"} how */
  attachment(id, how) {
    return this.api.attachment(this.line.token, id, how)
  }

  /** The same words with the same ClientToken: had they arrived after all, they stay one message. @param {string} clientToken */
  again(clientToken) {
    this.#become(mark(this.state, clientToken, "waiting"))
    this.#flush()
  }

  /** @param {string} clientToken */
  discard(clientToken) {
    this.#bytes.delete(clientToken)
    this.#become(discard(this.state, clientToken))
  }

  async #flush() {
    if (this.#flushing) return
    this.#flushing = true
    for (let next; this.line.state === "up" && (next = nextToSend(this.state)); ) {
      this.#tries = (await this.#send(next)) ? 0 : this.#tries + 1
      if (this.#tries) await new Promise((done) => setTimeout(done, backOff(this.#tries, Math.random(), WAITS)))
    }
    this.#flushing = false
  }

  /** @param {Outgoing} words @returns {Promise<boolean>} whether its fate is known */
  async #send(words) {
    this.#become(mark(this.state, words.clientToken, "sending"))
    try {
      if (words.size !== undefined) return await this.#sendFile(words)
      const answer = await this.api.sendMessage(this.line.token, words)
      this.#become(sent(this.state, words.clientToken, answer))
      return true
    } catch (error) {
      return this.#unsent(words, error)
    }
  }

  /** Its item comes when it is scanned; from its upload on it is known by its id, so that it is completed once. @param {Outgoing} file */
  async #sendFile({ clientToken, content, contentType, attachmentId }) {
    const bytes = this.#bytes.get(clientToken)
    if (!attachmentId) {
      if (!bytes) throw new Refused(400, "", gettext("choose it again: the page was loaded anew"))
      const upload = await this.api.startUpload(this.line.token, { name: content, type: contentType, size: bytes.size })
      await this.api.put(upload.url, upload.headers, bytes)
      attachmentId = upload.id
      this.#become(uploaded(this.state, clientToken, attachmentId))
    }
    await this.api.completeUpload(this.line.token, attachmentId, clientToken)
    this.#bytes.delete(clientToken)
    this.#become(mark(this.state, clientToken, "checked"))
    return true
  }

  /**
   * A connection token that is refused is renewed once; a busy service is asked again; without an answer we wait for the line.
   * @param {Outgoing} words @param {unknown} error @returns {boolean}
   */
  #unsent(words, error) {
    const refusal = error instanceof Refused ? error : null
    const renewable = refusal?.status === 403 && this.#tries === 0
    if (refusal && !renewable && (!refusal.passing || this.#tries + 1 >= TRIES)) {
      const reason = refusal.passing ? gettext("the chat service did not take it") : refusal.message
      const failed = mark(this.state, words.clientToken, "failed", reason)
      this.#become(uploaded(failed, words.clientToken, "")) // a file is uploaded anew when it is tried again
      return true
    }
    this.#become(mark(this.state, words.clientToken, "waiting"))
    if (!refusal?.passing) this.line.retry()
    return false
  }

  /** Tells the other side we are typing, often enough to keep its indicator lit. */
  typing() {
    if (this.line.state !== "up" || Date.now() - this.#typedAt < TYPING_EVERY) return
    this.#typedAt = Date.now()
    this.api.sendEvent(this.line.token, `${EVENT}typing`).catch(() => {})
  }

  /** Their newest message has come (`delivered`), or was seen (`read`). Receipts are a courtesy: a refusal changes nothing. @param {boolean} seen */
  async acknowledge(seen) {
    const newest = this.state.items.findLast((item) => item.Type !== "EVENT" && isTheirs(this.state, item))
    const kind = seen ? "read" : "delivered"
    const told = newest && [this.marks.read, this.marks[kind]].includes(newest.Id)
    if (!newest || told || this.#acknowledging || this.line.state !== "up") return
    this.#acknowledging = true
    this.marks = { ...this.marks, [kind]: newest.Id }
    this.#keep()
    await this.api.sendEvent(this.line.token, `${EVENT}message.${kind}`, { messageId: newest.Id }).catch(() => {})
    this.#acknowledging = false
    this.onChange()
  }

  /** Ends the chat. The wish is kept: after a cut the same call is made again, with the same ClientToken. */
  async leave() {
    this.leaving ??= uuid()
    this.#keep()
    this.onChange()
    await this.api.disconnect(this.line.token, this.leaving).catch((error) => {
      if (!(error instanceof Refused) || error.passing) throw error
    })
    setTimeout(() => this.line.stop(), GOODBYE)
  }

  close() {
    clearTimeout(this.#timer)
    this.line.stop()
  }
}

/** What was under way when the page went is waiting again, with its ClientToken. @param {Kept} kept @returns {State} */
function restored(kept) {
  const state = empty(kept.seat.ParticipantId, kept.seat.name)
  const outgoing = kept.outgoing.map((one) => (one.status === "sending" ? { ...one, status: /** @type {const} */ ("waiting") } : one))
  return { ...state, items: kept.items, outgoing, receipts: kept.receipts, ended: kept.ended }
}
