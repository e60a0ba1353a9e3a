// @ts-check
/**
 * The page in the desk's hidden frame: the instance's CCP by the published Streams. Tells the desk what the CCP shows, whole after every
 * change, and does what the desk asks. It speaks to the page that holds it, of this origin, and to nobody else.
 */
import { NOTHING, askedByDesk, marked } from "./messages.js"
import { ccpOf, refusalOf } from "./of_streams.js"

/** @typedef {import("./messages.js").Ask} Ask @typedef {import("./messages.js").QuickConnect} QuickConnect */

/** A CCP that has answered and shows no agent after so long asks for a login. */
const SIGNED_IN_WITHIN = 3_000
/** Hosts of Amazon Connect; of others Streams of before 2.15 asks for cookies by throwing. */
const OF_CONNECT = /\.(connect\.aws|awsapps\.com|amazonaws\.cn|govcloud\.connect\.aws)$/

/** The portal's server speaks in the chats: Streams looks for ChatJS all the same, and those of before 2.28 show no contact without it. */
const NO_CHAT_SESSION = {
  setGlobalConfig() {},
  create: () => new Proxy({}, { get: (_, name) => () => (name === "connect" ? new Promise(() => {}) : undefined) }),
}

class Bridge {
  #connect
  /** @type {any} Streams' Agent, once somebody has signed in */
  #agent = null
  /** @type {Map<string, any>} quick connects by ARN, as Streams gave them */
  #endpoints = new Map()

  /** @param {any} connect the published Streams */
  constructor(connect) {
    this.#connect = connect
  }

  /** @param {{ccpUrl: string, region: string}} page */
  start({ ccpUrl, region }) {
    const { core, EventType } = this.#connect
    this.#connect.ChatSession ??= NO_CHAT_SESSION
    window.addEventListener("message", (event) => void this.#hear(event))
    core.initCCP(document.getElementById("ccp"), {
      ccpUrl,
      region,
      loginPopup: false, // the desk opens it: a hidden frame may not
      softphone: { allowFramedSoftphone: false },
      chat: { disableRingtone: true }, // the desk rings
      ...(OF_CONNECT.test(new URL(ccpUrl).hostname) ? {} : { storageAccess: { canRequest: false } }),
    })
    const bus = core.getEventBus()
    bus.subscribe(EventType.ACK_TIMEOUT, () => this.#status("signIn"))
    if (EventType.IFRAME_RETRIES_EXHAUSTED) bus.subscribe(EventType.IFRAME_RETRIES_EXHAUSTED, () => location.reload()) // not in 1.8
    core.onAuthFail(() => this.#signedOut())
    core.onAccessDenied(() => this.#status("denied"))
    core.onInitialized?.(() => setTimeout(() => this.#agent || this.#status("signIn"), SIGNED_IN_WITHIN))
    this.#connect.agent((/** @type {any} */ agent) => {
      this.#agent = agent
      agent.onRefresh(() => this.#tell())
      this.#tell()
    })
    this.#status("starting")
  }

  #tell() {
    if (this.#agent) post({ kind: "told", ccp: ccpOf(this.#agent, this.#connect.ContactType.CHAT) })
  }

  /** @param {"starting"|"signIn"|"denied"} status */
  #status(status) {
    post({ kind: "told", ccp: { ...NOTHING, status } })
  }

  #signedOut() {
    this.#status("signIn")
  }

  /** @param {MessageEvent} event */
  async #hear({ source, origin, data }) {
    if (source !== window.parent || origin !== location.origin) return
    const asked = askedByDesk(data)
    if (!asked) return
    const answer = { kind: /** @type {const} */ ("answer"), id: asked.id }
    try {
      post({ ...answer, refusal: "", quickConnects: (await this.#do(asked)) ?? [] })
    } catch (error) {
      post({ ...answer, refusal: error instanceof Error ? error.message : refusalOf(error), quickConnects: [] })
    }
  }

  /** @param {Ask} asked @returns {Promise<QuickConnect[]|void>} */
  async #do({ verb, params }) {
    if (!this.#agent) throw new Error("nobody has signed in")
    if (verb === "setState") return this.#setState(String(params.name), Boolean(params.next))
    if (verb === "quickConnects") return this.#quickConnects()
    const contact = this.#agent.getContacts(this.#connect.ContactType.CHAT).find((/** @type {any} */ one) => one.getContactId() === params.contactId)
    if (!contact) throw new Error("the contact is not there any more")
    if (verb === "transfer") return called(contact, "addConnection", this.#endpoints.get(String(params.id)))
    if (verb === "end") return called(contact.getAgentConnection(), "destroy")
    return called(contact, verb)
  }

  /** @param {string} name @param {boolean} enqueueNextState */
  async #setState(name, enqueueNextState) {
    const state = this.#agent.getAgentStates().find((/** @type {any} */ one) => one.name === name)
    if (!state) throw new Error(`there is no state ${name}`)
    await new Promise((success, failure) => this.#agent.setState(state, { success, failure }, { enqueueNextState }))
  }

  /** @returns {Promise<QuickConnect[]>} */
  async #quickConnects() {
    const given = await new Promise((success, failure) => this.#agent.getEndpoints(this.#agent.getAllQueueARNs(), { success, failure }))
    const chatted = given.endpoints.filter((/** @type {any} */ one) => one.type !== "phone_number")
    this.#endpoints = new Map(chatted.map((/** @type {any} */ one) => [one.endpointARN, one]))
    return chatted.map((/** @type {any} */ { type, endpointARN, name }) => ({ type, id: endpointARN, name }))
  }
}

/** A method of Streams that takes callbacks, as a promise. @param {any} on @param {string} name @param {any[]} given @returns {Promise<void>} */
const called = (on, name, ...given) => new Promise((resolve, failure) => on[name](...given, { success: () => resolve(), failure }))

/** @param {import("./messages.js").Told|import("./messages.js").Answer} message */
const post = (message) => window.parent.postMessage(marked(message), location.origin)

const connect = /** @type {any} */ (window).connect
if (window.parent !== window) {
  if (connect?.core) new Bridge(connect).start(JSON.parse(document.getElementById("page")?.textContent ?? ""))
  else post({ kind: "told", ccp: { ...NOTHING, status: "noStreams" } })
}
