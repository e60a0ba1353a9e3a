// @ts-check
/** The line to the server: JSON-RPC 2.0 over one websocket that resumes where it was cut. */

/**
 * @typedef {{kind: "connecting"|"live"|"reconnecting"|"readonly", ms: number|null, since: number, why: string, code: number}}
 *   Status  `since`: when the line was cut (or first sought), by this computer's clock.
 * @typedef {Object} Ends
 * @property {string} url
 * @property {string[]} [protocols]  What is spoken, and a session that the page holds itself (agents/sockets/frame_session.py).
 * @property {() => Record<string, number>} known  Stream -> the highest number we hold.
 * @property {(frame: import("./types.js").Frame) => void} onFrame
 * @property {(status: Status) => void} onStatus
 * @property {(seconds: number|null) => void} onCaughtUp  Everything we lacked is here; null: the first time.
 * @property {() => void} [onOpen]  Before the first frame of a new connection.
 * @property {(serverTime: string, roundTrip: number) => void} onTime
 * @property {() => boolean} visible
 */

import { backOff } from "../../../frontend/js/back_off.js"

export const PING_EVERY = 10_000
export const PONG_WITHIN = 5_000
export const ANSWER_WITHIN = 20_000
/** A line that may have died unseen (the network changed, the computer slept) has so long to prove that it lives. */
export const DOUBTED_PONG_WITHIN = 1_000
/** A request without an answer for so long: does the line live? */
const DOUBT_AFTER = 3_000
/** A try to connect that got nowhere: on a dead way the next packet of it may be long in coming. */
const OPEN_WITHIN = 3_000
/** Whatever the cut was, the desk is complete within two seconds of its end. */
const WAITS = { first: 250, most: 1_500 }
/** No timer of a page that is looked at comes so late. */
const SLEPT = 5_000

/** agents/protocol/, MAX_FRAME_BYTES. @param {object} frame */
const isTooLarge = (frame) => new TextEncoder().encode(JSON.stringify(frame)).length > 65_536

/** What went wrong with a request, in a sentence for people. */
export class RequestFailed extends Error {
  /** @param {number} code @param {string} message @param {string} reason */
  constructor(code, message, reason) {
    super(message)
    this.code = code
    this.reason = reason
  }

  /** The line was cut or silent: whether the request arrived is not known. */
  get unknown() {
    return this.code === 0
  }
}

export class Line {
  /** @type {Ends} */ #ends
  /** @type {WebSocket|null} */ #socket = null
  /** @type {Map<number, {resolve: (result: any) => void, reject: (error: RequestFailed) => void}>} */ #asked =
    new Map()
  #nextId = 1
  #attempt = 0
  #wasLive = false
  /** @type {ReturnType<typeof setTimeout>|undefined} */ #retry
  /** @type {ReturnType<typeof setTimeout>|undefined} */ #ping
  /** @type {{code: number, reason: string, retryAfter: number|null}|null} */ #bye = null
  #notBefore = 0
  /** When the other side last gave a sign of life; a try to connect begins with none. */
  #heardAt = 0
  /** When the first ping was sent that has no answer yet: since then, at the latest, the line is silent. @type {number|null} */
  #silentSince = null
  /** @type {((status: Status) => void)[]} */ #watchers = []
  /** @type {Status} */ status

  /** @param {Ends} ends */
  constructor(ends) {
    this.#ends = ends
    this.status = { kind: "connecting", ms: null, since: Date.now(), why: "", code: 0 }
  }

  open() {
    clearTimeout(this.#retry)
    this.#bye = null
    const socket = new WebSocket(this.#ends.url, this.#ends.protocols ?? [])
    this.#socket = socket
    this.#heardAt = Date.now()
    const late = setTimeout(() => socket === this.#socket && this.#drop(), OPEN_WITHIN + 500 * Math.min(10, this.#attempt))
    socket.onopen = () => {
      clearTimeout(late)
      this.#heardAt = Date.now()
      void this.#resume()
    }
    socket.onmessage = (event) => this.#hear(event.data)
    socket.onclose = (event) => this.#cut(event.code)
  }

  get live() {
    return this.status.kind === "live"
  }

  /** @param {string} method @param {object} [params] @returns {Promise<any>} */
  request(method, params = {}) {
    if (!this.live && method !== "connect") return Promise.reject(new RequestFailed(0, "", "offline"))
    const id = this.#nextId++
    const frame = { jsonrpc: "2.0", id, method, params }
    // The server would close the line over it, and over it again when it is back.
    if (isTooLarge(frame)) return Promise.reject(new RequestFailed(-1, "", "tooLarge"))
    return new Promise((resolve, reject) => {
      const late = setTimeout(
        () => this.#settle(id, { error: { code: 0, message: "", data: { reason: "late" } } }),
        ANSWER_WITHIN,
      )
      const doubt = setTimeout(() => this.live && method !== "ping" && void this.#beat(), DOUBT_AFTER)
      const done = (/** @type {(value: any) => void} */ then) => (/** @type {any} */ value) => {
        clearTimeout(late)
        clearTimeout(doubt)
        then(value)
      }
      this.#asked.set(id, { resolve: done(resolve), reject: done(reject) })
      this.#send(frame)
    })
  }

  /**
   * Try at once: the network is back, the tab is looked at. A live line is asked whether it really is, and quickly when
   * there is reason for doubt: the network has changed, or nothing was heard for longer than a living line is silent.
   * @param {boolean} [changed]
   */
  wake(changed = false) {
    if (this.status.kind === "readonly") return
    const silent = Date.now() - this.#heardAt
    if (this.live) return void this.#beat(changed || silent > PING_EVERY + PONG_WITHIN ? DOUBTED_PONG_WITHIN : PONG_WITHIN)
    if (this.#socket && silent < DOUBTED_PONG_WITHIN) return
    if (Date.now() < this.#notBefore) return
    this.#leave()
    this.open()
  }

  /** Beside `onStatus`: whoever else wants to know how the line is. @param {(status: Status) => void} watcher */
  watch(watcher) {
    this.#watchers.push(watcher)
  }

  /** Be closed for good, and try no more: this page leaves. */
  end() {
    clearTimeout(this.#retry)
    clearTimeout(this.#ping)
    this.#say({ kind: "readonly", why: "", code: 0 })
    this.#leave()
  }

  /** Come back although the server has said not to: a person asks for it. */
  insist() {
    this.#notBefore = 0
    this.#say({ kind: "reconnecting", why: "", code: 0 })
    this.open()
  }

  async #resume() {
    const socket = this.#socket
    this.#ends.onOpen?.()
    const asked = Date.now()
    try {
      const { serverTime } = await this.request("connect", { known: this.#ends.known() })
      const seconds = this.#wasLive ? Math.round((asked - this.status.since) / 1000) : null
      this.#ends.onTime(serverTime, Date.now() - asked)
      this.#attempt = 0
      this.#wasLive = true
      this.#say({ kind: "live", ms: null, why: "", code: 0 })
      this.#ends.onCaughtUp(seconds)
      void this.#beat()
    } catch {
      if (socket === this.#socket) this.#drop()
    }
  }

  /** @param {string} text */
  #hear(text) {
    this.#heardAt = Date.now()
    const told = JSON.parse(text)
    if (told.id !== undefined && told.method === undefined) return this.#settle(told.id, told)
    if (told.method === "ask")
      return this.#send({
        jsonrpc: "2.0",
        method: "presence",
        params: { ask: told.params.ask, visible: this.#ends.visible() },
      })
    if (told.method === "bye") this.#bye = told.params
    else this.#ends.onFrame(told)
  }

  /** @param {number} id @param {{result?: any, error?: {code: number, message: string, data?: {reason?: string}}}} answer */
  #settle(id, { result, error }) {
    const asked = this.#asked.get(id)
    this.#asked.delete(id)
    if (error) asked?.reject(new RequestFailed(error.code, error.message, error.data?.reason ?? ""))
    else asked?.resolve(result)
  }

  /** How long is the way? No answer: the line is cut, whatever the socket says. @param {number} [within] */
  async #beat(within = PONG_WITHIN) {
    clearTimeout(this.#ping)
    const socket = this.#socket
    const asked = Date.now()
    this.#silentSince ??= asked
    const silent = setTimeout(() => socket === this.#socket && this.#drop(), within)
    this.#ping = setTimeout(() => void this.#beat(), PING_EVERY)
    try {
      const { serverTime } = await this.request("ping")
      const ms = Date.now() - asked
      this.#silentSince = null
      this.#ends.onTime(serverTime, ms)
      if (this.live) this.#say({ kind: "live", ms })
    } catch {
      // A cut line is told of by #cut.
    } finally {
      clearTimeout(silent)
    }
  }

  /** The socket is of no use, but may take minutes to say so. */
  #drop() {
    if (this.#leave()) this.#cut(1006)
  }

  /** Hear no more of this socket, whatever becomes of it. */
  #leave() {
    const socket = this.#socket
    if (!socket) return false
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
    this.#forsake()
    return true
  }

  /** What was asked on a line that is gone has no answer any more. */
  #forsake() {
    for (const id of [...this.#asked.keys()])
      this.#settle(id, { error: { code: 0, message: "", data: { reason: "offline" } } })
  }

  /** @param {number} code */
  #cut(code) {
    this.#socket = null
    clearTimeout(this.#ping)
    this.#forsake()
    const bye = this.#bye
    const since = this.live ? (this.#silentSince ?? Date.now()) : this.status.since
    this.#silentSince = null
    if (bye && bye.retryAfter === null) return this.#say({ kind: "readonly", since, why: bye.reason, code: bye.code })
    if (code === 4401 || code === 4403) return this.#say({ kind: "readonly", since, why: "", code })
    if (this.live) this.#say({ kind: "reconnecting", since, ms: null, why: bye?.reason ?? "" })
    const wait = Math.max((bye?.retryAfter ?? 0) * 1000, backOff(this.#attempt++, Math.random(), WAITS))
    this.#notBefore = Date.now() + (bye?.retryAfter ?? 0) * 1000
    this.#retry = setTimeout(() => this.open(), wait)
  }

  /** @param {Partial<Status>} change */
  #say(change) {
    this.status = { ...this.status, ...change }
    for (const watcher of this.#watchers) watcher(this.status)
    this.#ends.onStatus(this.status)
  }

  /** @param {object} frame */
  #send(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame))
  }
}

/** A background tab's timers are not trusted: come back when something happens. @param {Line} line */
export function wakeWithThePage(line) {
  for (const change of ["online", "offline"]) window.addEventListener(change, () => line.wake(true))
  const { connection } = /** @type {{connection?: EventTarget}} */ (/** @type {unknown} */ (navigator))
  connection?.addEventListener("change", () => line.wake(true)) // from the office's wireless to the telephone's
  for (const seen of ["focus", "pageshow"]) window.addEventListener(seen, () => line.wake())
  for (const seen of ["visibilitychange", "resume"])
    document.addEventListener(seen, () => document.hidden || line.wake())
  wakeAfterSleep(line)
}

/** A computer that wakes under an open page tells the page nothing, but its clock has jumped. @param {Line} line */
function wakeAfterSleep(line) {
  let last = Date.now()
  setInterval(() => {
    const slept = Date.now() - last > SLEPT
    last = Date.now()
    if (slept) line.wake(true)
  }, 1_000)
}

/** Nobody is signed in any more: to the page that says so and asks, and back. @param {string} loginPath */
export const toSignIn = (loginPath) => location.assign(`${loginPath}?next=${encodeURIComponent(location.pathname)}&over=1`)

/** @param {string} path */
export const socketUrl = (path) => new URL(path, location.href.replace(/^http/, "ws")).href
