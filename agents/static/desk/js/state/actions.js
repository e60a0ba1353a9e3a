// @ts-check
/** What a supervisor can do to contacts and agents of the board: which of it fits these rows and these rights. Pure. */

/**
 * @typedef {"contact"|"agent"} Kind
 * @typedef {{contactId?: string, agentId?: string, customerName?: string, name?: string, state?: any, capacity?: number,
 *   agent?: import("../lib/types.js").Author|null, userId?: number, help?: any, priority?: number}} BoardRow
 * @typedef {"state"|"endpoint"|"priority"|"open"|"capacity"|"queues"|"first"} Field
 * @typedef {Object} Action
 * @property {string} verb
 * @property {Kind} kind
 * @property {string} needs  The permission's codename, as the page tells them.
 * @property {boolean} several  It can be done to several rows at once.
 * @property {boolean} final  It cannot be undone.
 * @property {true} [direct]  Nothing has to be asked: it is done at once.
 * @property {"seenOwner"|"seenOwners"} [seen]  The parameter that says who had the contact when it was decided.
 * @property {Field[]} fields  What has to be said besides.
 * @property {(row: BoardRow, me: Me) => boolean} fits
 * @typedef {{userId: number, may: string[], isAgent: boolean}} Me
 * @typedef {{id: string, ok: boolean, refusal?: {reason: string, why: import("../lib/types.js").Reason}|null,
 *   contacts?: {contactId: string, outcome: string}[]}} Result  `contacts`: what became of those of an agent.
 */

/** @param {BoardRow} row */
const isLive = ({ state }) => state !== "ENDED"
/** @param {BoardRow} row */
const isServed = ({ agent, state }) => Boolean(agent) && isLive({ state })

/** @type {Action[]} in the order of the menu */
export const ACTIONS = [
  { verb: "takeHelp", kind: "contact", needs: "answer_help", several: false, final: false, direct: true, fields: [], fits: ({ help }) => Boolean(help && !help.takenBy) },
  { verb: "lowerHand", kind: "contact", needs: "answer_help", several: false, final: false, direct: true, fields: [], fits: ({ help }) => Boolean(help) },
  {
    verb: "takeOver",
    kind: "contact",
    needs: "take_over",
    several: false,
    final: false,
    seen: "seenOwner",
    fields: [],
    fits: (row, { userId, isAgent }) => isAgent && isLive(row) && row.agent?.id !== userId,
  },
  { verb: "reassignContact", kind: "contact", needs: "assign_contacts", several: true, final: false, seen: "seenOwners", fields: ["endpoint"], fits: isLive },
  { verb: "requeueContact", kind: "contact", needs: "assign_contacts", several: true, final: false, seen: "seenOwners", fields: ["first"], fits: isServed },
  { verb: "setPriority", kind: "contact", needs: "assign_contacts", several: true, final: false, fields: ["priority"], fits: (row) => isLive(row) && !row.agent },
  { verb: "endContact", kind: "contact", needs: "end_contacts", several: true, final: true, fields: [], fits: isLive },
  { verb: "clearStuckContact", kind: "contact", needs: "end_contacts", several: true, final: true, fields: [], fits: () => true },
  { verb: "forceAgentState", kind: "agent", needs: "manage_agents", several: true, final: false, fields: ["state", "open"], fits: () => true },
  { verb: "setAgentCapacity", kind: "agent", needs: "manage_agents", several: false, final: false, fields: ["capacity"], fits: () => true },
  { verb: "setAgentQueues", kind: "agent", needs: "manage_agents", several: false, final: false, fields: ["queues"], fits: () => true },
  { verb: "signOutAgent", kind: "agent", needs: "manage_agents", several: true, final: true, fields: ["open"], fits: () => true },
]

/** What may be done to these rows, all of them. @param {Kind} kind @param {BoardRow[]} rows @param {Me} me @returns {Action[]} */
export const actionsFor = (kind, rows, me) =>
  ACTIONS.filter(
    (one) =>
      one.kind === kind &&
      me.may.includes(one.needs) &&
      rows.length > 0 &&
      (one.several || rows.length === 1) &&
      rows.every((row) => one.fits(row, me)),
  )

/** @param {Kind} kind @param {BoardRow} row */
export const idOf = (kind, row) => (kind === "contact" ? row.contactId : row.agentId) ?? ""

/** @param {BoardRow} row */
export const nameOf = (row) => row.customerName ?? row.name ?? ""

/**
 * The request: verbs on several take a list of ids, the others one.
 * @param {Action} action @param {BoardRow[]} rows @param {Record<string, any>} answers what the dialog asked, by parameter
 */
export function paramsOf({ verb, kind, several, seen }, rows, answers) {
  const ids = rows.map((row) => idOf(kind, row))
  const owners = rows.map((row) => row.agent?.id ?? null)
  const seenBy = seen === "seenOwner" ? owners[0] : Object.fromEntries(ids.map((id, place) => [id, owners[place]]))
  const about = { ...(several ? { [`${kind}Ids`]: ids } : { [`${kind}Id`]: ids[0] }), ...(seen ? { [seen]: seenBy } : {}) }
  const given = Object.entries(answers).filter(([name, value]) => value !== undefined && (value !== "" || name === "state"))
  return { method: verb, params: { ...about, ...Object.fromEntries(given) } }
}

/**
 * What became of each; an answer without a list is about the one row.
 * @param {Kind} kind @param {BoardRow[]} rows @param {{results?: Result[]}} answer
 */
export function outcomeOf(kind, rows, answer) {
  const results = answer.results ?? rows.map((row) => ({ id: idOf(kind, row), ok: true, refusal: null }))
  const named = new Map(rows.map((row) => [idOf(kind, row), nameOf(row)]))
  const refused = results.filter((one) => !one.ok)
  return {
    done: results.length - refused.length,
    contacts: results.flatMap((one) => one.contacts ?? []),
    refused: refused.map((one) => ({ id: one.id, name: named.get(one.id) ?? one.id, refusal: one.refusal ?? null })),
  }
}
