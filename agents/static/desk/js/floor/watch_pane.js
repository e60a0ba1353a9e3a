// @ts-check
/** One contact, watched live: its transcript with typing, receipts, notes and what is queued; and stepping in, where one may. */
import { askPurpose } from "./ask_purpose.js"
import { StepIn } from "./step_in.js"
import { announceMessage } from "../shell/announce.js"
import { notice } from "../shell/notice.js"
import { watchCuts } from "../shell/read_marker.js"
import { copyWords } from "../conversation/copy.js"
import { createConversation } from "../conversation/conversation.js"
import { now } from "../lib/clock.js"
import { at, find, setAttribute, setText } from "../lib/dom.js"
import { RequestFailed } from "../lib/socket.js"
import * as state from "../state/index.js"
import { createStore } from "../state/store.js"
import { gettext, say } from "../lib/i18n.js"

/**
 * @typedef {import("../lib/types.js").Contact} Contact
 * @typedef {import("../lib/types.js").Conversation} Conversation
 * @typedef {Object} Supervision  What the page says of this supervisor (agents/supervision/page_data.py).
 * @property {string[]} may  Codenames of permissions.
 * @property {boolean} isAgent  Has a desk: can take over.
 * @property {boolean} asksPurpose  One says what one watches for.
 * @property {boolean} agentsSee  Agents see who watches.
 * @property {string[]} needReason
 * @property {string[]} states
 * @property {string[]} routingProfiles
 * @typedef {Object} Around
 * @property {number} userId
 * @property {Supervision|null} supervision  null: reading only, nothing of stepping in is on the page.
 * @property {() => void} [chime]
 * @property {(painted: {contact: Contact|undefined, held: Conversation, contactId: string}) => void} [painted]
 * @property {(contactId: string) => import("../lib/types.js").Author[]} [watchers]  Who else watches it, as the board knows.
 * @property {() => string[]} [order]  What J and K walk through.
 * @property {() => void} [lost]  The contact may not be seen any more.
 * @property {(contactId: string) => void} [turned]  Another contact is watched; empty: none.
 */

const PAGE = 100

export class WatchPane {
  /** @type {import("../lib/socket.js").Line} */ #line
  /** @type {Around} */ #around
  store = createStore(state.EMPTY)
  #cuts = watchCuts(this.store)
  #body = find("#talk-body")
  #head = find("#head")
  /** @type {StepIn|null} */ #stepIn = null
  /** @type {() => void} */ #found = () => {}
  #contactId = ""
  #purpose = ""
  #hidden = false
  #paging = false
  /** Why nothing is shown; empty: it is on the way. */
  #why = ""

  /** @param {import("../lib/socket.js").Line} line @param {Around} around */
  constructor(line, around) {
    this.#line = line
    this.#around = around
    this.conversation = createConversation({ earlier: () => void this.earlier(), act: (what, group) => this.#act(what, group), painted: () => this.#found() })
    if (around.supervision && document.querySelector("#step-in"))
      this.#stepIn = new StepIn({
        line,
        store: this.store,
        me: { userId: around.userId, may: around.supervision.may },
        chime: around.chime ?? (() => {}),
        sent: () => requestAnimationFrame(() => this.conversation.toEnd()),
      })
    this.store.painter(() => this.#paint())
    this.store.watch((after, before) => this.#announce(after, before))
    this.store.change((held) => state.withSupervisors(held, [around.userId]))
    this.#listen()
  }

  /** What the line shall say it knows. */
  get known() {
    return this.store.state.cursors
  }

  get contactId() {
    return this.#contactId
  }

  /** The transcript has been painted: find looks again. @param {() => void} then */
  onPainted(then) {
    this.#found = then
  }

  /** @param {import("../lib/types.js").Frame} frame */
  frame(frame) {
    const before = this.#held()
    this.store.change((held) => state.apply(held, frame, now()))
    if (before && !this.#held()) this.#lost()
  }

  /** The server has closed the conversation: its words leave the page too. */
  #lost() {
    this.#why = gettext("You may not see this contact any more.")
    this.conversation.leave()
    find("#rows").replaceChildren()
    for (const part of ["name", "state", "queue"]) setText(at(this.#head, part), "")
    at(this.#head, "age").hidden = true
    find("#how").hidden = true
    this.#stepIn?.paint(null)
    this.#around.lost?.()
  }

  /** The line is live: everything it lacked is here. @param {number|null} seconds */
  caughtUp(seconds) {
    this.#cuts.over(seconds)
    if (this.#contactId) void this.#watch()
  }

  /** @param {import("../lib/socket.js").Status} status */
  status(status) {
    this.#cuts.told(status)
    this.store.repaint()
  }

  /** Once a second. */
  tick() {
    this.store.change((held) => state.expire(held, now()))
    this.store.repaint()
  }

  /** Watch this contact instead of another. @param {string} contactId @param {string} [purpose] what for */
  open(contactId, purpose = "") {
    if (contactId === this.#contactId) return
    if (this.#around.supervision?.asksPurpose && !purpose) return askPurpose((said) => this.open(contactId, said))
    this.#leave()
    this.#contactId = contactId
    this.#purpose = purpose
    this.#why = ""
    const aside = document.querySelector("#watch")
    if (aside instanceof HTMLElement) aside.hidden = false
    document.body.dataset.pane = "watch"
    this.#around.turned?.(contactId)
    if (this.#line.live) void this.#watch()
    this.store.repaint()
  }

  /** Watch none. */
  close() {
    this.#leave()
    find("#watch").hidden = true
    document.body.dataset.pane = "board"
    this.#around.turned?.("")
  }

  #leave() {
    if (!this.#contactId) return
    this.#line.request("unwatchContact", { contactId: this.#contactId }).catch(() => {}) // the line's end ends it too
    for (const stream of Object.keys(this.store.state.cursors))
      this.store.change((held) => state.apply(held, { method: "closedStream", params: { stream } }, now()))
    this.conversation.leave()
    this.#contactId = ""
  }

  async #watch() {
    const contactId = this.#contactId
    const more = { ...(this.#hidden ? { hidden: true } : {}), ...(this.#purpose ? { purpose: this.#purpose } : {}) }
    try {
      await this.#line.request("watchContact", { contactId, ...more })
    } catch (error) {
      if (!(error instanceof RequestFailed) || error.unknown || contactId !== this.#contactId) return
      this.#why = error.message
      this.store.repaint()
    }
  }

  /** The page of the transcript before what is held. */
  async earlier() {
    const held = this.#held()
    if (!held?.earlier || this.#paging || held.items.length === 0) return
    const [{ InitialContactId: id, Id }] = held.items
    this.#paging = true
    try {
      const told = await this.#line.request("getTranscript", { contactId: this.#contactId, maxResults: PAGE, startPosition: { id: Id } })
      this.store.change((before) => state.earlier(before, id, told.Transcript, told.NextToken !== null && told.Transcript.length > 0))
    } catch (error) {
      if (error instanceof RequestFailed && !error.unknown) notice(error.message)
    } finally {
      this.#paging = false
    }
  }

  /** @returns {Conversation|undefined} */
  #held() {
    return Object.values(this.store.state.conversations).find((one) => one.contacts[this.#contactId])
  }

  #paint() {
    const held = this.#held()
    this.#body.hidden = held === undefined
    const nothing = find("#nothing")
    nothing.hidden = held !== undefined
    if (!held) return setText(/** @type {Element} */ (nothing.querySelector("b")), this.#why || gettext("The transcript is on its way"))
    const contact = held.contacts[this.#contactId]
    this.#drawHead(contact)
    this.#drawHow(contact)
    this.#stepIn?.paint(contact ?? null)
    this.#around.painted?.({ contact, held, contactId: this.#contactId })
    const typing = Object.values(this.store.state.typing).filter(
      (one) => held.contacts[one.contactId] && one.participantId !== `user:${this.#around.userId}`,
    )
    this.conversation.paint({ id: this.#contactId, held, rows: state.bubbles(held, [], { me: null, author: this.#around.userId, supervisors: this.store.state.supervisors }), typing })
  }

  /** What failed of one's own words goes again, is taken back, or copied. @param {string} what @param {HTMLElement} group */
  #act(what, group) {
    if (what === "copy") return void copyWords(group)
    const method = { retry: "retryMessage", discard: "discardMessage" }[what]
    if (!method) return
    this.#line.request(method, { contactId: group.dataset.contact, clientToken: group.dataset.token }).catch((error) => {
      if (error instanceof RequestFailed && !error.unknown) notice(error.message)
    })
  }

  /** @param {Contact} contact */
  #drawHead(contact) {
    const words = {
      JOINING: gettext("Being handed over"),
      WAITING: contact.owner ? say("Offered to %(name)s", contact.owner) : gettext("Waiting for an agent"),
      CONNECTED: contact.owner ? say("With %(name)s", contact.owner) : gettext("Connected"),
      ENDED: gettext("Ended"),
    }
    setText(at(this.#head, "name"), contact.customerName || gettext("Customer"))
    setText(at(this.#head, "state"), words[contact.state])
    setText(at(this.#head, "queue"), contact.queue)
    at(this.#head, "state").className = `presence${{ WAITING: " presence--offered", JOINING: " presence--offered", ENDED: " presence--over", CONNECTED: "" }[contact.state]}`
    const since = contact.state === "CONNECTED" ? contact.servedSince : contact.waitingSince
    const age = at(this.#head, "age")
    age.hidden = contact.state === "ENDED" || !since
    find("[data-since]", age).dataset.since = since ?? ""
    const page = this.#head.querySelector("a[data-page]")
    if (page instanceof HTMLAnchorElement) setAttribute(page, "href", `${page.dataset.page}${encodeURIComponent(contact.contactId)}/`)
  }

  /** Who sees that one watches, and who watches too. @param {Contact} contact */
  #drawHow(contact) {
    const how = find("#how")
    how.hidden = contact.state === "ENDED"
    const place = how.querySelector("[data-at=how]")
    if (!place || !this.#around.supervision) return
    const others = (this.#around.watchers?.(contact.contactId) ?? []).filter((one) => one.id !== this.#around.userId)
    const seen = this.#hidden
      ? gettext("Nobody sees that you watch.")
      : this.#around.supervision.agentsSee
        ? gettext("The agent sees that you watch, the customer does not.")
        : gettext("Neither the customer nor the agent sees you.")
    const also = others.length > 0 ? say("Also watching: %(names)s.", { names: others.map((one) => one.name).join(", ") }) : ""
    setText(place, [seen, also, gettext("It is in the audit log.")].filter(Boolean).join(" "))
  }

  /** @param {import("../lib/types.js").State} after @param {import("../lib/types.js").State} before */
  #announce(after, before) {
    const id = this.#held()?.items[0]?.InitialContactId ?? ""
    const last = (/** @type {import("../lib/types.js").State} */ one) => state.lastItem(one.conversations[id])
    const item = last(after)
    if (item && last(before) && item.Id !== last(before)?.Id)
      announceMessage(item.Author?.name ?? item.DisplayName ?? "", item.Content ?? gettext("a file"))
  }

  #listen() {
    const pane = document.querySelector("#watch")
    document.querySelector("#watch-close")?.addEventListener("click", () => this.close())
    const hide = document.querySelector("#watch-hidden")
    hide?.addEventListener("change", () => {
      this.#hidden = /** @type {HTMLInputElement} */ (hide).checked
      if (this.#contactId) void this.#watch()
      this.store.repaint()
    })
    pane?.addEventListener("keydown", (event) => this.#key(/** @type {KeyboardEvent} */ (event)))
  }

  /** Escape closes; J and K walk, where one does not write. @param {KeyboardEvent} event */
  #key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return
    const writes = event.target instanceof HTMLElement && event.target.matches("input:not([type=checkbox]), textarea, select")
    if (event.key === "Escape") {
      event.preventDefault()
      return this.close()
    }
    const step = { j: 1, k: -1 }[event.key]
    if (writes || !step) return
    event.preventDefault()
    this.walk(step)
  }

  /** The contact after this one on the board, or before it. @param {number} step */
  walk(step) {
    const order = this.#around.order?.() ?? []
    const next = order[order.indexOf(this.#contactId) + step]
    if (next) this.open(next)
  }
}
