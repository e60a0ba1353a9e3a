// @ts-check
/**
 * The desk beside the instance's CCP: holds the bridge's frame (in the tab that leads), relays what Amazon Connect gives the agent, keeps
 * both sides in step (in_step.js), and does there what the agent does here.
 */
import { NOTHING, marked, saidByBridge, withoutTokens } from "./messages.js"
import { contactMoves, rings, sameAs, signOf, stateMove } from "./in_step.js"
import { Tabs } from "./lead.js"
import { notice } from "../shell/notice.js"
import { newToken } from "../shell/commands.js"
import { RequestFailed } from "../lib/socket.js"
import { rowOf } from "../state/cards.js"
import { gettext, say } from "../lib/i18n.js"

/**
 * @typedef {import("./messages.js").Answer} Answer @typedef {import("./messages.js").Ask} Ask @typedef {import("./messages.js").Ccp} Ccp
 * @typedef {import("./in_step.js").ContactMove} ContactMove
 */

const ANSWERS_WITHIN = 15_000
const AGAIN = 5_000

export class BesideConnect {
  #store
  #line
  #frame
  /** @type {Tabs} */
  #tabs
  /** @type {Map<string, (answer: Answer) => void>} */
  #waiting = new Map()
  /** What was done already. @type {Set<string>} */
  #done = new Set()
  /** Relays under way. @type {Set<string>} */
  #busy = new Set()
  /** Contacts the portal may not speak in, and why. @type {Map<string, string>} */
  #refused = new Map()
  #before = NOTHING
  /** @type {import("./in_step.js").Agreed|null} */
  #agreed = null
  /** The side that was told to change, and how it was before. @type {{side: "portal"|"connect", from: string}|null} */
  #moving = null

  /**
   * @param {import("../state/store.js").Store} store @param {import("../lib/socket.js").Line} line
   * @param {{agentId: string, frame: HTMLIFrameElement, framePath: string}} around
   */
  constructor(store, line, { agentId, frame, framePath }) {
    this.#store = store
    this.#line = line
    this.#frame = frame
    window.addEventListener("message", ({ source, origin, data }) => {
      if (source !== frame.contentWindow || origin !== location.origin) return
      const said = saidByBridge(data)
      if (said) this.#heard(said)
    })
    this.#tabs = new Tabs(agentId, {
      lead: () => {
        frame.src = framePath
      },
      said: (message) => this.#heard(message),
      asked: (message) => this.#post(message),
      joined: () => this.#show(this.#ccp),
    })
    store.watch(() => this.#keepInStep())
  }

  get #ccp() {
    return this.#store.state.connect ?? NOTHING
  }

  get #isReady() {
    return this.#ccp.status === "ready"
  }

  /** This tab holds the CCP. */
  get leads() {
    return this.#tabs.leads
  }

  /** It rings or was missed in Amazon Connect, and the portal's server knows nothing of it. @param {string} contactId */
  has(contactId) {
    return rowOf(this.#store.state, contactId) === null && this.#contact(contactId) !== null
  }

  get transfers() {
    return this.#isReady
  }

  get rules() {
    return this.#isReady
  }

  reload() {
    this.#show(NOTHING)
    this.#frame.src = this.#frame.src
  }

  /** The line is back: what could not be asked is asked again. */
  resume() {
    this.#keepInStep()
  }

  // ---- what the agent does here -----------------------------------------------------------------------------------------

  /** True as soon as it stands on this desk. @param {string} contactId */
  async accept(contactId) {
    if (!(await this.#ask("accept", { contactId }))) return false
    return this.#arrived(contactId)
  }

  /** @param {string} contactId */
  decline = (contactId) => this.#ask("reject", { contactId })

  /** @param {string} contactId */
  clear = (contactId) => this.#ask("clear", { contactId })

  /** One of either side's states. @param {string} name */
  setState(name) {
    const { states } = this.#ccp
    const wanted = [...states, ...(this.#store.state.agent?.states ?? [])].find((one) => one.name === name)
    const isRoutable = wanted?.type === "routable"
    const isOpen = this.#ccp.contacts.some((one) => rings(one) || one.state === "connected" || one.state === "ended")
    return this.#ask("setState", { name: (wanted && sameAs(wanted, states)) || name, next: isOpen && !isRoutable })
  }

  /** @returns {Promise<import("../conversation/transfer.js").Endpoint[]|string>} */
  async quickConnects() {
    const { refusal, quickConnects } = await this.#send("quickConnects", {})
    if (refusal) return refusal
    const unknown = { state: null, load: null, capacity: null, open: null, waiting: null, refusal: null, isQuickConnect: true }
    return quickConnects.map(({ type, id, name }) => ({ ...unknown, type: type === "agent" ? "agent" : "queue", id, name }))
  }

  /** The refusal; empty: it is done. @param {string} contactId @param {string} id */
  transfer = async (contactId, id) => (await this.#send("transfer", { contactId, id })).refusal

  /** @param {import("./messages.js").Verb} verb @param {Ask["params"]} params */
  async #ask(verb, params) {
    const { refusal } = await this.#send(verb, params)
    if (refusal) notice(refusal)
    return !refusal
  }

  /** @param {import("./messages.js").Verb} verb @param {Ask["params"]} params @returns {Promise<Answer>} */
  #send(verb, params) {
    const message = { kind: /** @type {const} */ ("ask"), id: newToken(), verb, params }
    return new Promise((resolve) => {
      const told = (/** @type {string} */ refusal, answer = /** @type {Answer["quickConnects"]} */ ([])) => {
        clearTimeout(late)
        this.#waiting.delete(message.id)
        resolve({ kind: "answer", id: message.id, refusal, quickConnects: answer })
      }
      const late = setTimeout(() => told(gettext("The Contact Control Panel of Amazon Connect did not answer in time. Try again.")), ANSWERS_WITHIN)
      this.#waiting.set(message.id, ({ refusal, quickConnects }) =>
        told(refusal && say("Amazon Connect refuses: %(told)s.", { told: refusal }), quickConnects),
      )
      if (this.leads) this.#post(message)
      else this.#tabs.tell(message)
    })
  }

  /** @param {Ask} message */
  #post(message) {
    this.#frame.contentWindow?.postMessage(marked(message), location.origin)
  }

  /** @param {string} contactId @returns {Promise<boolean>} */
  #arrived(contactId) {
    return new Promise((resolve) => {
      const ends = Date.now() + ANSWERS_WITHIN
      const look = () => {
        if (rowOf(this.#store.state, contactId)?.state === "connected") return resolve(true)
        if (this.#refused.has(contactId) || Date.now() > ends) return resolve(false)
        setTimeout(look, 50)
      }
      look()
    })
  }

  // ---- what the CCP shows ------------------------------------------------------------------------------------------------

  /** @param {import("./messages.js").Told|Answer} message */
  #heard(message) {
    if (message.kind === "answer") {
      this.#waiting.get(message.id)?.(message)
      if (this.leads) this.#tabs.tell(message)
      return
    }
    this.#show(message.ccp)
  }

  /** @param {Ccp} ccp */
  #show(ccp) {
    if (this.leads) this.#tabs.tell({ kind: "told", ccp: withoutTokens(ccp) })
    if (this.#isReady) this.#before = this.#ccp
    this.#store.change((state) => ({ ...state, connect: ccp }))
  }

  #contact(/** @type {string} */ contactId) {
    return this.#ccp.contacts.find((one) => one.contactId === contactId) ?? null
  }

  // ---- in step -----------------------------------------------------------------------------------------------------------

  #keepInStep() {
    const { state } = this.#store
    if (!this.leads || !this.#isReady || !this.#line.live || !state.agent) return
    const moves = contactMoves({
      ccp: this.#ccp,
      before: this.#before,
      row: (contactId) => rowOf(state, contactId),
      isServedToEnd: (contactId) => this.#isServedToEnd(contactId),
      refused: (contactId) => this.#refused.has(contactId),
    })
    for (const move of moves)
      if (!this.#done.has(move.sign) && !this.#busy.has(move.contact.contactId)) void this.#do(move)
    this.#keepState(state.agent)
  }

  /** @param {string} contactId */
  #isServedToEnd(contactId) {
    const held = this.#store.state.conversations[rowOf(this.#store.state, contactId)?.initialContactId ?? ""]
    const owed = Object.values(held?.outgoing ?? {}).some((one) => one.contactId === contactId && one.state !== "failed")
    return !owed && ["agent", "supervisor"].includes(held?.contacts[contactId]?.endReason ?? "")
  }

  /** @param {ContactMove} move */
  async #do(move) {
    const { contactId } = move.contact
    this.#done.add(move.sign)
    this.#busy.add(contactId)
    if (move.do === "relay") await this.#relay(move)
    else await this.#send(move.do, { contactId }) // refused: the agent can do it in the CCP
    this.#busy.delete(contactId)
    this.#keepInStep()
  }

  /** @param {ContactMove} move */
  async #relay({ contact, sign }) {
    const { since, queuedSince, queue, ...params } = contact
    const isNew = rowOf(this.#store.state, contact.contactId) === null
    try {
      await this.#line.request("relayContact", { ...params, queue: known(queue) })
      this.#refused.delete(contact.contactId)
    } catch (error) {
      if (error instanceof RequestFailed && !error.unknown && error.reason !== "unavailable") {
        if (isNew) this.#refuse(contact, error.message)
        return
      }
      setTimeout(() => {
        this.#done.delete(sign)
        this.#keepInStep()
      }, AGAIN)
    }
  }

  /** @param {import("./messages.js").CcpContact} contact @param {string} why */
  #refuse({ contactId, customerName }, why) {
    this.#refused.set(contactId, why)
    notice(
      say("%(name)s is with you in Amazon Connect only: %(why)s Serve them in the Contact Control Panel.", {
        name: customerName || gettext("A customer"),
        why,
      }),
    )
  }

  /** @param {import("../lib/types.js").Agent} portal */
  #keepState(portal) {
    const { state, nextState, states } = this.#ccp
    if (!state) return
    const connect = { state, nextState, states }
    if (this.#moving) {
      if (signOf(this.#moving.side === "portal" ? portal : connect) === this.#moving.from) return
      this.#moving = null
      this.#agreed = { connect: signOf(connect), portal: signOf(portal) }
      return
    }
    const { agreed, move } = stateMove(this.#agreed, connect, portal)
    this.#agreed = agreed
    if (!move) return
    this.#moving = { side: move.side, from: signOf(move.side === "portal" ? portal : connect) }
    const asked =
      move.side === "connect"
        ? this.#send("setState", { name: move.name, next: move.next })
        : this.#line.request("setAgentState", { state: move.name, enqueueNextState: move.next }).then(
            () => ({ refusal: "" }),
            () => ({ refusal: "refused" }),
          )
    void asked.then(({ refusal }) => {
      if (refusal) this.#moving = null
    })
  }
}

/** What is empty is not known. @param {import("./messages.js").CcpContact["queue"]} queue */
const known = (queue) => Object.fromEntries(Object.entries(queue).filter(([, value]) => value !== ""))

/** The desk's verbs, done in Amazon Connect where it is the one that decides. @param {import("../shell/commands.js").Desk} desk @param {BesideConnect} beside @returns {import("../shell/commands.js").Desk} */
export const withConnect = (desk, beside) => ({
  ...desk,
  async accept(contactId) {
    if (!beside.has(contactId)) return desk.accept(contactId)
    const arrived = await beside.accept(contactId)
    if (arrived) void desk.view(contactId)
    return arrived
  },
  decline: (contactId) => (beside.has(contactId) ? beside.decline(contactId) : desk.decline(contactId)),
  clear: (contactId) => (beside.has(contactId) ? beside.clear(contactId) : desk.clear(contactId)),
  setState: (name) => (beside.rules ? beside.setState(name) : desk.setState(name)),
  transfersInConnect: () => beside.transfers,
  endpoints: (card) => (card.relayed ? beside.quickConnects() : desk.endpoints(card)),
  transfer: (card, endpoint, comment) => (card.relayed ? beside.transfer(card.contactId, endpoint.id) : desk.transfer(card, endpoint, comment)),
})
