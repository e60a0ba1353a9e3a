// @ts-check
/** Asks once what an action needs, says what it brings about, does it, and tells what became of each. */
import { consequence, doneWords, WORDS } from "./action_words.js"
import { EndpointPicker } from "./endpoint_picker.js"
import { becameOf, fatesOf } from "./open_contacts.js"
import { at, find, make, setText } from "../lib/dom.js"
import { RequestFailed } from "../lib/socket.js"
import { notice } from "../shell/notice.js"
import { stateName } from "../contacts/not_responding.js"
import { fill, gettext, ngettext, say, told } from "../lib/i18n.js"
import { nameOf, outcomeOf, paramsOf } from "../state/actions.js"

/**
 * @typedef {import("../state/actions.js").Action} Action
 * @typedef {import("../state/actions.js").BoardRow} BoardRow
 */

/** So many names are listed; the rest is counted. */
const MOST_NAMES = 6

export class ActionDialog {
  /** @type {import("../lib/socket.js").Line} */ #line
  /** @type {import("./actions.js").Rights} */ #rights
  /** @type {import("./actions.js").Around} */ #around
  #dialog = /** @type {HTMLDialogElement} */ (find("#act-dialog"))
  #form = /** @type {HTMLFormElement} */ (find("#act-form"))
  /** @type {EndpointPicker} */ #picker
  /** @type {{action: Action, rows: BoardRow[]}|null} */ #asked = null
  #busy = false

  /** @param {import("../lib/socket.js").Line} line @param {import("./actions.js").Rights} rights @param {import("./actions.js").Around} around */
  constructor(line, rights, around) {
    this.#line = line
    this.#rights = rights
    this.#around = around
    this.#picker = new EndpointPicker(line, () => this.#drawOver(this.#picker.isFull))
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault()
      void this.#submit()
    })
    at(this.#dialog, "no").addEventListener("click", () => this.#dialog.close())
    this.#dialog.addEventListener("close", () => this.#picker.close())
    for (const choice of this.#dialog.querySelectorAll("[name=openContacts]")) choice.addEventListener("change", () => this.#drawFates())
    this.#options("state", rights.states, stateName)
    this.#options("routingProfile", rights.routingProfiles)
  }

  /** @param {Action} action @param {BoardRow[]} rows */
  open(action, rows) {
    if (this.#dialog.open || this.#busy) return
    if (action.direct) return void this.#doAtOnce(action, rows)
    this.#asked = { action, rows }
    this.#form.reset()
    const name = rows.length === 1 ? nameOf(rows[0]) || gettext("the customer") : this.#count(action, rows.length)
    setText(at(this.#dialog, "title"), WORDS[action.verb].title(name))
    setText(at(this.#dialog, "about"), consequence(action.verb, rows))
    setText(at(this.#dialog, "yes"), WORDS[action.verb].yes)
    at(this.#dialog, "yes").className = action.final ? "button button--danger" : "button button--primary"
    this.#drawNames(rows)
    for (const field of this.#dialog.querySelectorAll("[data-field]"))
      /** @type {HTMLElement} */ (field).hidden = !action.fields.some((one) => one === /** @type {HTMLElement} */ (field).dataset.field)
    this.#fillIn(action, rows)
    this.#drawFates()
    this.#drawOver(false)
    this.#complain("")
    at(this.#dialog, "results").replaceChildren()
    this.#dialog.showModal()
    this.#focus(action)
  }

  /** Whoever was typing when it opened does nothing by Enter. @param {Action} action */
  #focus(action) {
    if (action.fields.includes("endpoint")) return this.#picker.open()
    const field = this.#dialog.querySelector(".field:not([hidden]) :is(select, input:not([type=radio]))")
    const first = action.final ? null : field
    ;(first instanceof HTMLElement ? first : at(this.#dialog, "no")).focus()
  }

  /** @param {Action} action @param {BoardRow[]} rows */
  #fillIn({ verb }, rows) {
    const needs = this.#rights.needReason.includes(verb)
    at(this.#dialog, "reason-must").hidden = !needs
    this.#field("reason").toggleAttribute("required", needs)
    if (rows.length === 1 && rows[0].capacity !== undefined) this.#field("capacity").value = String(rows[0].capacity)
    if (rows.length === 1 && rows[0].priority !== undefined) this.#field("priority").value = String(rows[0].priority)
    const open = this.#dialog.querySelector(`[name=openContacts][value=${verb === "signOutAgent" ? "requeue" : "keep"}]`)
    if (open instanceof HTMLInputElement) open.checked = true
  }

  /** @param {Action} action @param {number} n */
  #count({ kind }, n) {
    return fill(kind === "contact" ? ngettext("%(n)s contact", "%(n)s contacts", n) : ngettext("%(n)s agent", "%(n)s agents", n), { n })
  }

  /** @param {BoardRow[]} rows */
  #drawNames(rows) {
    const list = at(this.#dialog, "names")
    list.hidden = rows.length < 2
    const more = rows.length - MOST_NAMES
    list.replaceChildren(
      ...rows.slice(0, MOST_NAMES).map((row) => make("li", "", make("bdi", "", nameOf(row) || gettext("Customer")))),
      ...(more > 0 ? [make("li", "", fill(ngettext("%(n)s more", "%(n)s more", more), { n: more }))] : []),
    )
  }

  /** Of whom something becomes besides. */
  #drawFates() {
    if (!this.#asked) return
    const { action, rows } = this.#asked
    const requeue = this.#dialog.querySelector("[name=openContacts][value=requeue]:checked") !== null
    const fates = fatesOf(action.verb, requeue, rows, this.#around.contactsOf)
    at(this.#dialog, "fates").replaceChildren(...fates.map((text) => make("li", "", text)))
  }

  /** Above capacity only when said so. @param {boolean} shown */
  #drawOver(shown) {
    at(this.#dialog, "over").hidden = !shown
    if (!shown) this.#check("overCapacity").checked = false
  }

  /** @param {string} name @param {string[]} values @param {(value: string) => string} [word] */
  #options(name, values, word = (value) => value) {
    const options = values.map((value) => new Option(word(value), value))
    this.#field(name).replaceChildren(...options)
  }

  /** @param {string} name */
  #field(name) {
    return /** @type {HTMLInputElement} */ (this.#form.elements.namedItem(name))
  }

  /** @param {string} name */
  #check(name) {
    return /** @type {HTMLInputElement} */ (this.#dialog.querySelector(`[name=${name}]`))
  }

  /** What was said, by parameter. @param {Action} action @returns {Record<string, any>} */
  #answers({ fields, verb }) {
    const said = new FormData(this.#form)
    const over = this.#check("overCapacity").checked ? { overCapacity: true } : {}
    return {
      reason: String(said.get("reason") ?? "").trim(),
      ...(fields.includes("endpoint") ? this.#picker.chosen : {}),
      ...(fields.includes("state") ? { state: said.get("state") } : {}),
      ...(fields.includes("open") ? { openContacts: said.get("openContacts") } : {}),
      ...(fields.includes("priority") ? { priority: Number(said.get("priority")) } : {}),
      ...(fields.includes("first") && this.#check("first").checked ? { first: true } : {}),
      ...(fields.includes("capacity") ? { capacity: said.get("capacity") === "" ? null : Number(said.get("capacity")) } : {}),
      ...(fields.includes("queues") ? { routingProfile: said.get("routingProfile") } : {}),
      ...(verb === "takeOver" || fields.includes("endpoint") ? over : {}),
    }
  }

  /** What is missing, before anybody is asked; empty: nothing. @param {Action} action @param {Record<string, any>} answers */
  #missing({ fields, verb }, answers) {
    if (fields.includes("endpoint") && !this.#picker.chosen) return gettext("Choose an agent or a queue first.")
    if (fields.includes("endpoint") && this.#picker.isFull && !answers.overCapacity)
      return gettext("This agent has no room: say that it may be above their capacity.")
    if (this.#rights.needReason.includes(verb) && !answers.reason) return gettext("A reason is needed: it is kept with who did it and when.")
    return ""
  }

  async #submit() {
    if (this.#busy || !this.#asked) return
    const { action, rows } = this.#asked
    const answers = this.#answers(action)
    const missing = this.#missing(action, answers)
    if (missing) return this.#complain(missing)
    this.#setBusy(true)
    const { method, params } = paramsOf(action, rows, answers)
    try {
      this.#settle(action, rows, await this.#line.request(method, params))
    } catch (error) {
      this.#refused(error)
    } finally {
      this.#setBusy(false)
    }
  }

  /** Nothing has to be asked. @param {Action} action @param {BoardRow[]} rows */
  async #doAtOnce(action, rows) {
    const { method, params } = paramsOf(action, rows, {})
    try {
      this.#settle(action, rows, await this.#line.request(method, params))
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error
      notice(error.message || gettext("The server did not answer in time. Try again."))
    }
  }

  /** @param {Action} action @param {BoardRow[]} rows @param {{results?: import("../state/actions.js").Result[]}} answer */
  #settle(action, rows, answer) {
    const { done, refused, contacts } = outcomeOf(action.kind, rows, answer)
    if (done > 0) this.#around.done()
    if (refused.some((one) => one.refusal?.reason === "agentFull")) this.#drawOver(true)
    if (refused.length === 0) {
      this.#dialog.close()
      return notice([doneWords(action.verb, done), ...becameOf(contacts, (id) => this.#around.row("contact", id))].join(" "))
    }
    this.#complain(done > 0 ? say("%(done)s Not done for:", { done: doneWords(action.verb, done) }) : gettext("It was not done:"))
    at(this.#dialog, "results").replaceChildren(
      ...refused.map(({ name, refusal }) => make("li", "", make("bdi", "", name), ": ", whyNot(refusal))),
    )
    this.#asked = { action, rows: rows.filter((row) => refused.some((one) => one.id === (row.contactId ?? row.agentId))) }
  }

  /** @param {unknown} error */
  #refused(error) {
    if (!(error instanceof RequestFailed)) throw error
    if (error.reason === "agentFull") this.#drawOver(true)
    this.#complain(error.message || gettext("The server did not answer in time. Try again."))
  }

  /** @param {boolean} busy */
  #setBusy(busy) {
    this.#busy = busy
    ;/** @type {HTMLButtonElement} */ (at(this.#dialog, "yes")).disabled = busy
  }

  /** @param {string} text */
  #complain(text) {
    const refusal = at(this.#dialog, "refusal")
    setText(refusal, text)
    refusal.hidden = text === ""
    if (text === "") at(this.#dialog, "results").replaceChildren()
  }
}

/** @param {import("../state/actions.js").Result["refusal"]} refusal */
const whyNot = (refusal) => (refusal ? told({ values: {}, ...refusal.why }) : gettext("it was refused"))
