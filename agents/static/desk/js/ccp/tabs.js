// @ts-check
/**
 * The tabs of one agent in this browser, as Streams' shared worker joins them in Amazon Connect: what one broadcasts all hear, and for
 * each topic one of them is the master. What has to reach the agent's other machines goes through the desk's socket instead.
 */

export class Tabs {
  #name
  #channel
  #me = crypto.randomUUID()
  /** @type {Map<string, string>} */ #held = new Map() // topic -> the id under which the browser knows this tab's lock

  /** @param {string} agentId @param {(event: string, data: unknown) => void} heard by this tab, too */
  constructor(agentId, heard) {
    this.#name = `ccp-portal.${agentId}`
    this.#channel = new BroadcastChannel(this.#name)
    this.#channel.onmessage = ({ data }) => heard(data.event, data.data)
    this.#heard = heard
  }

  #heard

  /** @param {string} event @param {unknown} data */
  broadcast(event, data) {
    this.#channel.postMessage({ event, data })
    this.#heard(event, data)
  }

  /** @param {{topic: string, take: boolean, ifNone: boolean}} asked */
  async master({ topic, take, ifNone }) {
    if (!navigator.locks) return { masterId: this.#me, isMaster: true, takeOver: false } // neither https nor localhost
    const before = await this.#holder(topic)
    const mine = this.#isMine(topic, before)
    if (!mine && (take || (ifNone && before === null))) await this.#hold(topic, take)
    const after = await this.#holder(topic)
    return { masterId: after ?? "", isMaster: this.#isMine(topic, after), takeOver: before !== null && !mine }
  }

  /** @param {string} topic @param {string | null} holder */
  #isMine(topic, holder) {
    return holder !== null && this.#held.get(topic) === holder
  }

  /** @param {string} topic */
  async #holder(topic) {
    const { held = [] } = await navigator.locks.query()
    return held.find(({ name }) => name === this.#lock(topic))?.clientId ?? null
  }

  /** Until this page is left or another tab takes it. @param {string} topic @param {boolean} steal @returns {Promise<void>} */
  #hold(topic, steal) {
    return new Promise((done) => {
      const options = steal ? { steal } : { ifAvailable: true }
      const gone = navigator.locks.request(this.#lock(topic), options, async (lock) => {
        if (!lock) return done()
        this.#held.set(topic, (await this.#holder(topic)) ?? "")
        done()
        await new Promise(() => {})
      })
      gone.catch(() => this.#held.delete(topic))
    })
  }

  /** @param {string} topic */
  #lock(topic) {
    return `${this.#name}.master.${topic}`
  }
}
