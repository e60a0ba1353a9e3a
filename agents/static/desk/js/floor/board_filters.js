// @ts-check
/** What of the floor is shown: team, queues, states, words and saved views, and all of it in the page's address. */
import { find, make, redraw } from "../lib/dom.js"
import { gettext, say } from "../lib/i18n.js"
import { MY_QUEUES, addressOf, viewOf } from "../state/floor.js"
import { stateChip } from "./board_cells.js"

/** @typedef {import("../state/floor.js").View} View */
/** @typedef {import("../state/floor.js").Board} Board */
/** @typedef {{name: string, view: View}} Saved */
/** @typedef {(method: string, params: object) => Promise<any>} Request */

const select = (/** @type {string} */ id) => /** @type {HTMLSelectElement} */ (find(id))

export class BoardFilters {
  /** @type {View} */ view
  /** @type {Saved[]} */ #saved
  /** @type {() => void} */ #changed
  /** @type {Request} */ #request
  #search = /** @type {HTMLInputElement} */ (find("#floor-search"))
  #typing = 0

  /** @param {Saved[]} saved @param {() => void} changed @param {Request} request */
  constructor(saved, changed, request) {
    this.#saved = saved
    this.#changed = changed
    this.#request = request
    this.view = viewOf(location.search)
    this.#listen()
    this.#drawSaved()
  }

  #listen() {
    this.#search.value = this.view.search
    this.#search.form?.addEventListener("submit", (event) => {
      event.preventDefault() // the ended contacts are searched by the page itself
      location.search = addressOf({ ...this.view, search: this.#search.value.trim() })
    })
    this.#search.addEventListener("input", () => {
      clearTimeout(this.#typing)
      this.#typing = window.setTimeout(() => this.set({ search: this.#search.value.trim() }), 200)
    })
    select("#floor-team").addEventListener("change", ({ target }) =>
      this.set({ team: /** @type {HTMLSelectElement} */ (target).value || null }),
    )
    select("#floor-queue").addEventListener("change", ({ target }) => this.#chooseQueue(/** @type {HTMLSelectElement} */ (target).value))
    select("#floor-state").addEventListener("change", ({ target }) => this.#chooseState(/** @type {HTMLSelectElement} */ (target).value))
    select("#floor-view").addEventListener("change", ({ target }) => this.#open(/** @type {HTMLSelectElement} */ (target).value))
    find("#floor-save").addEventListener("submit", (event) => void this.#save(event))
    find("#floor-delete").addEventListener("click", () => void this.#delete())
    addEventListener("popstate", () => this.#take(viewOf(location.search), false))
  }

  /** @param {string} value */
  #chooseQueue(value) {
    this.set({ own: value === "own", queues: /^\d+$/.test(value) ? [value] : [] })
  }

  /** @param {string} value */
  #chooseState(value) {
    const agents = this.view.states.filter((one) => one.startsWith("agent:"))
    this.set({ states: value ? [...agents, value] : agents })
  }

  /** Agents of one state, or of all again. @param {string} name */
  toggleAgentState(name) {
    const key = `agent:${name}`
    const others = this.view.states.filter((one) => !one.startsWith("agent:"))
    this.set({ states: this.view.states.includes(key) ? others : [...others, key] })
  }

  /** @param {Partial<View>} change */
  set(change) {
    this.#take({ ...this.view, ...change }, true)
  }

  /** @param {View} view @param {boolean} write into the address */
  #take(view, write) {
    this.view = view
    if (write) history.replaceState(null, "", `${location.pathname}?${addressOf(view)}`)
    if (document.activeElement !== this.#search) this.#search.value = view.search
    this.#changed()
  }

  // ---- saved views ---------------------------------------------------------------------------------------------------

  /** @param {string} name */
  #open(name) {
    const found = this.#saved.find((one) => one.name === name)
    if (name === "") this.#take(MY_QUEUES, true)
    else if (found) this.#take({ ...MY_QUEUES, ...found.view, limits: {} }, true)
    find("#floor-delete").hidden = !found
  }

  /** @param {Event} event */
  async #save(event) {
    event.preventDefault()
    const field = /** @type {HTMLInputElement} */ (find("#floor-save-name"))
    const name = field.value.trim()
    if (!name) return
    const answer = await this.#request("saveView", { name, view: { ...this.view, limits: {} } })
    if (!answer) return
    this.#saved = answer.views
    field.value = ""
    find("#floor-save-panel").hidden = true
    this.#drawSaved()
    select("#floor-view").value = name
    find("#floor-delete").hidden = false
    select("#floor-view").focus()
  }

  async #delete() {
    const name = select("#floor-view").value
    const answer = await this.#request("deleteView", { name })
    if (!answer) return
    this.#saved = answer.views
    this.#drawSaved()
    find("#floor-delete").hidden = true
    select("#floor-view").focus()
  }

  #drawSaved() {
    const views = select("#floor-view")
    redraw(views, this.#saved, () => [option("", gettext("My queues")), ...this.#saved.map(({ name }) => option(name, name))])
  }

  // ---- what can be chosen --------------------------------------------------------------------------------------------

  /** @param {Board} board */
  draw(board) {
    const { teams, queues } = board.options
    const { view } = this
    fillSelect("#floor-team", [["", gettext("All teams")], ...teams.map(pair)], view.team ?? "")
    const chosen = view.queues[0] ?? (view.own ? "own" : "")
    fillSelect("#floor-queue", [["own", gettext("My queues")], ["", gettext("All queues")], ...queues.map(pair)], chosen)
    select("#floor-state").value = view.states.find((one) => !one.startsWith("agent:")) ?? ""
    find("#floor-team").hidden = teams.length === 0
    redraw(find("#agent-states"), [board.states, view.states], () => board.states.map((one) => this.#chip(one)))
  }

  /** @param {any} one */
  #chip(one) {
    const chip = make("button", "filter-chip", ...stateChip(one))
    chip.setAttribute("type", "button")
    chip.setAttribute("aria-pressed", String(this.view.states.includes(`agent:${one.name}`)))
    chip.title = say("Only agents in %(state)s", { state: one.name })
    chip.addEventListener("click", () => this.toggleAgentState(one.name))
    return chip
  }
}

/** @param {import("../state/floor.js").Option} one @returns {[string, string]} */
const pair = ({ id, name }) => [id, name]

/** @param {string} value @param {string} text */
function option(value, text) {
  const made = document.createElement("option")
  made.value = value
  made.textContent = text
  return made
}

/** @param {string} id @param {[string, string][]} choices @param {string} chosen */
function fillSelect(id, choices, chosen) {
  const field = select(id)
  redraw(field, choices, () => choices.map(([value, text]) => option(value, text)))
  if (field.value !== chosen) field.value = chosen
}
