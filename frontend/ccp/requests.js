// @ts-check
/**
 * What a page asks over the conduit (`api_request`), each method once: its parameters are checked, then the backend is
 * asked. Every request is answered: Streams has no time-out and waits for ever.
 */

import { idOf, streamsEndpoint } from "./snapshot.js"

/** @typedef {import("./desk.d.ts").Backend} Backend @typedef {import("./desk.d.ts").Desk} Desk */

/** A refusal; `type` is one of connect.CTIExceptions. */
export class Refusal extends Error {
  /** @param {string} type @param {string} message */
  constructor(type, message) {
    super(message)
    this.type = type
  }
}

const VOICE = "this CCP has chats only: there is no voice, and no task"
const NOTHING_TO_DO = ["sendClientLogs", "notifyContactIssue", "sendSoftphoneCallReport", "sendSoftphoneCallMetrics"]
const OF_VOICE = [
  "createOutboundContact", "createTaskContact", "holdConnection", "resumeConnection", "toggleActiveConnections",
  "conferenceConnections", "sendDigits", "muteParticipant", "unmuteParticipant", "pauseContact", "resumeContact",
  "startScreenSharing", "getNewAuthToken", "listTaskTemplates", "getTaskTemplate", "createTemplatedTask", "updateContact",
]
const LANGUAGES = ["en_US", "de_DE", "es_ES", "fr_FR", "ja_JP", "it_IT", "ko_KR", "pt_BR", "zh_CN", "zh_TW"]

export class Requests {
  #backend
  #desk
  /** @type {Set<string>} */
  #wasHere = new Set() // the contacts of this page's time

  /** @param {Backend} backend @param {() => Desk | null} desk the last one that came */
  constructor(backend, desk) {
    this.#backend = backend
    this.#desk = desk
  }

  /** @param {Desk} desk */
  shown(desk) {
    for (const { id } of desk.contacts) this.#wasHere.add(id)
  }

  /** The data and err of `api_response`. @param {unknown} method @param {unknown} params @returns {Promise<{data: any, err: string | null}>} */
  async answer(method, params) {
    try {
      return { data: (await this.#asked(String(method), object(params ?? {}, "params"))) ?? {}, err: null }
    } catch (error) {
      const { type, message } = /** @type {any} */ (error)
      return { data: null, err: JSON.stringify({ type: type ?? "InternalServiceException", message: String(message ?? error) }) }
    }
  }

  /** @param {string} method @param {Record<string, any>} params */
  #asked(method, params) {
    const act = Object.hasOwn(this.#methods, method) ? this.#methods[method] : null
    if (act) return act(params)
    if (NOTHING_TO_DO.includes(method)) return {}
    if (OF_VOICE.includes(method)) throw new Refusal("UnsupportedOperationException", `${method}: ${VOICE}`)
    throw new Refusal("UnsupportedOperationException", `${method.slice(0, 80)} is no method of this CCP`)
  }

  /** @type {Record<string, (params: Record<string, any>) => any>} */
  #methods = {
    acceptContact: (params) => this.#backend.accept(this.#contact(params).id),
    rejectContact: (params) => this.#backend.reject(this.#contact(params).id),
    clearContact: (params) => this.#clear(params),
    completeContact: (params) => this.#clear(params),
    destroyConnection: (params) => this.#destroy(params),
    putAgentState: (params) => this.#putState(params),
    createTransport: (params) => this.#transport(params),
    getEndpoints: (params) => this.#endpoints(params),
    createAdditionalConnection: (params) => this.#transfer(params),
    addNewConnection: (params) => this.#transfer(params),
    transferContact: (params) => this.#transfer(params),
    updateMonitorParticipantState: (params) => this.#monitor(params),
    updateAgentConfiguration: (params) => this.#configure(params),
    updateContactAttributes: (params) => this.#attributes(params),
    qrIntegrationExists: () => this.#backend.hasQuickResponses(),
    qrSearchQuickResponses: (params) => this.#quickResponses(params),
    getAgentStates: () => ({ states: this.#configuration().states }),
    getAgentPermissions: () => ({ permissions: this.#configuration().agent.permissions, nextToken: null }),
    getDialableCountryCodes: () => ({ countryCodes: [], nextToken: null }),
  }

  #configuration() {
    const desk = this.#desk()
    if (!desk) throw new Refusal("UnauthorizedException", "nobody has signed in")
    return desk
  }

  /** Only a contact of this agent. @param {Record<string, any>} params */
  #contact(params) {
    const id = text(params.contactId, "contactId")
    const found = this.#configuration().contacts.find((contact) => contact.id === id)
    if (!found) throw new Refusal("ContactNotFoundException", "this agent has no contact with this contactId")
    return found
  }

  /** What is put away already (a backend may do so with what was rejected) is done. @param {Record<string, any>} params */
  #clear(params) {
    const id = text(params.contactId, "contactId")
    if (this.#wasHere.has(id) && !this.#isHere(id)) return {}
    return this.#backend.clear(this.#contact(params).id)
  }

  /** @param {string} id */
  #isHere(id) {
    return this.#desk()?.contacts.some((contact) => contact.id === id) ?? false
  }

  /** @param {Record<string, any>} params */
  #destroy(params) {
    const contact = this.#contact(params)
    if (params.connectionId !== contact.agent.participantId) {
      throw new Refusal("InvalidStateException", "an agent ends the own connection only; the customer leaves by themself")
    }
    return this.#backend.leave(contact.id)
  }

  /** @param {Record<string, any>} params */
  #putState(params) {
    const stateId = idOf(text(object(params.state, "state").agentStateARN, "state.agentStateARN"))
    if (!this.#configuration().states.some((state) => state.id === stateId)) {
      throw new Refusal("InvalidStateException", "state.agentStateARN must be one of agent.getAgentStates()")
    }
    return this.#backend.setState({ stateId, next: params.enqueueNextState === true })
  }

  /** @param {Record<string, any>} params */
  async #transport(params) {
    if (params.transportType !== "chat_token") {
      throw new Refusal("UnsupportedOperationException", "transportType must be chat_token")
    }
    const contact = this.#contact(params)
    if (params.participantId !== contact.agent.participantId) {
      throw new Refusal("InvalidParameterException", "participantId must be that of the agent's connection")
    }
    const { token, expires } = await this.#backend.connectionToken(contact.id)
    return { chatTokenTransport: { participantToken: token, expiry: expires } }
  }

  /** @param {Record<string, any>} params */
  async #endpoints(params) {
    const queues = Array.isArray(params.queueARNs) ? params.queueARNs.map((arn) => idOf(text(arn, "queueARNs"))) : []
    const found = await this.#backend.endpoints(queues)
    const from = Math.max(0, Number(params.nextToken) || 0)
    const to = from + Math.min(500, Math.max(1, Number(params.maxResults) || 500))
    const endpoints = found.slice(from, to).map((each) => streamsEndpoint(this.#configuration().instanceArn, each))
    return { endpoints, nextToken: to < found.length ? String(to) : null }
  }

  /** @param {Record<string, any>} params */
  #transfer(params) {
    const contactId = this.#contact(params).id
    const arn = text(object(params.endpoint, "endpoint").endpointARN, "endpoint.endpointARN")
    return this.#backend.transfer({ contactId, endpointId: idOf(arn) })
  }

  /** @param {Record<string, any>} params */
  #monitor(params) {
    const mode = params.targetMonitorMode
    if (mode !== "SILENT_MONITOR" && mode !== "BARGE") {
      throw new Refusal("InvalidParameterException", "targetMonitorMode must be SILENT_MONITOR or BARGE")
    }
    return this.#backend.monitor({ contactId: text(params.contactId, "contactId"), mode })
  }

  /** @param {Record<string, any>} params */
  #configure(params) {
    const given = object(params.configuration, "configuration").agentPreferences
    const preferences = Object.fromEntries(Object.entries(object(given ?? {}, "agentPreferences")).map(([key, value]) => [key, String(value)]))
    if (!LANGUAGES.includes(preferences.LANGUAGE ?? "en_US")) {
      throw new Refusal("InvalidParameterException", `LANGUAGE must be one of ${LANGUAGES.join(", ")}`)
    }
    return this.#backend.setPreferences(preferences)
  }

  /** @param {Record<string, any>} params */
  #attributes(params) {
    const given = object(params.attributes, "attributes")
    const attributes = Object.fromEntries(Object.entries(given).map(([key, value]) => [key, text(value?.value ?? value, `attributes.${key}`)]))
    return this.#backend.setAttributes({ contactId: this.#contact(params).id, attributes })
  }

  /** @param {Record<string, any>} params */
  async #quickResponses(params) {
    const found = await this.#backend.quickResponses({ query: text(params.query, "query"), contactId: String(params.contactId ?? "") })
    const results = found.map((each) => ({
      quickResponseId: each.id, name: each.name, shortcutKey: each.shortcut, contentType: "application/x.quickresponse;format=plain",
      contents: { plainText: { content: each.content } }, channels: ["Chat"], isActive: true,
    }))
    return { results, nextToken: null }
  }
}

/** @param {unknown} value @param {string} name @returns {string} */
function text(value, name) {
  if (typeof value !== "string" || !value) throw new Refusal("InvalidParameterException", `${name} must be a text`)
  return value
}

/** @param {unknown} value @param {string} name @returns {Record<string, any>} */
function object(value, name) {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value
  throw new Refusal("InvalidParameterException", `${name} must be an object`)
}
