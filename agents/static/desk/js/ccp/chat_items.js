// @ts-check
/**
 * What happens in the chats of a desk as ChatJS hears it: from each change of the state, the items that Amazon Connect's socket
 * would bring to an agent. Words that came before, or are paged in, are told by getTranscript and not here.
 */
import { newestRows, participantId } from "./desk_of_state.js"

/**
 * @typedef {import("../lib/types.js").State} State
 * @typedef {import("../lib/types.js").Item} Item
 * @typedef {import("../lib/types.js").Conversation} Conversation
 */

const EVENT = "application/vnd.amazonaws.connect.event."
const CHAT_ENDED = `${EVENT}chat.ended`

export class ChatItems {
  #now
  /** The Number of the last item told, by conversation. @type {Map<string, number>} */
  #told = new Map()
  /** Files whose bytes Amazon Connect has still to look at. @type {Set<string>} */
  #scanned = new Set()

  /** @param {() => number} now */
  constructor(now) {
    this.#now = now
  }

  /** The JSON texts that this change brings. @param {State} state @param {State} before @returns {string[]} */
  after(state, before) {
    const items = [...this.#items(state), ...this.#typing(state, before), ...this.#receipts(state, before), ...this.#ends(state, before)]
    return items.map((item) => JSON.stringify(item))
  }

  /** @param {State} state */
  #items(state) {
    return Object.entries(state.conversations).flatMap(([id, held]) => {
      const told = this.#told.get(id)
      if (told === undefined) return this.#begin(id, held)
      const fresh = held.items.filter((item) => item.Number > told).sort((a, b) => a.Number - b.Number)
      const late = fresh.findIndex((item) => isUnclaimed(item, held))
      const due = late < 0 ? fresh : fresh.slice(0, late)
      if (due.length > 0) this.#told.set(id, due[due.length - 1].Number)
      const heard = due.filter((item) => !this.#waits(item) && item.ContentType !== CHAT_ENDED) // see #ends
      return [...this.#files(held), ...heard].map((item) => chatItem(item, state))
    })
  }

  /** @param {string} id @param {Conversation} held @returns {never[]} */
  #begin(id, held) {
    this.#told.set(id, Math.max(0, ...held.items.map((item) => item.Number)))
    for (const item of held.items) this.#waits(item)
    return []
  }

  /** Files that have meanwhile been looked at. @param {Conversation} held */
  #files(held) {
    const done = held.items.filter((item) => this.#scanned.has(item.Id) && !isScanned(item))
    for (const { Id } of done) this.#scanned.delete(Id)
    return done
  }

  /** @param {Item} item */
  #waits(item) {
    if (isScanned(item)) this.#scanned.add(item.Id)
    return isScanned(item)
  }

  /** The chat is over for this agent, whether or not the customer's goes on: ChatJS waits for that word. @param {State} state @param {State} before */
  #ends(state, before) {
    if (state.agentContacts === before.agentContacts) return []
    const serves = new Map(newestRows(state).map((row) => [row.contactId, row.state]))
    const over = newestRows(before).filter((row) => row.state === "connected" && serves.get(row.contactId) !== "connected")
    return over.map(({ contactId, initialContactId }) => ({
      ...this.#event(`ended-${contactId}-${this.#now()}`, contactId, initialContactId), Type: "EVENT", ContentType: CHAT_ENDED,
    }))
  }

  /** @param {State} state @param {State} before */
  #typing(state, before) {
    if (state.typing === before.typing) return []
    const fresh = Object.values(state.typing).filter((one) => one.until !== before.typing[one.participantId]?.until)
    return fresh.map(({ participantId: id, contactId, role, name }) => ({
      ...this.#event(`typing-${id}-${this.#now()}`, contactId, initialOf(state, contactId)),
      Type: "EVENT", ContentType: `${EVENT}typing`, ParticipantId: id, ParticipantRole: role, DisplayName: name,
    }))
  }

  /** The portal learns up to where the customer has read, not when: it is told when it is known. @param {State} state @param {State} before */
  #receipts(state, before) {
    return Object.entries(state.conversations).flatMap(([id, held]) => {
      const old = before.conversations[id]?.receipts
      if (!old || held.receipts === old) return []
      return Object.entries(held.receipts).flatMap(([key, receipt]) => {
        if (receipt.role !== "CUSTOMER") return []
        const { deliveredId, readId } = receipt
        const [delivered, read] = [deliveredId !== old[key]?.deliveredId && deliveredId, readId !== old[key]?.readId && readId]
        return [
          ...(delivered ? [this.#receipt(receipt, id, delivered, "DeliveredTimestamp")] : []),
          ...(read ? [this.#receipt(receipt, id, read, "ReadTimestamp")] : []),
        ]
      })
    })
  }

  /** @param {import("../lib/types.js").Receipt} receipt @param {string} initialId @param {string} messageId @param {string} what */
  #receipt({ contactId, participantId: id }, initialId, messageId, what) {
    const event = this.#event(`${messageId}-${what}`, contactId, initialId)
    return {
      ...event,
      Type: "MESSAGEMETADATA", ContentType: `${EVENT}message.metadata`,
      MessageMetadata: { MessageId: messageId, Receipts: [{ RecipientParticipantId: id, [what]: event.AbsoluteTime }] },
    }
  }

  /** @param {string} Id @param {string} contactId @param {string} initialId */
  #event(Id, contactId, initialId) {
    return { Id, AbsoluteTime: new Date(this.#now()).toISOString(), ContactId: contactId, InitialContactId: initialId }
  }
}

/** An item as an agent's page knows it: who wrote it is a person there, not the portal's participant. @param {Item} item @param {State} state */
export function chatItem(item, { supervisors }) {
  const { Number: _number, Seq: _seq, Author, Rich: _rich, Attachments, ...told } = item
  const about = { ...told, ...(Attachments?.length ? { Attachments } : {}) }
  if (!Author) return { ...about, ParticipantRole: told.ParticipantRole === "CUSTOM_BOT" ? "AGENT" : told.ParticipantRole }
  return {
    ...about,
    ParticipantId: participantId(Author.id, item.ContactId),
    ParticipantRole: supervisors.includes(Author.id) ? "SUPERVISOR" : "AGENT",
    DisplayName: Author.name,
  }
}

/** Words of this desk that Amazon Connect has sent back before it answered: whose they are is told in a moment. @param {Item} item @param {Conversation} held */
function isUnclaimed(item, held) {
  if (item.Author || item.ParticipantRole === "CUSTOMER" || item.Type === "EVENT") return false
  const words = item.Content ?? item.Attachments[0]?.AttachmentName
  return Object.values(held.outgoing).some((one) => !one.itemId && one.content === words && one.state !== "failed")
}

/** @param {State} state @param {string} contactId */
function initialOf({ conversations }, contactId) {
  return Object.keys(conversations).find((id) => Object.hasOwn(conversations[id].contacts, contactId)) ?? contactId
}

/** @param {Item} item */
function isScanned({ Type, Attachments }) {
  return Type === "ATTACHMENT" && (Attachments ?? []).some((/** @type {any} */ one) => one.Status === "IN_PROGRESS")
}
