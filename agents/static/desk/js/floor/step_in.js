// @ts-check
/** Under a watched conversation: whisper to the agent, write to the customer, and the ways to act on the contact. */
import { askFor, mayDo, openActions } from "./actions.js"
import { SmallComposer } from "../composer/small_composer.js"
import { WhisperThread } from "../supervision/whisper_thread.js"
import { messagesRoom } from "../composer/limits.js"
import { now } from "../lib/clock.js"
import { at, find, setAttribute, setText } from "../lib/dom.js"
import { RequestFailed } from "../lib/socket.js"
import { outgoingWords, MARKDOWN } from "../state/markup.js"
import { gettext, say } from "../lib/i18n.js"

/**
 * @typedef {import("../lib/types.js").Contact} Contact
 * @typedef {Object} Ends
 * @property {import("../lib/socket.js").Line} line
 * @property {import("../state/store.js").Store} store
 * @property {{userId: number, may: string[]}} me
 * @property {() => void} chime
 * @property {() => void} sent
 */

const TYPING_EVERY = 4_000

export class StepIn {
  /** @type {Ends} */ #ends
  #bar = find("#step-in")
  #barge = /** @type {HTMLFormElement} */ (find("#barge"))
  #first = /** @type {HTMLDialogElement} */ (find("#barge-dialog"))
  #join = find("#join")
  /** @type {WhisperThread} */ #whispers
  /** @type {SmallComposer} */ #composer
  /** @type {Contact|null} */ #contact = null
  /** Contacts in which it was said that the customer will see it. @type {Set<string>} */
  #told = new Set()
  /** Where one writes to the customer now; empty: nowhere. */
  #joined = ""
  #typedAt = 0

  /** @param {Ends} ends */
  constructor(ends) {
    this.#ends = ends
    this.#whispers = new WhisperThread(ends.store, ends.me.userId, {
      send: (contactId, text, clientToken) => this.#ask("whisper", { contactId, text, clientToken }),
      chime: ends.chime,
      repaint: ends.store.repaint,
    })
    this.#composer = new SmallComposer(this.#barge, {
      send: (contactId, text, clientToken) => this.#write(contactId, text, clientToken),
      room: messagesRoom,
      typed: () => this.#typed(),
      sent: ends.sent,
    })
    this.#join.addEventListener("click", () => this.#toggle())
    this.#first.addEventListener("close", () => this.#first.returnValue === "join" && this.#open())
    for (const verb of ["takeOver", "setPriority", "takeHelp"])
      at(this.#bar, verb).addEventListener("click", () => this.#contact && askFor(verb, rowOf(this.#contact)))
    const more = at(this.#bar, "more")
    more.addEventListener("click", () => this.#contact && openActions("contact", rowOf(this.#contact), more))
  }

  /** @param {Contact|null} contact */
  paint(contact) {
    this.#contact = contact
    const { may, userId } = this.#ends.me
    const isLive = contact !== null && contact.state !== "ENDED"
    const other = contact?.owner && contact.owner.id !== userId ? contact.owner.name : ""
    this.#whispers.paint(
      contact && { contactId: contact.contactId, other: other || gettext("the agent"), writes: isLive && other !== "" && may.includes("whisper") },
    )
    const joins = isLive && contact?.state === "CONNECTED" && contact.owner?.id !== userId && may.includes("barge_in")
    if (!joins || contact?.contactId !== this.#joined) this.#barge.hidden = true
    this.#join.hidden = !joins
    setAttribute(this.#join, "aria-expanded", !this.#barge.hidden)
    for (const verb of ["takeOver", "setPriority", "takeHelp"])
      at(this.#bar, verb).hidden = !contact || !mayDo(verb, rowOf(contact))
    at(this.#bar, "more").hidden = !contact || !MORE.some((verb) => mayDo(verb, rowOf(contact)))
    this.#bar.hidden = [...this.#bar.children].every((one) => /** @type {HTMLElement} */ (one).hidden)
    if (joins && contact) this.#drawBarge(contact)
  }

  /** Write to the agent. */
  whisper() {
    this.#whispers.focus()
  }

  /** @param {Contact} contact */
  #drawBarge(contact) {
    this.#composer.paint(contact.contactId, say("Write to %(name)s", { name: contact.customerName || gettext("the customer") }))
    const others = Object.values(this.#ends.store.state.typing).filter(
      (one) => one.contactId === contact.contactId && one.role !== "CUSTOMER" && one.participantId !== `user:${this.#ends.me.userId}` && one.until > now(),
    )
    const told =
      others.length > 0
        ? say("%(name)s is writing to the customer too", { name: others.map((one) => one.name).join(", ") })
        : say("The customer sees this, from “%(name)s”", { name: contact.publicName })
    setText(at(this.#barge, "how"), told)
    this.#barge.classList.toggle("is-shared", others.length > 0)
  }

  #toggle() {
    const contact = this.#contact
    if (!contact) return
    if (!this.#barge.hidden) {
      this.#joined = ""
      return this.#ends.store.repaint()
    }
    if (this.#told.has(contact.contactId)) return this.#open()
    const name = contact.customerName || gettext("the customer")
    setText(at(this.#first, "title"), say("Write to %(name)s?", { name }))
    setText(
      at(this.#first, "about"),
      say("%(name)s will see what you write, from “%(from)s”. %(agent)s sees that it is yours and goes on serving.", {
        name,
        from: contact.publicName,
        agent: contact.owner?.name ?? gettext("The agent"),
      }),
    )
    this.#first.returnValue = ""
    this.#first.showModal()
    at(this.#first, "no").focus()
  }

  #open() {
    if (!this.#contact) return
    this.#joined = this.#contact.contactId
    this.#told.add(this.#joined)
    this.#barge.hidden = false
    this.#drawBarge(this.#contact)
    this.#composer.focus()
    this.#ends.store.repaint()
  }

  /** @param {string} contactId @param {string} text @param {string} clientToken */
  #write(contactId, text, clientToken) {
    const { content, contentType } = outgoingWords(text, this.#contact?.contentTypes?.includes(MARKDOWN) ?? false)
    this.#typedAt = 0
    return this.#ask("bargeIn", { contactId, content, contentType, clientToken })
  }

  #typed() {
    if (!this.#contact || Date.now() - this.#typedAt < TYPING_EVERY) return
    this.#typedAt = Date.now()
    this.#ends.line.request("supervisorTyping", { contactId: this.#contact.contactId }).catch(() => {})
  }

  /** The refusal; empty: done. @param {string} method @param {object} params */
  #ask(method, params) {
    return this.#ends.line.request(method, params).then(
      () => "",
      (error) => {
        if (!(error instanceof RequestFailed)) throw error
        return error.message || gettext("There is no connection at the moment. Your words are kept here: try again.")
      },
    )
  }
}

/** What stands in the menu and not beside it. */
const MORE = ["lowerHand", "reassignContact", "requeueContact", "endContact", "clearStuckContact"]

/** As a row of the board. @param {Contact} contact */
export const rowOf = (contact) => ({
  contactId: contact.contactId,
  customerName: contact.customerName,
  state: contact.state,
  agent: contact.owner,
  help: /** @type {any} */ (contact).help ?? null,
  priority: /** @type {any} */ (contact).priority,
})
