// @ts-check
/** What the newest transfer of a contact means to the agent whose card it is. Pure. */

/**
 * @typedef {import("../lib/types.js").AgentContact} AgentContact
 * @typedef {import("../lib/types.js").Contact} Contact
 * @typedef {Object} Handing
 * @property {"asking"|"declined"|"missed"|"withdrawn"|"offered"|"received"} kind
 *   `asking`, then how it came back: this agent hands it on. `offered`, `received`: somebody hands it on to them.
 * @property {string} from  Who hands it on.
 * @property {string} to  The colleague or the queue.
 * @property {boolean} queued  It went to a queue.
 * @property {string} comment
 * @property {import("../lib/i18n.js").Why|null} why
 * @property {string} askedAt
 * @property {string|null} settledAt
 */

/** How long a transfer that came back is still told, in milliseconds: then it is old news. */
const NEWS = 300_000

/** @param {AgentContact} row @param {Contact|undefined} contact @returns {Handing|null} */
export function handingOf(row, contact) {
  const transfer = contact && contact.round === row.round ? contact.transfer : null
  const kind = transfer ? kindOf(row, contact?.owner ?? null, transfer) : null
  if (!transfer || !kind) return null
  const { endpoint, sender, comment, why, askedAt, settledAt } = transfer
  const queued = endpoint.type === "queue"
  return { kind, from: sender?.name ?? "", to: endpoint.name, queued, comment, why, askedAt, settledAt }
}

/**
 * A card that is connected is its owner's: whose transfer it is needs no other sign.
 * @param {AgentContact} row @param {Contact["owner"]} owner @param {import("../lib/types.js").Transfer} transfer
 * @returns {Handing["kind"]|null}
 */
function kindOf({ state }, owner, transfer) {
  const mine = transfer.sender !== null && transfer.sender.id === owner?.id
  if (state === "connecting") return transfer.state === "offered" || transfer.state === "queued" ? "offered" : null
  if (state !== "connected") return null
  if (transfer.state === "queued") return "received"
  if (transfer.state === "accepted") return mine ? null : "received"
  if (transfer.state === "offered") return "asking"
  return mine ? transfer.state : null
}

/** Whether there is something to tell now. @param {Handing|null} handing @param {number} now */
export const isNews = (handing, now) =>
  handing !== null &&
  (handing.settledAt === null ||
    ["received", "offered"].includes(handing.kind) ||
    now - Date.parse(handing.settledAt) < NEWS)
