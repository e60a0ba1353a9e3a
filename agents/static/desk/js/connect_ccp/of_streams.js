// @ts-check
/** What Streams' objects show, in the words of messages.js. Knows Streams' public methods and nothing of the page. Pure. */

/** @typedef {import("./messages.js").Ccp} Ccp @typedef {import("./messages.js").CcpContact} CcpContact @typedef {import("./messages.js").CcpState} CcpState */

const TYPES = /** @type {const} */ ({ routable: "routable", offline: "offline" })

/** @param {any} agent Streams' Agent @param {string} chat Streams' ContactType.CHAT @returns {Ccp} */
export function ccpOf(agent, chat) {
  const state = agent.getState()
  const next = agent.getNextState?.() ?? null
  return {
    status: "ready",
    state: stateOf(state),
    nextState: next === null ? null : stateOf(next),
    stateSince: iso(state.startTimestamp),
    states: agent.getAgentStates().map(stateOf),
    contacts: agent.getContacts(chat).flatMap((/** @type {any} */ contact) => contactOf(contact) ?? []),
  }
}

/** States of Connect's own, as AfterCallWork, are not routable. @param {any} state @returns {CcpState} */
const stateOf = ({ name, type }) => ({ name, type: TYPES[/** @type {keyof typeof TYPES} */ (type)] ?? "not_routable" })

/** Null: it has gone while it was looked at. @param {any} contact @returns {CcpContact|null} */
function contactOf(contact) {
  try {
    const mine = contact.getAgentConnection()
    const media = mine?.getMediaInfo?.() ?? null
    const status = contact.getStatus()
    const queue = contact.getQueue() ?? {}
    return {
      contactId: contact.getContactId(),
      initialContactId: contact.getInitialContactId() || contact.getContactId(),
      state: status.type,
      since: iso(status.timestamp),
      queuedSince: iso(contact.getQueueTimestamp?.()),
      participantId: mine?.getConnectionId() ?? "",
      participantToken: media?.participantToken ?? "",
      queue: { queueId: queue.queueId ?? "", queueARN: queue.queueARN ?? "", name: queue.name ?? "" },
      customerName: media?.originalInfo?.customerName ?? "",
      attributes: byName(contact.getAttributes(), (one) => String(one.value ?? "")),
      references: byName(contact.getReferences?.(), (one) => ({ type: String(one.type ?? ""), value: String(one.value ?? "") })),
    }
  } catch {
    return null
  }
}

/** @template Value @param {Record<string, any>|null|undefined} held @param {(one: any) => Value} of @returns {Record<string, Value>} */
const byName = (held, of) => Object.fromEntries(Object.entries(held ?? {}).map(([name, one]) => [name, of(one)]))

/** @param {unknown} time a Date */
const iso = (time) => (time instanceof Date && !Number.isNaN(time.getTime()) ? time.toISOString() : "")

/** Why Streams' failure callback was called, in a word: `err` is the CCP's, as JSON or not. @param {unknown} err @returns {string} never empty */
export function refusalOf(err) {
  if (typeof err !== "string") return refusalIn(err) || "unknown"
  try {
    return refusalIn(JSON.parse(err)) || err || "unknown"
  } catch {
    return err || "unknown"
  }
}

/** @param {any} error */
const refusalIn = (error) => (typeof error === "object" && error !== null ? String(error.message || error.type || "") : "")
