// @ts-check
/**
 * The Backend of frontend/ccp on the desk's own socket and state: used by the desk in a frame (framed_desk.js) and by the frame that
 * shows nothing (quiet.js). Every request is the desk's verb of the same meaning, and is refused in Streams' words.
 */
import { ChatItems } from "./chat_items.js"
import { deskOf, newestRows, stateName } from "./desk_of_state.js"
import { asStreams } from "./refusals.js"
import { Tabs } from "./tabs.js"

/**
 * @typedef {import("../../../frontend/ccp/desk.d.ts").Listener} Listener
 * @typedef {{origin: string, region: string, instanceArn: string, approved: string[]}} Ccp  agents/ccp/frames.py
 * @typedef {Object} Around
 * @property {import("../state/store.js").Store} store
 * @property {import("../lib/socket.js").Line} line
 * @property {() => number} now  The server's clock.
 * @property {Ccp} ccp
 * @property {{agentId: string, userId: number, files: {refusedToUs?: boolean}}} page
 * @property {() => Promise<unknown>} signOut  The session ends, and this page leaves.
 */

const NO_CONFIGURATION = { username: "", routingProfileId: "", queueIds: {} }

export class DeskBackend {
  /** @type {Around} */ #around
  /** @type {Listener | null} */ #listener = null
  #items
  #tabs
  /** @type {import("./desk_of_state.js").Known["configuration"] | null} */ #configuration = null
  #configuredFor = ""
  /** @type {Record<string, string>} */ #preferences = {}
  /** @type {unknown[]} */ #shown = []
  /** @type {Map<string, import("../lib/types.js").Contact>} */ #contacts = new Map()
  /** Contacts whose acceptance by this page's Streams is under way: Streams broadcasts it itself. @type {Set<string>} */
  #accepting = new Set()
  /** The offers this page has heard to be accepted. @type {Set<string>} */
  #accepted = new Set()

  /** @param {Around} around */
  constructor(around) {
    this.#around = around
    this.region = around.ccp.region
    this.origin = around.ccp.origin
    this.#items = new ChatItems(around.now)
    this.#tabs = new Tabs(around.page.agentId, (event, data) => this.#heard(event, data))
  }

  /** @param {Listener} listener */
  open(listener) {
    const { store, line } = this.#around
    this.#listener = listener
    store.watch((state, before) => this.#changed(state, before))
    line.watch((status) => void this.#lineIs(status.kind === "live"))
    if (line.live) void this.#lineIs(true)
  }

  // ---- what the page asks ------------------------------------------------------------------------------------------

  /** @param {{stateId: string, next: boolean}} asked */
  setState = ({ stateId, next }) => this.#ask("setAgentState", { state: stateName(stateId), enqueueNextState: next })

  /** @param {string} contactId */
  async accept(contactId) {
    this.#accepting.add(contactId)
    try {
      return await this.#ask("acceptContact", { contactId })
    } catch (error) {
      this.#accepting.delete(contactId)
      const row = this.#row(contactId)
      if (error.type === "InternalServiceException" && row?.state === "connected") this.#tellAccepted(row) // the answer was lost, not the verb
      throw error
    }
  }

  /** @param {string} contactId */
  reject = (contactId) => this.#ask("rejectContact", { contactId })
  /** What rings is rejected by it: connection.destroy() in place of contact.reject(). @param {string} contactId */
  leave = (contactId) => this.#ask(this.#row(contactId)?.state === "connecting" ? "rejectContact" : "destroyConnection", { contactId })
  /** @param {string} contactId */
  clear = (contactId) => this.#ask("clearContact", { contactId })

  /** @param {string} contactId */
  connectionToken(contactId) {
    return this.#ask("connectionToken", { contactId })
  }

  /** @returns {Promise<import("../../../frontend/ccp/desk.d.ts").Endpoint[]>} */
  async endpoints() {
    const { endpoints } = await this.#ask("getEndpoints", {})
    const { queueIds } = this.#configuration ?? NO_CONFIGURATION
    return endpoints.map((/** @type {import("../lib/types.js").Endpoint} */ { type, id, name }) => ({
      id: `${type}:${id}`, type, name, ...(type === "queue" ? { queue: { id: queueIds[name] ?? id, name } } : {}),
    }))
  }

  /** @param {{contactId: string, endpointId: string}} asked */
  transfer({ contactId, endpointId }) {
    const [type, id = ""] = endpointId.split(":")
    if (type !== "agent" && type !== "queue") throw { type: "BadEndpointException", message: "endpoint must be one of agent.getEndpoints()" }
    return this.#ask("transferContact", { contactId, endpoint: { type, id } })
  }

  /** @returns {Promise<never>} */
  async monitor() {
    throw { type: "UnsupportedOperationException", message: "this contact is not monitored" }
  }

  /** Kept while this page is open: the desk's own settings are those of the device. @param {Record<string, string>} preferences */
  async setPreferences(preferences) {
    this.#preferences = { ...this.#preferences, ...preferences }
    this.#show()
  }

  /** @returns {Promise<never>} */
  async setAttributes() {
    throw { type: "UnsupportedOperationException", message: "attributes of a contact are set by its flow" }
  }

  hasQuickResponses = async () => true

  /** Those of the contact's queue; of no contact named, of the one in view. @param {{query: string, contactId: string}} asked */
  async quickResponses({ query, contactId }) {
    const { quickResponses } = await this.#ask("getQuickResponses", { contactId: contactId || this.#around.store.state.viewing })
    const wanted = query.toLowerCase()
    const fits = (/** @type {{name: string, shortcut: string, content: string}} */ one) =>
      [one.name, one.shortcut, one.content].some((text) => text.toLowerCase().includes(wanted))
    return quickResponses.filter(fits).map((/** @type {any} */ { name, shortcut, content }) => ({ id: shortcut || name, name, shortcut, content }))
  }

  /** Which contact is in view is known to the server, and so to every machine of the agent. @param {string} event @param {any} data */
  async broadcast(event, data) {
    if (event !== "contact::view") return this.#tabs.broadcast(event, data)
    const contactId = String(data?.contactId ?? "")
    const isInView = this.#around.store.state.viewing === contactId
    const seen = await this.#ask("viewContact", { contactId }).then(() => true, (error) => error.type === "InternalServiceException" && Promise.reject(error))
    if (seen && isInView) this.#tabs.broadcast(event, { contactId })
  }

  /** @param {{topic: string, take: boolean, ifNone: boolean}} asked */
  master = (asked) => this.#tabs.master(asked)
  signOut = () => this.#around.signOut()

  // ---- what the page is told ---------------------------------------------------------------------------------------

  /** @param {boolean} up */
  async #lineIs(up) {
    if (up) await this.#configure()
    this.#listener?.line(up && this.#around.line.live)
    this.#show()
  }

  async #configure() {
    this.#configuredFor = configured(this.#around.store.state)
    this.#configuration = await this.#ask("getConfiguration", {}).catch(() => this.#configuration)
  }

  /** @param {import("../lib/types.js").State} state @param {import("../lib/types.js").State} before */
  #changed(state, before) {
    for (const text of this.#items.after(state, before)) this.#listener?.item(text)
    if (state.conversations !== before.conversations) this.#learn(state)
    if (state.agentContacts !== before.agentContacts) this.#lookForAcceptances(state, before)
    if (!this.#around.line.live) return
    if (configured(state) !== this.#configuredFor) void this.#configure().then(() => this.#show())
    this.#show()
  }

  /** A contact that was handed on is followed no more: what is known of it stays while it is on the desk. @param {import("../lib/types.js").State} state */
  #learn(state) {
    for (const row of newestRows(state)) {
      const contact = state.conversations[row.initialContactId]?.contacts[row.contactId]
      if (contact) this.#contacts.set(row.contactId, contact)
    }
  }

  /** Words that are said change nothing of a snapshot: it is sent when something of it is another than before. */
  #show() {
    const { store, line, now, ccp, page } = this.#around
    const { state } = store
    if (!line.live || !this.#configuration || !this.#listener) return
    this.#learn(state)
    const parts = [state.agent, state.agentContacts, state.viewing, this.#configuration, this.#preferences, ...newestRows(state).map((row) => this.#contacts.get(row.contactId))]
    if (parts.length === this.#shown.length && parts.every((part, place) => part === this.#shown[place])) return
    const desk = deskOf(state, {
      now: now(), instanceArn: ccp.instanceArn, userId: page.userId, configuration: this.#configuration,
      preferences: this.#preferences, takesFiles: !page.files.refusedToUs, contacts: this.#contacts,
    })
    if (!desk) return
    this.#shown = parts
    this.#listener.desk(desk)
  }

  /** Accepted elsewhere: on the desk itself, in another tab, on another machine. Streams hears of it by an event of its own, before the state. @param {import("../lib/types.js").State} state @param {import("../lib/types.js").State} before */
  #lookForAcceptances(state, before) {
    const rang = new Set(newestRows(before).filter((row) => row.state === "connecting").map(offerOf))
    for (const row of newestRows(state)) {
      if (row.state === "connected" && rang.has(offerOf(row)) && !this.#accepting.has(row.contactId)) this.#tellAccepted(row)
    }
  }

  /** @param {import("../lib/types.js").AgentContact} row */
  #tellAccepted(row) {
    const { contactId } = row
    if (this.#accepted.has(offerOf(row))) return
    this.#accepted.add(offerOf(row))
    for (const event of ["contact::accepted", `contact::accepted::${contactId}`]) this.#listener?.broadcast(event, { contactId })
  }

  /** What a tab has broadcast. An acceptance may have been seen already. @param {string} event @param {any} data */
  #heard(event, data) {
    const row = this.#row(String(data?.contactId))
    if (row && event.startsWith("contact::accepted")) {
      if (this.#accepted.has(offerOf(row))) return
      if (event === `contact::accepted::${row.contactId}`) {
        this.#accepted.add(offerOf(row))
        this.#accepting.delete(row.contactId)
      }
    }
    this.#listener?.broadcast(event, data)
  }

  /** @param {string} contactId */
  #row(contactId) {
    return newestRows(this.#around.store.state).find((row) => row.contactId === contactId)
  }

  /** @param {string} method @param {object} params @returns {Promise<any>} */
  #ask(method, params) {
    return this.#around.line.request(method, params).catch((error) => Promise.reject(asStreams(error)))
  }
}

/** A contact may be offered again. @param {import("../lib/types.js").AgentContact} row */
const offerOf = ({ contactId, offeredAt }) => `${contactId} ${offeredAt}`

/** What names and ids hang on. @param {import("../lib/types.js").State} state */
const configured = ({ agent }) => JSON.stringify([agent?.routingProfile, agent?.queues])
