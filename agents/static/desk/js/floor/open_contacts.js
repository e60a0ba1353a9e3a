// @ts-check
/** What becomes of an agent's open contacts when a supervisor sets the agent's state or signs them out: before it, and after. */
import { fill, gettext, ngettext, say } from "../lib/i18n.js"

/** @typedef {import("../state/actions.js").BoardRow & {queue?: string, load?: number, watchers?: import("../lib/types.js").Author[]}} Row */

/** So many are named; the rest is counted. */
const MOST = 8

/** A line for each contact. @param {string} verb @param {boolean} requeue @param {Row[]} agents @param {(userId: number) => Row[]} contactsOf */
export function fatesOf(verb, requeue, agents, contactsOf) {
  if (verb !== "forceAgentState" && verb !== "signOutAgent") return []
  const contacts = agents.flatMap((agent) => contactsOf(agent.userId ?? 0).map((row) => fate(row, verb, requeue)))
  const open = agents.reduce((sum, agent) => sum + Number(agent.load ?? 0), 0)
  const shown = contacts.slice(0, MOST)
  const more = Math.max(open, contacts.length) - shown.length
  return more > 0 && shown.length > 0 ? [...shown, fill(ngettext("and %(n)s more", "and %(n)s more", more), { n: more })] : shown
}

/** @param {Row} row @param {string} verb @param {boolean} requeue */
function fate(row, verb, requeue) {
  const name = row.customerName || gettext("Customer")
  return [becomes(row, name, verb, requeue), watched(row)].filter(Boolean).join(" ")
}

/** @param {Row} row @param {string} name @param {string} verb @param {boolean} requeue */
function becomes({ state, queue, agent }, name, verb, requeue) {
  if (state === "OFFERED" && (verb === "signOutAgent" || requeue)) return say("%(name)s: the offer is taken back.", { name })
  if (state === "OFFERED") return say("%(name)s: the offer is taken back if the state takes no contacts.", { name })
  if (requeue) return say("%(name)s goes back to %(queue)s, first in line.", { name, queue: queue ?? "" })
  return say("%(name)s stays with %(agent)s.", { name, agent: agent?.name ?? "" })
}

/** @param {Row} row */
function watched({ watchers }) {
  if (!watchers?.length) return ""
  return say("Watched by %(names)s, who go on watching.", { names: watchers.map((one) => one.name).join(", ") })
}

/** What became of them. @param {{contactId: string, outcome: string}[]} outcomes @param {(contactId: string) => Row|undefined} row */
export function becameOf(outcomes, row) {
  /** @type {Record<string, (name: string) => string>} */
  const words = {
    kept: (name) => say("%(name)s stayed.", { name }),
    requeued: (name) => say("%(name)s waits in the queue again.", { name }),
    withdrawn: (name) => say("The offer of %(name)s was taken back.", { name }),
  }
  return outcomes.slice(0, MOST).flatMap(({ contactId, outcome }) => words[outcome]?.(row(contactId)?.customerName || gettext("Customer")) ?? [])
}
