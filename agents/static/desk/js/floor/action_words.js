// @ts-check
/** What each of a supervisor's actions is called, what it asks, and what it brings about. */
import { fill, gettext, ngettext, say } from "../lib/i18n.js"

/** @typedef {import("../state/actions.js").BoardRow} BoardRow */

/** @type {Record<string, {icon: string, word: string, title: (name: string) => string, yes: string}>} */
export const WORDS = {
  takeHelp: {
    icon: "hand",
    word: gettext("I am coming to help"),
    title: (name) => say("Help with %(name)s?", { name }),
    yes: gettext("Tell the agent"),
  },
  lowerHand: {
    icon: "tick",
    word: gettext("Lower the hand"),
    title: (name) => say("Lower the hand on %(name)s?", { name }),
    yes: gettext("Lower the hand"),
  },
  takeOver: {
    icon: "take",
    word: gettext("Take over"),
    title: (name) => say("Take over %(name)s?", { name }),
    yes: gettext("Take over"),
  },
  reassignContact: {
    icon: "transfer",
    word: gettext("Reassign…"),
    title: (name) => say("Reassign %(name)s", { name }),
    yes: gettext("Reassign"),
  },
  requeueContact: {
    icon: "list",
    word: gettext("Back to the queue…"),
    title: (name) => say("Put %(name)s back in the queue?", { name }),
    yes: gettext("Back to the queue"),
  },
  setPriority: {
    icon: "flag",
    word: gettext("Priority…"),
    title: (name) => say("Priority of %(name)s", { name }),
    yes: gettext("Set priority"),
  },
  endContact: {
    icon: "end",
    word: gettext("End chat…"),
    title: (name) => say("End the chat with %(name)s?", { name }),
    yes: gettext("End chat"),
  },
  clearStuckContact: {
    icon: "trash",
    word: gettext("Clear stuck contact…"),
    title: (name) => say("Clear %(name)s as stuck?", { name }),
    yes: gettext("Clear"),
  },
  forceAgentState: {
    icon: "user",
    word: gettext("Set state…"),
    title: (name) => say("Set the state of %(name)s", { name }),
    yes: gettext("Set state"),
  },
  setAgentCapacity: {
    icon: "cards",
    word: gettext("Chats at once…"),
    title: (name) => say("How many chats at once for %(name)s?", { name }),
    yes: gettext("Save"),
  },
  setAgentQueues: {
    icon: "list",
    word: gettext("Queues…"),
    title: (name) => say("Queues of %(name)s", { name }),
    yes: gettext("Save"),
  },
  signOutAgent: {
    icon: "end",
    word: gettext("Sign out…"),
    title: (name) => say("Sign out %(name)s?", { name }),
    yes: gettext("Sign out"),
  },
}

/** What becomes of it, before it is done. @param {string} verb @param {BoardRow[]} rows */
export function consequence(verb, rows) {
  /** @type {Record<string, string>} */
  const known = {
    takeHelp: gettext("The agent sees that you are coming, and other supervisors are no longer called."),
    lowerHand: gettext("The agent is told. They can raise it again."),
    takeOver: gettext("You become the agent of this contact. Its agent is told, stops serving it, and you wrap up."),
    reassignContact: gettext("Its agent is told and stops serving it. Nobody is asked first."),
    requeueContact: gettext("Its agent is told and stops serving it. The customer waits for the next agent."),
    setPriority: gettext("1 is served before all others, 5 is usual. It counts while the customer waits."),
    endContact: gettext("The customer is told that the chat has ended. This cannot be undone."),
    clearStuckContact: gettext("The portal lets go of the contact, whatever Amazon Connect says of it. This cannot be undone."),
    forceAgentState: gettext("It holds on all devices of the agent, until they or a supervisor choose another. The agent is told."),
    setAgentCapacity: gettext("Contacts that are open stay open. Empty: as the routing profile says."),
    setAgentQueues: gettext("The routing profile says which queues the agent serves. Contacts that are open stay open."),
    signOutAgent: gettext("All their devices are signed out, and they are told."),
  }
  return [known[verb] ?? "", ...openWords(verb, rows)].join(" ")
}

/** @param {string} verb @param {BoardRow[]} rows */
function openWords(verb, rows) {
  if (verb !== "signOutAgent" && verb !== "forceAgentState") return []
  const open = rows.reduce((sum, row) => sum + Number(/** @type {any} */ (row).load ?? 0), 0)
  return open > 0 ? [fill(ngettext("%(n)s contact is open.", "%(n)s contacts are open.", open), { n: open })] : [gettext("No contact is open.")]
}

/** @param {string} verb @param {number} n */
export function doneWords(verb, n) {
  /** @type {Record<string, string>} */
  const known = {
    takeHelp: gettext("The agent sees that you are coming."),
    lowerHand: gettext("The hand is lowered."),
    takeOver: gettext("The contact is yours: it is on your desk."),
    reassignContact: ngettext("%(n)s contact was reassigned.", "%(n)s contacts were reassigned.", n),
    requeueContact: ngettext("%(n)s contact waits in its queue again.", "%(n)s contacts wait in their queues again.", n),
    setPriority: gettext("The priority is set."),
    endContact: ngettext("%(n)s chat was ended.", "%(n)s chats were ended.", n),
    clearStuckContact: ngettext("%(n)s contact was cleared.", "%(n)s contacts were cleared.", n),
    forceAgentState: gettext("The state is set."),
    setAgentCapacity: gettext("The number of chats at once is set."),
    setAgentQueues: gettext("The queues are set."),
    signOutAgent: ngettext("%(n)s agent was signed out.", "%(n)s agents were signed out.", n),
  }
  return fill(known[verb] ?? "", { n })
}
