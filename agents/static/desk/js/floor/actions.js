// @ts-check
/** What a supervisor does to contacts and agents: a menu at the row, then a dialog that asks once. Pages call initActions first. */
import { ActionDialog } from "./action_dialog.js"
import { WORDS } from "./action_words.js"
import { find, icon, make } from "../lib/dom.js"
import { walk } from "../lib/menu.js"
import { gettext } from "../lib/i18n.js"
import { actionsFor } from "../state/actions.js"

/**
 * @typedef {import("../state/actions.js").Kind} Kind
 * @typedef {import("../state/actions.js").BoardRow} BoardRow
 * @typedef {import("../state/actions.js").Me & {needReason: string[], states: string[], routingProfiles: string[]}} Rights
 *   What the page says of this supervisor: permissions, verbs that need a reason, what can be chosen.
 * @typedef {Object} Around  The board that the rows are from.
 * @property {() => void} done
 * @property {(userId: number) => BoardRow[]} contactsOf
 * @property {(kind: Kind, id: string) => BoardRow|undefined} row
 */

/** @type {Around} */
const NO_BOARD = { done() {}, contactsOf: () => [], row: () => undefined }

class ActionMenu {
  #menu = find("#act-menu")
  /** @type {Rights} */ #rights
  /** @type {ActionDialog} */ #dialog
  /** @type {HTMLElement|null} */ #anchor = null

  /** @param {import("../lib/socket.js").Line} line @param {Rights} rights @param {Around} around */
  constructor(line, rights, around) {
    this.#rights = rights
    this.#dialog = new ActionDialog(line, rights, around)
    walk(this.#menu, "[role=menuitem]")
    document.addEventListener("pointerdown", ({ target }) => {
      if (target instanceof Node && !this.#menu.contains(target) && !this.#anchor?.contains(target)) this.close()
    })
    this.#menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" && event.key !== "Tab") return
      event.stopPropagation()
      event.preventDefault()
      this.close()
      this.#anchor?.focus()
    })
    addEventListener("resize", () => this.close())
  }

  /** @param {Kind} kind @param {BoardRow[]} rows @param {HTMLElement} anchor */
  open(kind, rows, anchor) {
    const again = this.#anchor === anchor && !this.#menu.hidden
    this.close()
    if (again) return
    this.#anchor = anchor
    const all = actionsFor(kind, rows, this.#rights)
    this.#menu.replaceChildren(
      ...(all.length === 0 ? [make("p", "menu__hint", gettext("There is nothing you may do here."))] : []),
      ...all.map((action) => this.#choice(action, rows)),
    )
    this.#menu.hidden = false
    anchor.setAttribute("aria-expanded", "true")
    this.#place(anchor)
    const first = this.#menu.querySelector("[role=menuitem]") ?? this.#menu
    if (first instanceof HTMLElement) first.focus()
  }

  /** One action without the menu. @param {string} verb @param {BoardRow[]} rows */
  ask(verb, rows) {
    const action = actionsFor(rows[0]?.agentId !== undefined && rows[0]?.contactId === undefined ? "agent" : "contact", rows, this.#rights)
    const found = action.find((one) => one.verb === verb)
    if (found) this.#dialog.open(found, rows)
  }

  /** Whether this may be done to the row. @param {string} verb @param {BoardRow} row */
  may(verb, row) {
    return actionsFor("contact", [row], this.#rights).some((one) => one.verb === verb)
  }

  close() {
    this.#menu.hidden = true
    this.#anchor?.setAttribute("aria-expanded", "false")
  }

  /** @param {import("../state/actions.js").Action} action @param {BoardRow[]} rows */
  #choice(action, rows) {
    const { icon: look, word } = WORDS[action.verb]
    const button = make("button", action.final ? "is-final" : "", icon(look), make("span", "", word))
    button.setAttribute("type", "button")
    button.setAttribute("role", "menuitem")
    button.tabIndex = -1
    button.addEventListener("click", () => {
      this.close()
      this.#dialog.open(action, rows)
    })
    return button
  }

  /** Under its button, or above it where there is no room. @param {HTMLElement} anchor */
  #place(anchor) {
    const { left, right, top, bottom } = anchor.getBoundingClientRect()
    const { offsetWidth: wide, offsetHeight: high } = this.#menu
    const x = left + wide > innerWidth - 8 ? Math.max(8, right - wide) : left
    const y = bottom + high + 4 > innerHeight ? Math.max(8, top - high - 4) : bottom + 4
    this.#menu.style.left = `${x}px`
    this.#menu.style.top = `${y}px`
  }
}

/** @type {ActionMenu|null} */
let menu = null

/** @param {import("../lib/socket.js").Line} line @param {Rights} rights @param {Around} [around] */
export function initActions(line, rights, around = NO_BOARD) {
  menu = new ActionMenu(line, rights, around)
}

/** The menu of what this supervisor may do to a row, or to several. @param {Kind} kind @param {BoardRow|BoardRow[]} row @param {HTMLElement} anchor */
export const openActions = (kind, row, anchor) => menu?.open(kind, [row].flat(), anchor)

/** One of the actions at once, with its dialog. @param {string} verb @param {BoardRow} row */
export const askFor = (verb, row) => menu?.ask(verb, [row])

/** @param {string} verb @param {BoardRow} row */
export const mayDo = (verb, row) => menu?.may(verb, row) ?? false
