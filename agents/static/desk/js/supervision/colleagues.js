// @ts-check
/** Who else is there: colleagues of the agent's teams and queues, their state and since when; asked for while it is open. */
import { clockwise, since } from "../lib/clock.js"
import { at, find, keep, make, redraw, setText } from "../lib/dom.js"
import { popup } from "../lib/menu.js"
import { stateName } from "../contacts/not_responding.js"
import { gettext, say } from "../lib/i18n.js"

/** @typedef {import("../lib/types.js").Colleague} Colleague */

const EVERY = 5_000

export class Colleagues {
  /** @type {import("../lib/socket.js").Line} */ #line
  #panel = find("#colleagues")
  /** @type {Colleague[]|null} */ #all = null

  /** @param {import("../lib/socket.js").Line} line */
  constructor(line) {
    this.#line = line
    const menu = popup(find("#colleagues-open"), this.#panel, {
      opened: () => {
        this.#panel.focus()
        void this.#ask()
      },
    })
    this.open = menu.open
    setInterval(() => this.#panel.hidden || document.hidden || void this.#ask(), EVERY)
  }

  paint() {
    if (this.#panel.hidden) return
    const none = at(this.#panel, "none")
    none.hidden = this.#all !== null && this.#all.length > 0
    setText(none, this.#all === null ? gettext("Asking who is there…") : gettext("You have no colleagues in your teams and queues."))
    keep(at(this.#panel, "list"), this.#all ?? [], (one) => one.agentId, () => make("li", "colleague"), drawColleague)
  }

  async #ask() {
    const told = await this.#line.request("getColleagues").catch(() => null)
    if (told) this.#all = told.colleagues
    this.paint()
  }
}

/** @param {HTMLElement} row @param {Colleague} one */
function drawColleague(row, one) {
  const look = one.state.type === "routable" ? "dot dot--ok" : one.state.type === "not_routable" ? "dot dot--warn" : "dot"
  const here = clockwise(since(one.since))
  redraw(row, [one, here], () => [
    make("span", look),
    make("bdi", "", one.name),
    make("span", "quiet num", say("%(state)s, %(time)s · %(load)s of %(capacity)s", { state: stateName(one.state.name), time: here, load: one.load, capacity: one.capacity })),
  ])
}
