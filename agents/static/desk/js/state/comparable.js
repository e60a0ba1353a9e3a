// @ts-check
/** What two states must agree on when one came by frames and the other by a fresh snapshot. For tests. Pure. */
import { byTime } from "./items.js"

/**
 * @typedef {import("../lib/types.js").State} State
 * @typedef {import("../lib/types.js").Conversation} Conversation
 */

/**
 * Left out: cursors (a number may belong to a change nobody sees), what only this tab knows (typing, unsent, wanted,
 * gaps, tokens), and items before the tail that both hold (a snapshot is a tail, frames make it longer).
 * @param {State} state @param {State} other
 */
export function comparable(state, other) {
  const conversations = Object.entries(state.conversations).map(([id, held]) => [
    id,
    ofConversation(held, other.conversations[id]),
  ])
  return {
    agent: state.agent,
    viewing: state.viewing,
    agentContacts: state.agentContacts,
    conversations: Object.fromEntries(conversations),
  }
}

/** @param {Conversation} held @param {Conversation|undefined} other */
function ofConversation(held, other) {
  const firsts = [held.items[0], other?.items[0]].filter((item) => item !== undefined)
  const from = firsts.toSorted(byTime).at(-1)
  const outgoing = Object.entries(held.outgoing).filter(([, one]) => one.state !== "sent")
  return {
    contacts: held.contacts,
    receipts: held.receipts,
    notes: held.notes,
    outgoing: Object.fromEntries(outgoing),
    items: held.items.filter((item) => !from || byTime(item, from) >= 0),
  }
}
