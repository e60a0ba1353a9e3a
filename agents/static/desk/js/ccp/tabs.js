// @ts-check
/**
 * The tabs of one agent in this browser, as Streams' shared worker joins them in Amazon Connect: what one broadcasts all hear, and for
 * each topic one of them is the master. What has to reach the agent's other machines goes through the desk's socket instead. Locks would
 * say who is master, too, but in the frame of another site a browser may refuse them.
 */

/** A tab that is there answers at once; a topic whose master is silent for so long has none. */
const ANSWER_WITHIN = 1_000

/** @typedef {{topic: string, id: string, at: number}} Claim */

export class Tabs {
  #heard
  #channel
  #me = crypto.randomUUID()
  /** The topics of which this tab is the master. @type {Map<string, Claim>} */
  #mine = new Map()
  /** Who waits to hear which tab is the master of a topic. @type {Map<string, ((claim: Claim) => void)[]>} */
  #asking = new Map()

  /** @param {string} agentId @param {(event: string, data: unknown) => void} heard what any tab has broadcast, this one too */
  constructor(agentId, heard) {
    this.#heard = heard
    this.#channel = new BroadcastChannel(`ccp-portal.${agentId}`)
    this.#channel.onmessage = ({ data }) => this.#hear(data)
  }

  /** @param {string} event @param {unknown} data */
  broadcast(event, data) {
    this.#channel.postMessage({ event, data })
    this.#heard(event, data)
  }

  close() {
    this.#channel.close()
  }

  /** @param {{topic: string, take: boolean, ifNone: boolean}} asked */
  async master({ topic, take, ifNone }) {
    const before = this.#mine.get(topic) ?? (await this.#master(topic))
    if (before?.id !== this.#me && (take || (ifNone && !before))) this.#claim(topic, before)
    const masterId = this.#mine.get(topic)?.id ?? before?.id ?? ""
    return { masterId, isMaster: masterId === this.#me, takeOver: before !== null && before.id !== this.#me }
  }

  /** Later than the claim it replaces, also within its millisecond. @param {string} topic @param {Claim | null} before */
  #claim(topic, before) {
    const claim = { topic, id: this.#me, at: Math.max(Date.now(), (before?.at ?? 0) + 1) }
    this.#mine.set(topic, claim)
    this.#channel.postMessage({ claim })
  }

  /** Another tab that is the master; null: none answers. @param {string} topic @returns {Promise<Claim | null>} */
  #master(topic) {
    return new Promise((done) => {
      this.#asking.set(topic, [...(this.#asking.get(topic) ?? []), done])
      setTimeout(() => done(null), ANSWER_WITHIN)
      this.#channel.postMessage({ ask: topic })
    })
  }

  /** @param {{event?: string, data?: unknown, ask?: string, claim?: Claim}} told */
  #hear({ event, data, ask, claim }) {
    if (event !== undefined) this.#heard(event, data)
    const mine = ask === undefined ? undefined : this.#mine.get(ask)
    if (mine) this.#channel.postMessage({ claim: mine })
    if (claim) this.#yield(claim)
  }

  /** Of two who claim a topic the later one is its master. @param {Claim} claim */
  #yield(claim) {
    const mine = this.#mine.get(claim.topic)
    if (mine && (mine.at > claim.at || (mine.at === claim.at && mine.id > claim.id))) {
      this.#channel.postMessage({ claim: mine })
      return
    }
    this.#mine.delete(claim.topic)
    this.#asking.get(claim.topic)?.forEach((done) => done(claim))
    this.#asking.delete(claim.topic)
  }
}
