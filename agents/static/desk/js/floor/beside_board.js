// @ts-check
/** Beside the board: the watch pane with its deep link, the actions at each row, and who asks for help. board.js feeds it. */
import { initActions, openActions } from "./actions.js"
import { HelpAlerts } from "./help_alerts.js"
import { WatchPane } from "./watch_pane.js"
import { find } from "../lib/dom.js"
import { ACTIONS } from "../state/actions.js"
import { createSound } from "../shell/sound.js"

/**
 * @typedef {import("../state/actions.js").Kind} Kind
 * @typedef {import("../state/actions.js").BoardRow} BoardRow
 * @typedef {import("../state/help.js").Asking} Asking
 * @typedef {Object} Board
 * @property {() => string[]} order  The contacts as they stand, what J and K walk through.
 * @property {(kind: Kind, id: string) => (BoardRow & {watchers?: import("../lib/types.js").Author[]})|undefined} row
 * @property {(userId: number) => BoardRow[]} contactsOf  Those of an agent that the board shows.
 * @property {() => void} done  Something was done: nothing is chosen any more.
 */

const HASH = /^#contact=(.+)$/

export class BesideBoard {
  /** @type {Board} */ #board
  #pane
  #alerts
  #sound = createSound()

  /**
   * @param {import("../lib/socket.js").Line} line
   * @param {{userId: number, supervision: import("./watch_pane.js").Supervision}} page @param {Board} board
   */
  constructor(line, { userId, supervision }, board) {
    this.#board = board
    initActions(line, { userId, ...supervision }, board)
    find("#floor").classList.toggle("reads-only", !ACTIONS.some((one) => supervision.may.includes(one.needs)))
    this.#pane = new WatchPane(line, {
      userId,
      supervision,
      chime: () => this.chime(),
      watchers: (contactId) => board.row("contact", contactId)?.watchers ?? [],
      order: board.order,
      turned: (contactId) => this.#turned(contactId),
    })
    this.#alerts = new HelpAlerts(this.#sound, { may: supervision.may.includes("answer_help"), open: (contactId) => this.#pane.open(contactId) })
    find("#floor").addEventListener("click", (event) => this.#clicked(event))
    addEventListener("hashchange", () => this.#follow())
  }

  /** Something has happened on the floor. */
  chime() {
    this.#sound.message()
  }

  /** What the line shall say it knows. */
  get known() {
    return this.#pane.known
  }

  /** @param {import("../lib/types.js").Frame} frame what is not the board's own */
  frame(frame) {
    this.#pane.frame(frame)
  }

  /** @param {number|null} seconds */
  caughtUp(seconds) {
    this.#pane.caughtUp(seconds)
    this.#follow()
  }

  /** @param {import("../lib/socket.js").Status} status */
  status(status) {
    this.#pane.status(status)
  }

  /** Once a second. */
  tick() {
    this.#pane.tick()
    this.#alerts.paint()
  }

  /** What asks for help, of all that this supervisor may see. @param {Asking[]} rows */
  asking(rows) {
    this.#alerts.take(rows)
  }

  /** The board was drawn anew: the row that is watched says so. */
  drawn() {
    for (const row of document.querySelectorAll("tr[data-key]"))
      if (/** @type {HTMLElement} */ (row).dataset.key === this.#pane.contactId) row.setAttribute("aria-current", "true")
      else row.removeAttribute("aria-current")
  }

  /** The address names the contact that is watched. */
  #follow() {
    const asked = HASH.exec(location.hash)
    if (asked) this.#pane.open(decodeURIComponent(asked[1]))
    else if (this.#pane.contactId) this.#pane.close()
  }

  /** @param {string} contactId */
  #turned(contactId) {
    const hash = contactId ? `#contact=${encodeURIComponent(contactId)}` : location.pathname + location.search
    history.replaceState(null, "", hash)
    this.drawn()
    if (contactId) find("#watch").focus({ preventScroll: true })
    else this.#focusRow()
  }

  /** Back where one came from. */
  #focusRow() {
    const link = document.querySelector("tr[data-key] a")
    if (link instanceof HTMLElement && document.activeElement === document.body) link.focus({ preventScroll: true })
  }

  /** A contact opens beside the board; with a key held, as a page of its own. @param {MouseEvent} event */
  #clicked(event) {
    const target = event.target instanceof Element ? event.target : null
    const row = /** @type {HTMLElement|null} */ (target?.closest("tr[data-key]"))
    if (!row || !target) return
    const id = row.dataset.key ?? ""
    const button = target.closest("button[data-act]")
    if (button instanceof HTMLElement) {
      const kind = /** @type {Kind} */ (button.dataset.act)
      const about = this.#board.row(kind, id)
      if (about) openActions(kind, about, button)
    } else if (target.closest("th a") && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
      event.preventDefault()
      this.#pane.open(id)
    }
  }
}
