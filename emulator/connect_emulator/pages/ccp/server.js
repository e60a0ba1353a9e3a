// @ts-check
/** The Backend of frontend/ccp over the emulator's socket: requests with numbers, frames in order, a line that comes back. */

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 5_000
const SIGNED_OUT = 4401

export class Server {
  /** @type {import("../frontend/ccp/desk.d.ts").Listener[]} */
  #listeners = []
  /** @type {WebSocket | null} */
  #socket = null
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: object) => void}>} */
  #waiting = new Map()
  #tab = crypto.randomUUID()
  #count = 0
  #pause = FIRST_PAUSE_MS
  #session = ""

  /** @param {string} region @param {string} origin */
  constructor(region, origin) {
    this.region = region
    this.origin = origin
  }

  /** @param {import("../frontend/ccp/desk.d.ts").Listener} listener */
  open(listener) {
    this.#listeners.push(listener)
  }

  /** @param {string} session */
  signIn(session) {
    this.#session = session
    this.#connect()
  }

  /** @param {{stateId: string, next: boolean}} asked */
  setState = (asked) => this.#ask("setState", asked)
  /** @param {string} contactId */
  accept = (contactId) => this.#ask("accept", { contactId })
  /** @param {string} contactId */
  reject = (contactId) => this.#ask("reject", { contactId })
  /** @param {string} contactId */
  leave = (contactId) => this.#ask("leave", { contactId })
  /** @param {string} contactId */
  clear = (contactId) => this.#ask("clear", { contactId })
  /** @param {string} contactId */
  connectionToken = (contactId) => this.#ask("connectionToken", { contactId })
  /** @param {string[]} queueIds */
  endpoints = async (queueIds) => (await this.#ask("endpoints", { queueIds })).endpoints
  /** @param {{contactId: string, endpointId: string}} asked */
  transfer = (asked) => this.#ask("transfer", asked)
  /** @param {{contactId: string, mode: string}} asked */
  monitor = (asked) => this.#ask("monitor", asked)
  /** @param {Record<string, string>} preferences */
  setPreferences = (preferences) => this.#ask("setPreferences", { preferences })
  /** @param {{contactId: string, attributes: Record<string, string>}} asked */
  setAttributes = (asked) => this.#ask("setAttributes", asked)
  hasQuickResponses = async () => false
  quickResponses = async () => []
  /** @param {string} event @param {unknown} data */
  broadcast = (event, data) => this.#ask("broadcast", { event, data })
  /** @param {{topic: string, take: boolean, ifNone: boolean}} asked */
  master = (asked) => this.#ask("master", asked)
  signOut = () => this.#ask("signOut", {})

  #connect() {
    const url = new URL("/connect/ccp-v2/socket", location.href)
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:"
    const socket = new WebSocket(url)
    this.#socket = socket
    socket.onopen = () => socket.send(JSON.stringify({ session: this.#session, tab: this.#tab }))
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(data))
    socket.onclose = ({ code }) => this.#closed(code)
  }

  /** @param {any} frame */
  #hear(frame) {
    if ("id" in frame) return this.#answered(frame)
    if (frame.signedOut) return
    for (const listener of this.#listeners) {
      if (frame.desk) {
        this.#pause = FIRST_PAUSE_MS
        listener.line(true)
        listener.desk(frame.desk)
      }
      if ("item" in frame) listener.item(frame.item)
      if ("viewing" in frame) listener.broadcast("contact::view", { contactId: frame.viewing })
      if (frame.broadcast) listener.broadcast(frame.broadcast.event, frame.broadcast.data)
    }
  }

  /** @param {{id: number, result?: any, error?: object}} frame */
  #answered({ id, result, error }) {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error) waiting?.reject(error)
    else waiting?.resolve(result)
  }

  /** @param {number} code */
  #closed(code) {
    for (const { reject } of this.#waiting.values()) reject(lost())
    this.#waiting.clear()
    for (const listener of this.#listeners) {
      listener.line(false)
      if (code === SIGNED_OUT) listener.signedOut()
    }
    if (code === SIGNED_OUT) return
    setTimeout(() => this.#connect(), this.#pause)
    this.#pause = Math.min(LONGEST_PAUSE_MS, this.#pause * 2)
  }

  /** Every request is answered, or refused because the line is down. @param {string} method @param {object} params @returns {Promise<any>} */
  #ask(method, params) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return Promise.reject(lost())
    const id = ++this.#count
    const answered = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    this.#socket.send(JSON.stringify({ id, method, params }))
    return answered
  }
}

function lost() {
  return { type: "InternalServiceException", message: "the line to the server is down; whether this was done is not known" }
}
