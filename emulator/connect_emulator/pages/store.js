// @ts-check
/** What this tab keeps over a refresh: who we are in the chat, what was said, what is not yet sent, and the draft. */

/** @typedef {import("./frontend/chat/chat.js").Kept} Kept */

const CHAT = "customer.chat"
const DRAFT = "customer.draft"

/** @param {Storage} storage */
export function store(storage) {
  return {
    /** @returns {Kept | null} */
    load() {
      try {
        return JSON.parse(storage.getItem(CHAT) ?? "null")
      } catch {
        return null
      }
    },

    /** A full storage must not lose what is unsent: the transcript can be asked for again. @param {Kept} kept */
    save(kept) {
      try {
        storage.setItem(CHAT, JSON.stringify(kept))
      } catch {
        storage.setItem(CHAT, JSON.stringify({ ...kept, items: [] }))
      }
    },

    clear: () => storage.removeItem(CHAT),

    /** @returns {Record<string, string>} the words in the fields, by field */
    drafts: () => JSON.parse(storage.getItem(DRAFT) ?? "{}"),

    /** @param {string} field @param {string} text */
    draft(field, text) {
      storage.setItem(DRAFT, JSON.stringify({ ...this.drafts(), [field]: text }))
    },
  }
}
