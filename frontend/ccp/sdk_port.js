// @ts-check
/**
 * The second channel, of the Amazon Connect SDK: a MessagePort that Streams 2.28.1 and later ask for the region of each
 * contact. Without it their media controllers take 30 seconds.
 */

const HEALTH_CHECK_MS = 10_000
const CONNECTED = "connected"

export class SdkPort {
  #where
  /** @type {MessagePort | null} */
  #port = null
  #counter = 0
  #status = CONNECTED
  #statusSince = Date.now()
  /** @type {Map<string, any>} */
  #handlers = new Map() // of the topics the page has subscribed to, by its ids

  /** @param {{origin: string, region: string}} where */
  constructor(where) {
    this.#where = where
  }

  /** A page that has loaded this frame anew, or connects for the first time, gets a new port.
   * @param {(message: object, port: MessagePort) => void} send to the page */
  open(send) {
    this.#port?.close()
    this.#handlers.clear()
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    port1.onmessage = ({ data }) => this.#hear(port1, data)
    send({ type: "cross-domain-adapter-init" }, port2)
  }

  /** agent.onNetworkConnectionStatusChanged. @param {boolean} up */
  line(up) {
    this.#status = up ? CONNECTED : "disconnected"
    this.#statusSince = Date.now()
    for (const [handlerId, topic] of this.#handlers) {
      if (topic?.key === "agent/networkConnectionStatusChanged") {
        this.#port?.postMessage({ type: "publish", topic, handlerId, data: this.#network() })
      }
    }
  }

  /** @param {MessagePort} port @param {any} message */
  #hear(port, message) {
    const answer = this.#answers[String(message?.type)]?.(message)
    if (answer) port.postMessage(answer)
  }

  /** @type {Record<string, (message: any) => object | void>} */
  #answers = {
    "cross-domain-site-ready": () => ({
      type: "acknowledge", connectionId: crypto.randomUUID(), healthCheckInterval: HEALTH_CHECK_MS,
      status: { initialized: true, startTime: new Date(), startupActions: {} },
    }),
    healthCheck: () => ({ type: "healthCheckResponse", time: Date.now(), counter: ++this.#counter }),
    request: (message) => this.#response(message),
    subscribe: ({ handlerId, topic }) => void this.#handlers.set(handlerId, topic),
    unsubscribe: ({ handlerId }) => void this.#handlers.delete(handlerId),
  }

  /** Every request is answered. @param {any} message */
  #response({ namespace, command, requestId }) {
    const about = { type: "response", namespace, requestId }
    if (command === "contact/getInstanceDetails") return { ...about, isError: false, data: this.#where }
    if (command === "agent/getNetworkConnectionStatus") return { ...about, isError: false, data: this.#network() }
    if (command === "sendActivity") return { ...about, isError: false, data: {} }
    const reason = `${String(command).slice(0, 80)} is no command of this CCP`
    return { ...about, isError: true, reason, errorKey: "noHandler", details: { command } }
  }

  #network() {
    return { status: this.#status, timestamp: this.#statusSince }
  }
}
