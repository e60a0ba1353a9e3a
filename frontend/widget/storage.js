// @ts-check
/**
 * What a browser keeps: for all tabs who we are in the chat, for each tab what was said and is unsent. A browser that keeps
 * nothing (private mode, switched off, full) has a chat that lives as long as its page.
 */

/**
 * @typedef {import("../chat/chat.js").Kept} Kept
 * @typedef {{seat: Kept["seat"], key: string, files: boolean, ended: boolean, seen: string, rated: boolean, leaving?: string}} Shared `seen`: their newest message that was read
 * @typedef {{contact: string, items: Kept["items"], outgoing: Kept["outgoing"], receipts: Kept["receipts"], marks: Kept["marks"]}} Own
 * @typedef {{getItem: (key: string) => string | null, setItem: (key: string, value: string) => void, removeItem: (key: string) => void}} Box
 */

const MOST_ITEMS = 200

/** @returns {Box & {memory: true}} */
export function memory() {
  /** @type {Map<string, string>} */
  const kept = new Map()
  return {
    memory: true, getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value), removeItem: (key) => void kept.delete(key),
  }
}

/** A box of the browser, or one that forgets. @param {() => Box} open @returns {Box} */
export function box(open) {
  try {
    const found = open()
    found.setItem("ccp-chat", "")
    found.removeItem("ccp-chat")
    return found
  } catch {
    return memory()
  }
}

export class Memory {
  /** @param {string} site what tells two websites on one origin apart @param {Box} shared for all tabs @param {Box} tab for this one */
  constructor(site, shared, tab) {
    this.key = `ccp-chat ${site}`
    this.shared = shared
    this.tab = tab
  }

  /** Whether the chat outlives its page. */
  get lasts() {
    return !("memory" in this.shared)
  }

  /** @returns {Shared | null} */
  chat() {
    const found = read(this.shared, this.key)
    return found?.seat?.ParticipantToken ? found : null
  }

  /** @param {Shared} chat */
  keepChat(chat) {
    write(this.shared, this.key, chat)
    write(this.shared, `${this.key} last`, chat.seat.ContactId)
  }

  /** @param {Partial<Shared>} changes */
  change(changes) {
    const chat = this.chat()
    if (chat) write(this.shared, this.key, { ...chat, ...changes })
  }

  forgetChat() {
    this.shared.removeItem(this.key)
    this.tab.removeItem(this.key)
  }

  /** The contact of the chat before this one. @returns {string} */
  get last() {
    return read(this.shared, `${this.key} last`) ?? ""
  }

  /** What this tab had of the chat, as `Chat` wants it. @param {Shared} chat @returns {Kept} */
  restored(chat) {
    /** @type {Own | null} */
    const own = read(this.tab, this.key)
    const mine = own?.contact === chat.seat.ContactId ? own : null
    return {
      seat: chat.seat, ended: chat.ended, items: mine?.items ?? [], outgoing: mine?.outgoing ?? [], receipts: mine?.receipts ?? {},
      marks: mine?.marks ?? { delivered: "", read: "" }, ...(chat.leaving && { leaving: chat.leaving }),
    }
  }

  /** @param {Kept} kept */
  save({ seat, items, outgoing, receipts, marks, ended, leaving }) {
    const known = this.chat()
    if (known?.seat.ContactId !== seat.ContactId) return // another tab has begun a new chat
    write(this.tab, this.key, { contact: seat.ContactId, items: items.slice(-MOST_ITEMS), outgoing, receipts, marks })
    if (known.ended !== ended || known.leaving !== leaving) this.change({ ended, leaving })
  }

  /** What is typed, whether the window is open, whether it may sound. @param {string} name */
  word(name) {
    return read(this.tab, `${this.key} ${name}`) ?? ""
  }

  /** @param {string} name @param {string} text */
  keepWord(name, text) {
    write(this.tab, `${this.key} ${name}`, text)
  }
}

/** @param {Box} from @param {string} key @returns {any} */
function read(from, key) {
  try {
    return JSON.parse(from.getItem(key) ?? "null")
  } catch {
    return null
  }
}

/** What does not fit any more is not kept. @param {Box} into @param {string} key @param {unknown} value */
function write(into, key, value) {
  try {
    into.setItem(key, JSON.stringify(value))
  } catch {
    into.removeItem(key)
  }
}
