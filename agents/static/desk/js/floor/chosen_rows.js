// @ts-check
/** Rows of a table that a supervisor has chosen, to act on all of them at once. board.js says when the table was drawn. */
import { openActions } from "./actions.js"
import { find, setText } from "../lib/dom.js"
import { fill, ngettext } from "../lib/i18n.js"

/** @typedef {import("../state/actions.js").Kind} Kind */
/** @typedef {import("../state/actions.js").BoardRow} BoardRow */

export class ChosenRows {
  /** @type {Set<string>} */ #ids = new Set()
  /** @type {Kind} */ #kind
  /** @type {HTMLElement} */ #block
  /** @type {(id: string) => BoardRow|undefined} */ #row
  /** @type {HTMLElement} */ #bar

  /** @param {HTMLElement} block with the table and the bar of what is chosen @param {Kind} kind @param {(id: string) => BoardRow|undefined} row */
  constructor(block, kind, row) {
    this.#block = block
    this.#kind = kind
    this.#row = row
    this.#bar = find(".chosen", block)
    block.addEventListener("change", ({ target }) => {
      if (!(target instanceof HTMLInputElement) || target.dataset.choose === undefined) return
      this.#toggle(keyOf(target), target.checked)
    })
    block.addEventListener("keydown", (event) => this.#key(event))
    const act = /** @type {HTMLElement} */ (find("[data-at=act]", this.#bar))
    act.addEventListener("click", () => openActions(this.#kind, this.#rows(), act))
    find("[data-at=none]", this.#bar).addEventListener("click", () => this.clear())
  }

  /** The table was drawn: who has gone is not chosen any more. */
  drawn() {
    for (const id of this.#ids) if (!this.#row(id)) this.#ids.delete(id)
    for (const box of this.#block.querySelectorAll("input[data-choose]"))
      /** @type {HTMLInputElement} */ (box).checked = this.#ids.has(keyOf(box))
    this.#block.classList.toggle("has-chosen", this.#ids.size > 0)
    this.#bar.hidden = this.#ids.size === 0
    setText(find("[data-at=count]", this.#bar), fill(ngettext("%(n)s chosen", "%(n)s chosen", this.#ids.size), { n: this.#ids.size }))
  }

  clear() {
    const inside = this.#bar.contains(document.activeElement)
    this.#ids.clear()
    this.drawn()
    const first = this.#block.querySelector("tbody a, tbody button")
    if (inside && first instanceof HTMLElement) first.focus()
  }

  #rows() {
    return [...this.#ids].flatMap((id) => this.#row(id) ?? [])
  }

  /** @param {string} id @param {boolean} chosen */
  #toggle(id, chosen) {
    if (chosen) this.#ids.add(id)
    else this.#ids.delete(id)
    this.drawn()
  }

  /** X: the row that one stands in. @param {KeyboardEvent} event */
  #key(event) {
    if (event.key.toLowerCase() !== "x" || event.ctrlKey || event.metaKey || event.altKey) return
    const row = event.target instanceof Element ? event.target.closest("tbody tr[data-key]") : null
    if (!row?.querySelector("input[data-choose]")) return
    event.preventDefault()
    this.#toggle(keyOf(row), !this.#ids.has(keyOf(row)))
  }
}

/** @param {Element} inside of a row, or the row */
const keyOf = (inside) => /** @type {HTMLElement|null} */ (inside.closest("tr[data-key]"))?.dataset.key ?? ""
