// @ts-check
/** One table of the board: rows are updated where they stand, nothing moves under a pointer, and the focus stays where it is. */
import { keep, make } from "../lib/dom.js"
import { tickTimers } from "../lib/timers.js"
import { gettext } from "../lib/i18n.js"
import { placed, sortedAs } from "../state/floor.js"

/** @typedef {import("../state/floor.js").Table} Table */
/** @typedef {import("./board_cells.js").Cell} Cell */

export class BoardTable {
  /** @type {HTMLTableSectionElement} */ #body
  /** @type {HTMLElement} */ #block
  /** @type {(row: any) => Cell[]} */ #cells
  /** @type {Table|null} */ #table = null
  /** @type {string[]} */ #shown = []
  /** What left the table while it stood still, as it was. @type {Record<string, any>} */ #last = {}
  #pointed = false
  /** What each row shows: only one that has changed is built again. @type {WeakMap<HTMLElement, any>} */ #drawn = new WeakMap()

  /** Timers of a thousand rows cost as much as all their changes: those out of sight stand still. */
  #sight = new IntersectionObserver((seen) => {
    for (const { target, isIntersecting } of seen) target.classList.toggle("is-off", !isIntersecting)
    if (seen.some((one) => one.isIntersecting)) tickTimers()
  })

  /** @param {HTMLElement} block with a table @param {(row: any) => Cell[]} cells */
  constructor(block, cells) {
    this.#block = block
    this.#cells = cells
    this.#body = /** @type {HTMLTableSectionElement} */ (block.querySelector("tbody"))
    this.#body.addEventListener("pointerenter", (event) => (this.#pointed = event.pointerType === "mouse"))
    this.#body.addEventListener("pointerleave", () => this.#leave())
  }

  get body() {
    return this.#body
  }

  /** @param {(row: any) => Cell[]} cells */
  showBy(cells) {
    this.#cells = cells
    this.#drawn = new WeakMap()
    this.#paint()
  }

  /** @param {Table} table */
  draw(table) {
    if (table === this.#table) return
    this.#table = table
    this.#paint()
  }

  #leave() {
    this.#pointed = false
    this.#paint()
  }

  #paint() {
    const table = this.#table
    if (!table) return
    const held = this.#last
    const focused = this.#focusedPlace()
    this.#shown = placed(this.#shown, table, this.#pointed)
    this.#last = Object.fromEntries(this.#shown.map((id) => [id, table.rows[id] ?? held[id]]))
    keep(this.#body, this.#shown, (id) => id, () => this.#newRow(), (element, id) => this.#row(element, id, table))
    if (focused >= 0 && !this.#body.contains(document.activeElement)) this.#focus(focused)
    this.#block.classList.toggle("is-empty", this.#shown.length === 0)
  }

  #newRow() {
    const row = make("tr", "")
    this.#sight.observe(row)
    return row
  }

  /** In which row the focus is; -1: in none. */
  #focusedPlace() {
    return [...this.#body.children].findIndex((row) => row.contains(document.activeElement))
  }

  /** The row with the focus has gone: the one at its place has it now. @param {number} place */
  #focus(place) {
    const row = this.#body.children[Math.min(place, this.#body.childElementCount - 1)]
    const link = row?.querySelector("a, button")
    if (link instanceof HTMLElement) link.focus({ preventScroll: true })
  }

  /** @param {HTMLElement} element @param {string} id @param {Table} table */
  #row(element, id, table) {
    element.classList.toggle("is-gone", !table.rows[id])
    const row = this.#last[id]
    if (this.#drawn.get(element) === row) return
    this.#drawn.set(element, row)
    const cells = this.#cells(row)
    if (element.childElementCount !== cells.length) {
      element.setAttribute("role", "row")
      element.replaceChildren(...cells.map(cellElement))
    }
    cells.forEach((cell, place) => show(element.children[place], [...labelOf(cell), ...cell.inside]))
  }
}

/** A cell that says the same stays, with the focus in it. @param {Element} cell @param {(Node|string)[]} inside */
function show(cell, inside) {
  const fresh = document.createElement("div")
  fresh.append(...inside)
  const before = cell.childNodes
  if (before.length === fresh.childNodes.length && [...before].every((one, place) => one.isEqualNode(fresh.childNodes[place]))) return
  cell.replaceChildren(...fresh.childNodes)
}

/** @param {Cell} cell */
function cellElement(cell) {
  const element = make(cell.head ? "th" : "td", cell.className ?? "")
  element.setAttribute("role", cell.head ? "rowheader" : "cell")
  if (cell.head) element.setAttribute("scope", "row")
  return element
}

/** On a phone, where rows are cards, each fact says what it is. @param {Cell} cell */
function labelOf(cell) {
  if (!cell.label) return []
  const label = make("span", "only-card", `${cell.label} `)
  label.setAttribute("aria-hidden", "true")
  return [label]
}

/** Heads that sort say so. @param {HTMLElement} block @param {string} by as the view has it */
export function markSorted(block, by) {
  for (const head of block.querySelectorAll("th[data-sort]")) {
    const column = /** @type {HTMLElement} */ (head).dataset.sort
    head.setAttribute("aria-sort", sortedAs(by, column ?? ""))
    head.querySelector("button")?.setAttribute("title", gettext("Sort by this column"))
  }
}
