// @ts-check
/**
 * A page of somebody who integrates a CCP, with the published amazon-connect-streams and amazon-connect-chatjs and nothing of
 * ours; a test drives it through window.crm. What it subscribes to is what the seed 004 and AWS's documentation show.
 */

const connect = /** @type {any} */ (window).connect
/** @type {{what: string, data?: any}[]} */
const log = []
/** @type {any} */
let agent
/** @type {Record<string, any>} */
const contacts = {}
/** @type {Record<string, any>} */
const controllers = {}
const CONTACT_EVENTS = ["onRefresh", "onIncoming", "onPending", "onConnecting", "onAccepted", "onConnected", "onMissed", "onACW", "onEnded", "onError", "onDestroy"]
const AGENT_EVENTS = ["onRoutable", "onNotRoutable", "onOffline", "onAfterCallWork", "onError", "onWebSocketConnectionLost", "onWebSocketConnectionGained", "onEnqueuedNextState", "onClearedNextState"]

/** @param {string} what @param {any} [data] */
function note(what, data) {
  log.push({ what, data: data === undefined ? null : JSON.parse(JSON.stringify(data)) })
}

/** @param {any} contact */
function handleContactConnected(contact) {
  if (contact.getAgentConnection().getMediaType() !== connect.MediaType.CHAT) return
  contact.getAgentConnection().getMediaController().then((/** @type {any} */ controller) => {
    controllers[contact.getContactId()] = controller
    note("controller", contact.getContactId())
    controller.onMessage((/** @type {any} */ response) => note("onMessage", response.data))
    controller.onTyping((/** @type {any} */ response) => note("onTyping", response.data))
    controller.onReadReceipt((/** @type {any} */ response) => note("onReadReceipt", response.data))
    controller.onEnded(() => note("media onEnded"))
    controller.onConnectionLost(() => note("media onConnectionLost"))
    controller.onConnectionEstablished(() => note("media onConnectionEstablished"))
  }).catch((/** @type {any} */ error) => note("controller failed", String(error?.message ?? error)))
}

/** @param {any} contact */
function follow(contact) {
  const id = contact.getContactId()
  contacts[id] = contact
  note("contact", { id, attributes: contact.getAttributes(), state: contact.getStatus().type })
  for (const name of CONTACT_EVENTS) {
    contact[name](() => note(name, id))
  }
  contact.onConnected(handleContactConnected)
}

const crm = {
  log,

  /** @param {string} ccpUrl @param {string} endpoint @param {object} [more] */
  start(ccpUrl, endpoint, more) {
    connect.ChatSession.setGlobalConfig({ endpoint })
    connect.core.initCCP(document.getElementById("ccp"), {
      ccpUrl, region: "us-east-1", loginPopup: false, softphone: { allowFramedSoftphone: true }, storageAccess: { canRequest: false }, ...more,
    })
    connect.core.onInitialized?.(() => note("onInitialized"))
    connect.core.onAuthFail(() => note("onAuthFail"))
    connect.core.onAccessDenied(() => note("onAccessDenied"))
    connect.core.onViewContact((/** @type {any} */ { contactId }) => note("onViewContact", contactId))
    const bus = connect.core.getEventBus()
    bus.subscribe(connect.WebSocketEvents.ALL_MESSAGE, (/** @type {any} */ event) => note("ALL_MESSAGE", JSON.parse(event.content)))
    bus.subscribe(connect.WebSocketEvents.CONNECTION_GAIN, () => note("CONNECTION_GAIN"))
    bus.subscribe(connect.WebSocketEvents.CONNECTION_LOST, () => note("CONNECTION_LOST"))
    bus.subscribe(connect.EventType.TERMINATED, () => note("TERMINATED"))
    connect.contact(follow)
    connect.agent((/** @type {any} */ found) => {
      agent = found
      note("agent", found.getName())
      found.onStateChange((/** @type {any} */ change) => note("onStateChange", [change.oldState, change.newState]))
      for (const name of AGENT_EVENTS) found[name]?.(() => note(name))
    })
  },

  agent: () => agent,
  /** @param {string} id */
  contact: (id) => contacts[id],
  /** @param {string} id */
  controller: (id) => controllers[id],

  /** A method that takes {success, failure} as a promise: what it answers, or {failed}. @param {any} on @param {string} name @param {any[]} args */
  ask: (on, name, ...args) => new Promise((resolve) => on[name](...args, {
    success: (/** @type {any} */ data) => resolve(data ?? {}),
    failure: (/** @type {any} */ error) => resolve({ failed: typeof error === "string" ? JSON.parse(error) : error }),
  })),

  /** @param {string} name @param {object} [more] */
  setState: (name, more) => new Promise((resolve) => agent.setState(
    agent.getAgentStates().find((/** @type {any} */ state) => state.name === name),
    { success: () => resolve("done"), failure: (/** @type {any} */ error) => resolve(error) }, more,
  )),
}
Object.assign(window, { crm })
