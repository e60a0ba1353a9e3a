// @ts-check
/** The line to the chat service: connects, catches up, notices that it is dead, and comes back. */

import { backOff } from "../js/back_off.js"
import { ChatSocket, Refused } from "./wire.js"

/** @typedef {"connecting" | "up" | "checking" | "down" | "ended"} LineState `checking`: lost a moment ago, nobody need know yet */

/** Between two tries. */
export const WAITS = { first: 300, most: 5_000 }
const SLOW = 1_500
const RENEW_BEFORE = 60_000
const LONGEST_CONNECTION = 12 * 3_600_000

export class Line {
  /** @type {LineState} */
  state = "connecting"
  token = ""
  #tries = 0
  #stopped = false
  #rests = false
  #wake = () => {}

  /**
   * @param {import("./wire.js").Api} api @param {string} participantToken
   * @param {{onItems: (items: import("./conversation.js").Item[], caughtUp: boolean) => void, onState: (state: LineState) => void}} told
   */
  constructor(api, participantToken, told) {
    this.api = api
    this.participantToken = participantToken
    this.told = told
  }

  async run() {
    while (!this.#stopped) {
      const slow = setTimeout(() => this.state === "checking" && this.#become("down"), SLOW)
      await this.#round().catch((error) => this.#failed(error)).finally(() => clearTimeout(slow))
      if (this.#stopped) return
      if (this.state === "up") this.#become("checking")
      await this.#pause(backOff(this.#tries++, Math.random(), WAITS))
    }
  }

  /** One connection, from its credentials to its end. */
  async #round() {
    const connection = await this.api.connect(this.participantToken)
    this.token = connection.token
    const closed = await this.#open(connection.url)
    this.told.onItems(await this.api.transcript(this.token), true)
    this.#tries = 0
    if (!this.socket?.closed) this.#become("up")
    const renew = setTimeout(() => this.retry(), Math.min(LONGEST_CONNECTION, Math.max(RENEW_BEFORE, connection.expires - Date.now() - RENEW_BEFORE)))
    await closed.promise.finally(() => clearTimeout(renew))
  }

  /** Resolves when the socket is subscribed, with a promise of its end. @param {string} url @returns {Promise<{promise: Promise<void>}>} */
  #open(url) {
    return new Promise((resolve, reject) => {
      /** @type {() => void} */
      let end = () => {}
      const promise = new Promise((/** @type {(value: void) => void} */ done) => (end = done))
      this.socket = new ChatSocket(url, {
        onReady: () => resolve({ promise }),
        onItem: (item) => this.told.onItems([item], false),
        onClose: () => {
          reject(new Error("The websocket closed before it was subscribed."))
          end()
        },
      })
    })
  }

  /** A clear no to our ParticipantToken is the end of the chat (ChatJS concludes the same from a 403). @param {unknown} error */
  #failed(error) {
    this.socket?.close()
    if (error instanceof Refused && !error.passing) this.stop()
    else this.#become("down")
  }

  /** @param {number} ms */
  #pause(ms) {
    return new Promise((/** @type {(value: void) => void} */ done) => {
      const timer = this.#rests ? 0 : setTimeout(done, ms)
      this.#wake = () => {
        clearTimeout(timer)
        this.#rests = false
        done()
      }
    })
  }

  /** Gives the websocket back until somebody looks again. */
  rest() {
    if (this.#stopped) return
    this.#rests = true
    this.socket?.close()
  }

  /** Something says the network may be back, or gone: find out now. */
  look() {
    if (this.state === "up") this.socket?.probe(3_000)
    else this.#wake()
  }

  /** Throws the connection away and makes a new one with the ParticipantToken. */
  retry() {
    if (this.state === "up") this.#become("checking")
    this.socket?.close()
    this.#wake()
  }

  stop() {
    this.#stopped = true
    this.socket?.close()
    this.#wake()
    this.#become("ended")
  }

  /** @param {LineState} state */
  #become(state) {
    if (this.state === state || this.state === "ended") return
    this.state = state
    this.told.onState(state)
  }
}
