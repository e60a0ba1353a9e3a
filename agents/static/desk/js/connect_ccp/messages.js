// @ts-check
/** What the desk and the bridge (the page that holds the instance's CCP) say to each other, and whether it is said so. Pure. */

/**
 * @typedef {{name: string, type: "routable"|"not_routable"|"offline"}} CcpState
 * @typedef {Object} CcpContact  As Streams shows it; what relayContact asks for is in it.
 * @property {string} contactId
 * @property {string} initialContactId
 * @property {string} state  Streams' ContactStateType.
 * @property {string} since
 * @property {string} queuedSince
 * @property {string} participantId
 * @property {string} participantToken  Empty in every tab but the one that leads.
 * @property {{queueId: string, queueARN: string, name: string}} queue
 * @property {string} customerName
 * @property {Record<string, string>} attributes
 * @property {Record<string, {type: string, value: string}>} references
 * @typedef {Object} Ccp  What the CCP shows.
 * @property {"starting"|"signIn"|"ready"|"noStreams"|"denied"} status
 * @property {CcpState|null} state  Null until somebody has signed in.
 * @property {CcpState|null} nextState
 * @property {string} stateSince
 * @property {CcpState[]} states
 * @property {CcpContact[]} contacts
 * @typedef {{type: string, id: string, name: string}} QuickConnect
 * @typedef {{kind: "told", ccp: Ccp}} Told
 * @typedef {{kind: "answer", id: string, refusal: string, quickConnects: QuickConnect[]}} Answer  Empty refusal: done.
 * @typedef {{kind: "ask", id: string, verb: Verb, params: Record<string, string|boolean>}} Ask
 * @typedef {"setState"|"accept"|"reject"|"end"|"clear"|"quickConnects"|"transfer"} Verb
 */

/** Other scripts of the page speak by postMessage, too. */
const MARK = "ccp-portal"
const STATUS = ["starting", "signIn", "ready", "noStreams", "denied"]
const TYPES = ["routable", "not_routable", "offline"]
/** Of each verb: its parameters. @type {Record<Verb, Record<string, "string"|"boolean">>} */
const VERBS = {
  setState: { name: "string", next: "boolean" },
  accept: { contactId: "string" },
  reject: { contactId: "string" },
  end: { contactId: "string" },
  clear: { contactId: "string" },
  quickConnects: {},
  transfer: { contactId: "string", id: "string" },
}

/** @type {Ccp} */
export const NOTHING = Object.freeze({ status: "starting", state: null, nextState: null, stateSince: "", states: [], contacts: [] })

/** As it is posted. @template {Told|Answer|Ask} Message @param {Message} message */
export const marked = (message) => ({ ...message, from: MARK })

/** What the bridge says, or null: it is none of ours. @param {unknown} data @returns {Told|Answer|null} */
export function saidByBridge(data) {
  if (!isOurs(data)) return null
  if (data.kind === "told") return isCcp(data.ccp) ? { kind: "told", ccp: data.ccp } : null
  if (data.kind !== "answer" || !texts(data, ["id", "refusal"]) || !all(data.quickConnects, isQuickConnect)) return null
  return { kind: "answer", id: data.id, refusal: data.refusal, quickConnects: data.quickConnects }
}

/** What the desk asks, or null. @param {unknown} data @returns {Ask|null} */
export function askedByDesk(data) {
  if (!isOurs(data) || data.kind !== "ask" || typeof data.id !== "string" || !isObject(data.params)) return null
  if (typeof data.verb !== "string" || !Object.hasOwn(VERBS, data.verb)) return null
  const verb = /** @type {Verb} */ (data.verb)
  const wanted = Object.entries(VERBS[verb])
  const { params } = data
  if (Object.keys(params).length !== wanted.length || !wanted.every(([name, type]) => typeof params[name] === type)) return null
  return { kind: "ask", id: data.id, verb, params }
}

/** For the agent's other tabs: they show contacts, and speak for nobody. @param {Ccp} ccp @returns {Ccp} */
export const withoutTokens = (ccp) => ({ ...ccp, contacts: ccp.contacts.map((one) => ({ ...one, participantToken: "" })) })

/** @param {unknown} data @returns {data is Record<string, any>} */
const isObject = (data) => typeof data === "object" && data !== null && !Array.isArray(data)

/** @param {unknown} data @returns {data is Record<string, any>} */
const isOurs = (data) => isObject(data) && data.from === MARK

/** @param {Record<string, unknown>} data @param {string[]} names */
const texts = (data, names) => names.every((name) => typeof data[name] === "string")

/** @param {unknown} list @param {(one: any) => boolean} is */
const all = (list, is) => Array.isArray(list) && list.every((one) => isObject(one) && is(one))

/** @param {unknown} ccp @returns {ccp is Ccp} */
function isCcp(ccp) {
  if (!isObject(ccp) || !STATUS.includes(ccp.status) || typeof ccp.stateSince !== "string") return false
  if (ccp.status === "ready" && ccp.state === null) return false
  return [ccp.state, ccp.nextState].every((one) => one === null || (isObject(one) && isState(one))) && all(ccp.states, isState) && all(ccp.contacts, isContact)
}

/** @param {Record<string, any>} one */
const isState = (one) => typeof one.name === "string" && TYPES.includes(one.type)

/** @param {Record<string, any>} one */
const isQuickConnect = (one) => texts(one, ["type", "id", "name"])

/** @param {Record<string, any>} one */
function isContact(one) {
  const own = ["contactId", "initialContactId", "state", "since", "queuedSince", "participantId", "participantToken", "customerName"]
  if (!texts(one, own) || one.contactId === "" || !isObject(one.queue) || !texts(one.queue, ["queueId", "queueARN", "name"])) return false
  if (!isObject(one.attributes) || !isObject(one.references)) return false
  return texts(one.attributes, Object.keys(one.attributes)) && all(Object.values(one.references), (held) => texts(held, ["type", "value"]))
}
