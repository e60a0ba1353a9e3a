// @ts-check
/** What the agent sees in the frame: the status, and each contact with what can be done with it. */

/** @typedef {import("../frontend/ccp/desk.d.ts").Desk} Desk @typedef {import("../frontend/ccp/desk.d.ts").Contact} Contact */

/** @type {Record<string, [verb: "accept" | "reject" | "leave" | "clear", text: string][]>} */
const BUTTONS = {
  connecting: [["accept", "Accept"], ["reject", "Reject"]],
  connected: [["leave", "End chat"]],
}
const PUT_AWAY = /** @type {(typeof BUTTONS)[string]} */ ([["clear", "Close contact"]])

export class Panel {
  #server
  #signIn
  /** @type {Desk | null} */
  #desk = null
  #viewing = ""

  /** @param {import("../frontend/ccp/desk.d.ts").Backend} server @param {{signIn: () => void}} on */
  constructor(server, { signIn }) {
    this.#server = server
    this.#signIn = signIn
    server.open(this)
    byId("sign-out").addEventListener("click", () => server.signOut())
    byId("state").addEventListener("change", (event) => {
      const stateId = /** @type {HTMLSelectElement} */ (event.target).value
      void server.setState({ stateId, next: false })
    })
  }

  /** @param {Desk} desk */
  desk(desk) {
    this.#desk = desk
    this.#viewing = desk.viewing
    this.#draw()
  }

  item() {}

  /** @param {boolean} up */
  line(up) {
    byId("line").hidden = up || this.#desk === null
  }

  /** @param {string} event @param {any} data */
  broadcast(event, data) {
    if (event !== "contact::view") return
    this.#viewing = data.contactId
    this.#draw()
  }

  signedOut() {
    this.#desk = null
    byId("panel").hidden = true
    byId("line").hidden = true
    this.#signIn()
  }

  #draw() {
    const desk = this.#desk
    if (!desk) return
    byId("panel").hidden = false
    byId("agent").textContent = desk.agent.name
    byId("next").textContent = desk.nextState ? `Next status: ${desk.nextState.name}` : ""
    byId("none").hidden = desk.contacts.length > 0
    byId("state").replaceChildren(...desk.states.map((state) => new Option(state.name, state.id, false, state.id === desk.state.id)))
    byId("contacts").replaceChildren(...desk.contacts.map((contact) => this.#row(contact)))
  }

  /** @param {Contact} contact */
  #row(contact) {
    const row = document.createElement("li")
    row.setAttribute("aria-current", String(contact.id === this.#viewing))
    const about = document.createElement("small")
    about.textContent = [contact.state, contact.queue?.name].filter(Boolean).join(" · ")
    const who = button(contact.customer.name, () => this.#view(contact.id), "who")
    who.append(about)
    const verbs = BUTTONS[contact.state] ?? PUT_AWAY
    const does = document.createElement("span")
    does.className = "does"
    does.append(...verbs.map(([verb, text]) => button(text, () => this.#act(verb, contact.id), verb === "accept" ? "primary" : "")))
    row.append(who, does)
    return row
  }

  /** A contact that was accepted here comes into view, and every tab hears that it was. @param {"accept" | "reject" | "leave" | "clear"} verb @param {string} contactId */
  async #act(verb, contactId) {
    await this.#server[verb](contactId)
    if (verb !== "accept") return
    await this.#server.broadcast("contact::accepted", { contactId })
    await this.#server.broadcast(`contact::accepted::${contactId}`, { contactId })
    await this.#view(contactId)
  }

  /** @param {string} contactId */
  #view(contactId) {
    return this.#server.broadcast("contact::view", { contactId })
  }
}

/** @param {string} text @param {() => unknown} act @param {string} look */
function button(text, act, look) {
  const made = document.createElement("button")
  made.type = "button"
  made.className = look
  made.textContent = text
  made.addEventListener("click", act)
  return made
}

/** @param {string} id */
function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id))
}
