// @ts-check
/** Tells the server, in small batches, how long customers' messages took to this screen, and this agent's to Connect. */

const EVERY = 10_000 // milliseconds
const MOST = 50 // of one kind in one report
const LONGEST = 600_000 // what comes after ten minutes was caught up, not delivered

/** @typedef {import("../lib/types.js").Frame} Frame */

export class Latency {
  #line
  #me
  #now
  #painted = /** @type {number[]} */ ([])
  #answered = /** @type {number[]} */ ([])

  /**
   * @param {{live: boolean, request: (method: string, params: object) => Promise<unknown>}} line
   * @param {number} me the user @param {() => number} now milliseconds, by the server's clock
   */
  constructor(line, me, now) {
    this.#line = line
    this.#me = me
    this.#now = now
    setInterval(() => this.report(), EVERY)
  }

  /** A frame that is new to this tab; snapshots and what is caught up are not delivered now. @param {Frame} frame */
  frame(frame) {
    if (frame.method === "item") this.#item(frame.params.item)
    if (frame.method === "outgoing") this.#outgoing(frame.params.outgoing)
  }

  /** @param {import("../lib/types.js").Item} item */
  #item(item) {
    if (item.ParticipantRole !== "CUSTOMER" || item.Type !== "MESSAGE") return
    if (document.hidden || item.seq !== item.number) return // nothing is painted, or it is a new state of an old one
    requestAnimationFrame(() => setTimeout(() => add(this.#painted, this.#now() - Date.parse(item.AbsoluteTime))))
  }

  /** @param {import("../lib/types.js").Outgoing} outgoing */
  #outgoing({ state, kind, author, createdAt }) {
    if (state === "sent" && kind === "MESSAGE" && author?.id === this.#me)
      add(this.#answered, this.#now() - Date.parse(createdAt))
  }

  report() {
    if (!this.#line.live || !(this.#painted.length + this.#answered.length)) return
    const [painted, answered] = [this.#painted.splice(0), this.#answered.splice(0)]
    this.#line.request("reportLatency", { painted, answered }).catch(() => {}) // lost with the line: nobody waits for it
  }
}

/** @param {number[]} samples @param {number} milliseconds */
function add(samples, milliseconds) {
  if (milliseconds < LONGEST && samples.length < MOST) samples.push(Math.max(0, Math.round(milliseconds)))
}
