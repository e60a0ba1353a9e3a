// @ts-check
/** What has to be done so that the portal and the CCP agree about contacts and the agent's state. Pure; beside.js does it. */

/**
 * @typedef {import("./messages.js").Ccp} Ccp @typedef {import("./messages.js").CcpContact} CcpContact @typedef {import("./messages.js").CcpState} CcpState
 * @typedef {import("../lib/types.js").AgentContact} AgentContact
 * @typedef {{do: "relay"|"clear"|"end", contact: CcpContact, sign: string}} ContactMove  `sign`: it is done once.
 * @typedef {{side: "portal"|"connect", name: string, next: boolean}} StateMove
 * @typedef {{state: CcpState, nextState: CcpState|null, states: CcpState[]}} Side
 */

const RINGS = ["incoming", "connecting", "pending"]
const UNANSWERED = ["missed", "error"]

/** @param {CcpContact} contact */
export const rings = ({ state }) => RINGS.includes(state)
/** @param {CcpContact} contact */
export const isMissed = ({ state }) => UNANSWERED.includes(state)

/**
 * @param {{ccp: Ccp, before: Ccp, row: (contactId: string) => AgentContact|null, isServedToEnd: (contactId: string) => boolean,
 *   refused: (contactId: string) => boolean}} known
 *   `row`: what the desk holds of the contact; `isServedToEnd`: the agent ended it here and nothing is owed to the customer;
 *   `refused`: the portal may not speak in it, so the agent works on it in the CCP.
 * @returns {ContactMove[]}
 */
export function contactMoves({ ccp, before, row, isServedToEnd, refused }) {
  if (ccp.status !== "ready") return []
  const ids = new Set(ccp.contacts.map((one) => one.contactId))
  const gone = before.contacts.filter((one) => !ids.has(one.contactId) && one.participantToken && row(one.contactId)?.state === "connected")
  return [
    ...gone.map((one) => move("relay", { ...one, state: "ended" })),
    ...ccp.contacts.flatMap((contact) => {
      const held = row(contact.contactId)
      if (contact.state === "connected") return ofConnected(contact, held, isServedToEnd(contact.contactId))
      if (contact.state === "rejected") return [move("clear", contact)]
      if (contact.state !== "ended") return []
      if (held?.state === "connected") return contact.participantToken ? [move("relay", contact)] : []
      // Put away here, or over before it ever stood here: nothing is left to be done after it.
      return held === null && !refused(contact.contactId) ? [move("clear", contact)] : []
    }),
  ]
}

/** @param {CcpContact} contact @param {AgentContact|null} held @param {boolean} isOver @returns {ContactMove[]} */
function ofConnected(contact, held, isOver) {
  if (held?.state !== "ended") return contact.participantToken ? [move("relay", contact)] : []
  return isOver ? [move("end", contact)] : []
}

/** The same token again is nothing new. @param {ContactMove["do"]} what @param {CcpContact} contact @returns {ContactMove} */
const move = (what, contact) => ({ do: what, contact, sign: `${what} ${contact.contactId} ${contact.state} ${contact.participantToken}` })

// ---- the agent's state -------------------------------------------------------------------------------------------------

/** What both sides were when they last agreed. @typedef {{connect: string, portal: string}} Agreed */

/** @param {Side} side */
export const signOf = ({ state, nextState }) => `${state.name} > ${nextState?.name ?? ""}`

/**
 * Whichever side changed is followed by the other; at first, and when both did, Amazon Connect is.
 * @param {Agreed|null} agreed @param {Side} connect @param {Side} portal @returns {{agreed: Agreed, move: StateMove|null}}
 */
export function stateMove(agreed, connect, portal) {
  const now = { connect: signOf(connect), portal: signOf(portal) }
  const isPortals = agreed !== null && agreed.connect === now.connect && agreed.portal !== now.portal
  const [leads, follows, side] = isPortals ? [portal, connect, /** @type {const} */ ("connect")] : [connect, portal, /** @type {const} */ ("portal")]
  if (agreed?.connect === now.connect && agreed.portal === now.portal) return { agreed, move: null }
  const wanted = leads.nextState ?? leads.state
  const held = leads.nextState ? (follows.nextState ?? follows.state) : follows.state
  const isStale = leads.nextState === null && follows.nextState !== null
  const name = sameAs(wanted, follows.states)
  if (name === "" || (!isStale && fits(held, wanted, follows.states))) return { agreed: now, move: null }
  return { agreed: now, move: { side, name, next: leads.nextState !== null } }
}

/** The state of that name there, else the first of its type; empty: there is none. @param {CcpState} wanted @param {CcpState[]} states */
export const sameAs = ({ name, type }, states) => (states.find((one) => one.name === name) ?? states.find((one) => one.type === type))?.name ?? ""

/** @param {CcpState} held @param {CcpState} wanted @param {CcpState[]} states */
const fits = (held, wanted, states) => held.name === wanted.name || (held.type === wanted.type && !states.some((one) => one.name === wanted.name))
