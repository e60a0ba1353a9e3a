// @ts-check
/** What a supervisor has done to this agent or their contacts, as a frame tells it: said in words. Pure. */

/**
 * @typedef {import("../lib/types.js").State} State
 * @typedef {{name: string, why: import("../lib/i18n.js").Why}} Act  `name`: the customer's; empty: it is about the agent.
 */

/** Reasons of agents/reasons.py that tell of a supervisor; with the supervisor's own words they are the `what` of a `because`. */
const THEIRS = ["taken_over", "given_away", "sent_to_queue", "ended_by", "supervisor_ended", "state_forced", "signed_out_by"]

/** @param {import("../lib/types.js").Reason|null|undefined} why */
const isTheirs = (why) => THEIRS.includes(codeOf(why) ?? "")

/** @param {import("../lib/types.js").Reason|null|undefined} why @returns {string|null|undefined} */
function codeOf(why) {
  const what = why?.code === "because" ? why.values?.what : null
  return typeof what === "object" && what ? what.code : why?.code
}

/** Null: nothing that a supervisor did just now. @param {State} state before the frame @param {import("../lib/types.js").Frame} frame @returns {Act|null} */
export function actOf(state, { method, params }) {
  if (state.cursors[params.stream] === undefined || params.seq <= state.cursors[params.stream]) return null
  if (method === "agent") {
    const { agent } = params
    return isTheirs(agent.stateWhy) && agent.stateSince !== state.agent?.stateSince ? { name: "", why: agent.stateWhy } : null
  }
  if (method !== "agentContact") return null
  const row = params.agentContact
  const before = Object.values(state.agentContacts).find((one) => one.contactId === row.contactId && one.offeredAt === row.offeredAt)
  if (!before || !isTheirs(row.why) || before.why?.code === row.why.code) return null
  return { name: before.customerName, why: row.why }
}
