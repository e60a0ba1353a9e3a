// @ts-check
/** A page that knows nothing but the public face of amazon-connect-chatjs, of a customer or an agent; a test drives it through window.customer. */

const { ChatSession } = /** @type {any} */ (window).connect
const EVENT = "application/vnd.amazonaws.connect.event."
/** @type {{what: string, data?: any}[]} */
const log = []
/** @type {any} */
let session

/** @param {string} what @param {any} [data] */
function note(what, data) {
  log.push({ what, data })
  const line = document.createElement("li")
  line.textContent = `${what} ${data?.DisplayName ?? ""} ${data?.Content ?? data?.ContentType ?? ""}`
  document.getElementById("log")?.append(line)
}

/**
 * An agent without a CCP has no connection token to ask for: ChatJS then calls CreateParticipantConnection, as for customers.
 * @param {string} region @param {{ContactId: string, ParticipantId: string, ParticipantToken: string, Type?: string}} details @returns {Promise<boolean>}
 */
async function open(region, details) {
  const { ContactId: contactId, ParticipantId: participantId, ParticipantToken: participantToken, Type = "CUSTOMER" } = details
  session = ChatSession.create({
    chatDetails: { contactId, participantId, participantToken, getConnectionToken: () => Promise.reject(new Error("no CCP")) },
    options: { region }, type: ChatSession.SessionTypes[Type], disableCSM: true,
  })
  session.onMessage((/** @type {any} */ event) => note("message", event.data))
  session.onTyping((/** @type {any} */ event) => note("typing", event.data))
  session.onReadReceipt((/** @type {any} */ event) => note("read", event.data))
  session.onDeliveredReceipt((/** @type {any} */ event) => note("delivered", event.data))
  session.onParticipantIdle((/** @type {any} */ event) => note("idle", event.data))
  session.onParticipantReturned((/** @type {any} */ event) => note("returned", event.data))
  session.onAutoDisconnection((/** @type {any} */ event) => note("autodisconnection", event.data))
  session.onDeepHeartbeatSuccess(() => note("healthy"))
  session.onConnectionEstablished(() => note("established"))
  session.onConnectionLost(() => note("lost"))
  session.onConnectionBroken(() => (Type === "CUSTOMER" ? broken(region, details) : note("broken")))
  session.onEnded((/** @type {any} */ event) => note("ended", event.data))
  return (await session.connect()).connectSuccess
}

/**
 * ChatJS gives a session up for good when CreateParticipantConnection cannot be reached (its isNetworkFailure() looks for
 * the error name of AWS SDK 2): a page that wants to go on makes a new session with the same token.
 * @param {string} region @param {any} details
 */
async function broken(region, details) {
  note("broken")
  await new Promise((done) => setTimeout(done, 500))
  if (!(await open(region, details).catch(() => false))) await broken(region, details)
}

const customer = {
  log,

  /** @param {string} endpoint @param {string} region @param {any} details */
  connect(endpoint, region, details) {
    ChatSession.setGlobalConfig({ endpoint, region })
    return open(region, details)
  },

  /** @param {string} message @param {string} contentType */
  sendMessage: async (message, contentType) => (await session.sendMessage({ message, contentType })).data,

  sendTyping: async () => (await session.sendEvent({ contentType: `${EVENT}typing` })).data,

  /** @param {string} what @param {string} messageId */
  sendReceipt: async (what, messageId) => {
    await session.sendEvent({ contentType: `${EVENT}message.${what}`, content: JSON.stringify({ messageId, disableThrottle: true }) })
  },

  /** @param {string} name @param {string} type @param {string} coded */
  sendAttachment: async (name, type, coded) => {
    const bytes = Uint8Array.from(atob(coded), (char) => char.charCodeAt(0))
    await session.sendAttachment({ attachment: new File([bytes], name, { type }) })
  },

  /** @param {string} attachmentId @returns {Promise<string>} in base64 */
  downloadAttachment: async (attachmentId) => {
    const bytes = new Uint8Array(await (await session.downloadAttachment({ attachmentId })).arrayBuffer())
    return btoa(String.fromCharCode(...bytes))
  },

  /** @param {string} verb @param {any} args */
  refusal: async (verb, args) => {
    try {
      await session[verb](args)
    } catch (error) {
      const { type, message, statusCode } = /** @type {any} */ (error)
      return type === undefined ? String(error) : { type, message, statusCode }
    }
    return null
  },

  getTranscript: async () => (await session.getTranscript({ maxResults: 100, sortOrder: "ASCENDING" })).data.Transcript,

  disconnectParticipant: async () => (await (session.disconnectParticipant ? session : session.controller).disconnectParticipant()).data ?? {},
}

Object.assign(window, { customer })
