// @ts-check
/** Marks in a transcript where a contact came to be another's: taken over, reassigned, put back, transferred. Pure. */

/** @typedef {import("../lib/types.js").Conversation} Conversation */
/** @typedef {{key: string, kind: "line", event: string, name: string, text: string, at: string, from: string}} Mark  `name`: who did it, `text`: to whom. */

const MARKED = ["takenOver", "reassigned", "requeued", "accepted", "queued"]

/** Of each contact the newest, as its row tells no other. @param {Conversation} held @returns {Mark[]} */
export const handovers = (held) => Object.values(held.contacts).flatMap((contact) => (contact.transfer ? markOf(contact.contactId, contact.transfer) : []))

/** @param {string} contactId @param {import("../lib/types.js").Transfer} transfer @returns {Mark[]} */
function markOf(contactId, { state, settledAt, by, sender, endpoint }) {
  if (!settledAt || !MARKED.includes(state)) return []
  const event = state === "takenOver" && !sender ? "handed.taken" : `handed.${state}`
  const name = by?.name ?? sender?.name ?? ""
  return [{ key: `handed:${contactId}:${settledAt}`, kind: "line", event, name, text: endpoint.name, at: settledAt, from: sender?.name ?? "" }]
}
