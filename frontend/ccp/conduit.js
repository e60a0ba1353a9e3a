// @ts-check
/**
 * The CCP's end of Streams' conduit: envelopes {event, data} between this frame and the page that holds it. It knows no
 * backend (desk.d.ts says what one gives), and listens to its parent only, and only while that has an approved origin.
 */

import { isApproved } from "./origins.js"
import { Requests } from "./requests.js"
import { SdkPort } from "./sdk_port.js"
import { agentUpdate } from "./snapshot.js"

/** @typedef {import("./desk.d.ts").Desk} Desk @typedef {import("./desk.d.ts").Envelope} Envelope */

const CHAT_TOPIC = "aws/chat"
/** Streams broadcasts its own logs and metrics, dozens a minute: they go nowhere. */
const NOT_BROADCAST = /^(log|server_bound_internal_log|client_metric|click_stream_data|softphone_.*|api_metric)$/
/** How long a snapshot waits for the page to broadcast that it has accepted: onAccepted comes before onConnected. */
const ACCEPTED_WITHIN_MS = 500

export class Conduit {
  #backend
  #approved
  #window
  #requests
  #sdk
  /** @type {string | null} */
  #origin = null // of the parent, once it has spoken
  /** @type {Desk | null} */
  #desk = null
  #viewing = ""
  #up = false
  #signedIn = true
  #denied = false
  /** @type {Set<string>} */
  #accepting = new Set() // contacts whose acceptance the page has still to hear of

  /** @param {import("./desk.d.ts").Backend} backend @param {string[]} approved origins @param {Window} [frame] */
  constructor(backend, approved, frame = window) {
    this.#backend = backend
    this.#approved = approved
    this.#window = frame
    this.#requests = new Requests(backend, () => this.#desk)
    this.#sdk = new SdkPort({ origin: backend.origin, region: backend.region })
    this.#backend.open(this)
  }

  /** ACK first: the page takes this frame for ready, and sets up no login pop-up, while the agent may still sign in here. */
  start() {
    this.#window.addEventListener("message", (message) => this.#hear(message))
    this.#window.parent.postMessage({ event: "acknowledge", data: { id: crypto.randomUUID() } }, "*") // says nothing of anybody
  }

  // ---- what the backend tells --------------------------------------------------------------------------------------

  /** @param {Desk} desk */
  desk(desk) {
    this.#desk = desk
    this.#requests.shown(desk)
    this.#signedIn = true
    this.#sendDesk()
    if (desk.viewing !== this.#viewing) this.broadcast("contact::view", { contactId: desk.viewing })
  }

  /** @param {string} content */
  item(content) {
    this.#send("webSocket::all_message", { topic: CHAT_TOPIC, content, contentType: "application/json" })
  }

  /** @param {boolean} up */
  line(up) {
    if (this.#up === up) return
    this.#up = up
    this.#sdk.line(up)
    this.#sendLine()
  }

  /** @param {string} event @param {unknown} data */
  broadcast(event, data) {
    const contactId = /** @type {any} */ (data)?.contactId
    if (event === "contact::view") this.#viewing = contactId
    this.#send(event, data)
    if (event === `contact::accepted::${contactId}` && this.#accepting.delete(contactId)) this.#sendDesk()
  }

  /** The page is told; the login is in this frame, which goes on to acknowledge. */
  signedOut() {
    this.#desk = null
    this.#signedIn = false
    this.#send("auth_fail", {})
  }

  accessDenied() {
    this.#denied = true
    this.#send("access_denied", {})
  }

  // ---- what the page says ------------------------------------------------------------------------------------------

  /** @param {MessageEvent} message */
  #hear(message) {
    if (message.source !== this.#window.parent || !isApproved(this.#approved, message.origin)) return
    const { event, data } = message.data ?? {}
    if (typeof event !== "string") return
    this.#meet(message.origin)
    if (Object.hasOwn(this.#events, event)) void this.#events[event](data)
  }

  /** The first word of the page says where the answers go. @param {string} origin */
  #meet(origin) {
    if (this.#origin !== null) return
    this.#origin = origin
    this.#sdk.open((message, port) => this.#window.parent.postMessage(message, origin, [port]))
    if (this.#up) this.#sendLine()
    this.#sendDesk()
    if (this.#viewing) this.#send("contact::view", { contactId: this.#viewing })
    if (!this.#signedIn) this.#send("auth_fail", {})
    if (this.#denied) this.#send("access_denied", {})
  }

  /** @type {Record<string, (data: any) => unknown>} */
  #events = {
    synchronize: () => this.#send("acknowledge", undefined),
    api_request: (data) => this.#api(data),
    master_request: (data) => this.#master(data),
    broadcast: (data) => this.#broadcast(data),
    "webSocket::subscribe": (topics) => this.#subscribe(topics),
    reload_agent_configuration: () => this.#sendDesk(),
    media_device_request: () => this.#send("media_device_response", { error: "this CCP has no microphone" }),
    terminate: () => this.#terminate(),
  }

  /** @param {any} data */
  async #api(data) {
    const { requestId, method, params } = data ?? {}
    const accepted = method === "acceptContact" ? params?.contactId : null
    if (accepted) this.#accepting.add(accepted)
    const answer = await this.#requests.answer(method, params)
    this.#send("api_response", { event: "api_response", requestId, ...answer })
    if (!accepted) return
    const late = () => this.#accepting.delete(accepted) && this.#sendDesk()
    if (answer.err) late()
    else setTimeout(late, ACCEPTED_WITHIN_MS)
  }

  /** @param {any} data */
  async #master(data) {
    const { requestId, method, params } = data ?? {}
    const answer = { event: "master_response", requestId, err: null, data: /** @type {object | null} */ (null) }
    const take = method === "becomeMaster"
    try {
      const topic = String(params?.topic ?? "")
      const { masterId, isMaster, takeOver } = await this.#backend.master({ topic, take, ifNone: !take && !params?.shouldNotBecomeMasterIfNone })
      answer.data = take ? { masterId, takeOver, topic } : { masterId, isMaster, topic }
    } catch (error) {
      answer.err = JSON.stringify({ message: String(/** @type {any} */ (error)?.message ?? error) })
    }
    this.#send("master_response", answer)
  }

  /** To all tabs of the agent, this one included. While the line is down, to this one alone. @param {any} data */
  #broadcast(data) {
    const event = data?.event
    if (typeof event !== "string" || NOT_BROADCAST.test(event)) return
    this.#backend.broadcast(event, data.data ?? null).catch(() => this.broadcast(event, data.data))
  }

  /** @param {unknown} topics */
  #subscribe(topics) {
    this.#send("webSocket::subscription_update", { status: "success", topics })
    if (this.#up) this.#send("webSocket::connection_gain", {})
  }

  async #terminate() {
    await this.#backend.signOut().catch(() => null)
    this.#send("terminated", {})
    this.signedOut()
  }

  // ---- out ---------------------------------------------------------------------------------------------------------

  #sendDesk() {
    if (this.#desk && this.#accepting.size === 0) this.#send("agent::update", agentUpdate(this.#desk, Date.now()))
  }

  #sendLine() {
    const [about, data] = this.#up ? ["gain", {}] : ["lost", { code: 1006, reason: "the line to the server is down" }]
    this.#send(`webSocket::connection_${about}`, data)
    this.#send(`agent::websocket_connection_${this.#up ? "gained" : "lost"}`, data)
  }

  /** Nothing is said before the parent is known to be one that may hear it. @param {string} event @param {unknown} data */
  #send(event, data) {
    if (this.#origin !== null) this.#window.parent.postMessage({ event, data }, this.#origin)
  }
}
