// @ts-check
/** Whom a supervisor can give a contact to: every agent with their room, every queue; asked for again while it is open. */
import { createPicker } from "../composer/picker.js"
import { drawEndpoint } from "../conversation/transfer.js"
import { find } from "../lib/dom.js"
import { gettext } from "../lib/i18n.js"
import { ranked } from "../state/fuzzy.js"

/** @typedef {import("../conversation/transfer.js").Choice} Choice */

const EVERY = 5_000

export class EndpointPicker {
  /** @type {import("../lib/socket.js").Line} */ #line
  /** @type {Choice[]} */ #all = []
  /** @type {Choice|null} */ #to = null
  #input = /** @type {HTMLInputElement} */ (find("#act-search"))
  #picker
  /** @type {ReturnType<typeof setInterval>|undefined} */ #again

  /** @param {import("../lib/socket.js").Line} line @param {() => void} changed */
  constructor(line, changed) {
    this.#line = line
    this.#picker = createPicker(this.#input, find("#act-list"), {
      options: (words) => ranked(this.#all, words, (one) => one.name),
      draw: (element, one) => drawEndpoint(element, one, one.key === this.#to?.key),
      choose: (one) => {
        this.#to = one
        this.#picker.paint()
        changed()
      },
    })
  }

  /** As the verb names it; null: nothing is chosen. */
  get chosen() {
    if (!this.#to) return null
    return this.#to.type === "agent" ? { agentId: this.#to.id } : { queueId: this.#to.id }
  }

  get isFull() {
    return this.#to !== null && isFull(this.#to)
  }

  open() {
    this.#to = null
    this.#all = []
    this.#picker.clear()
    this.#input.focus()
    void this.#load()
    this.#again = setInterval(() => void this.#load(), EVERY)
  }

  close() {
    clearInterval(this.#again)
  }

  async #load() {
    const told = await this.#line.request("getEndpoints").catch(() => null)
    if (!told) return
    this.#all = told.endpoints.map((/** @type {Choice} */ one) => ({
      ...one,
      key: `${one.type}:${one.id}`,
      group: one.type === "agent" ? gettext("Agents") : gettext("Queues"),
      disabled: one.refusal !== null && !isFull(one),
    }))
    this.#to = this.#all.find((one) => one.key === this.#to?.key) ?? this.#to
    this.#picker.paint()
  }
}

/** There, and with no room but above their capacity. @param {Choice} one */
const isFull = ({ type, state, load, capacity }) =>
  type === "agent" && state?.type === "routable" && load !== null && capacity !== null && load >= capacity
