// @ts-check
/** What rings or was missed in Amazon Connect's own CCP, as cards: the portal's server knows nothing of these contacts. Pure. */
import { isMissed, rings } from "../connect_ccp/in_step.js"

/**
 * @param {import("../connect_ccp/messages.js").Ccp|null} ccp @param {(contactId: string) => boolean} isHeld by a row of the desk
 * @returns {{offers: import("./cards.js").Card[], missed: import("./cards.js").Card[]}}
 */
export function connectCards(ccp, isHeld) {
  const others = ccp?.status === "ready" ? ccp.contacts.filter((one) => !isHeld(one.contactId)) : []
  return { offers: others.filter(rings).map((one) => cardOf(one, "connecting")), missed: others.filter(isMissed).map((one) => cardOf(one, "missed")) }
}

/** @param {import("../connect_ccp/messages.js").CcpContact} contact @param {"connecting"|"missed"} state @returns {import("./cards.js").Card} */
function cardOf(contact, state) {
  return {
    key: `connect:${contact.contactId}`,
    contactId: contact.contactId,
    initialContactId: contact.initialContactId,
    state,
    name: contact.customerName,
    queue: contact.queue.name,
    why: null,
    endReason: "",
    unread: 0,
    waitingSince: null,
    answeredAt: null,
    queuedSince: contact.queuedSince || null,
    offeredAt: contact.since,
    ringsSince: null,
    expiresAt: null, // Streams tells nobody how long it rings
    acceptedAt: null,
    endedAt: state === "missed" ? contact.since : null,
    last: null,
    draft: { reply: "", note: "" },
    failed: 0,
    typing: false,
    handing: null,
    takesMarkdown: false,
    relayed: true,
    work: { disposition: null, note: "" },
    acwUntil: null,
    watchedBy: [],
    help: null,
  }
}
