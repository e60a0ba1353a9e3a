// @ts-check
/**
 * What is begun and not sent, in each contact, to the customer and to the team. The server keeps it, so that it follows
 * the agent; what the server does not have yet is kept in the tab, and counts before what the server has.
 */
import { NOTHING, again, asked, heard, otherWords, typed } from "../state/drafting.js"

/**
 * @typedef {import("../lib/session_storage.js").Mode} Mode
 * @typedef {import("../lib/session_storage.js").Begun} Begun
 * @typedef {import("../state/drafting.js").Draft} Draft
 * @typedef {Object} Server
 * @property {(contactId: string) => Begun|null} told  What it has; null: the contact is not on the desk.
 * @property {(contactId: string, words: Begun) => Promise<"kept"|"refused"|"gone"|"unknown">} save
 * @property {() => boolean} live
 * @property {(contactId: string) => boolean} typing  Somebody types in this contact, in this tab.
 */

/** Words are saved when nobody has typed for so long, in milliseconds, */
export const PAUSE = 600
/** and at the latest after so long. */
export const LATEST = 2_400

/** @param {Server} server @param {Pick<import("../lib/session_storage.js").Kept, "drafts"|"setDrafts">} kept */
export function createDrafts(server, kept) {
  /** @type {Map<string, Draft>} */
  const own = new Map(Object.entries(kept.drafts()).map(([contactId, one]) => [contactId, again(one)]))
  /** When what is due was begun. @type {Map<string, {timer: ReturnType<typeof setTimeout>, since: number}>} */
  const due = new Map()

  /** @param {string} contactId @param {Draft|null} draft */
  const put = (contactId, draft) => {
    if (draft) own.set(contactId, draft)
    else own.delete(contactId)
    const toKeep = [...own].filter(([, one]) => !one.settled || one.other.reply || one.other.note)
    kept.setDrafts(Object.fromEntries(toKeep))
  }
  /** @param {string} contactId @returns {Begun} */
  const of = (contactId) => {
    const one = own.get(contactId)
    return (one && !one.settled ? one.words : null) ?? server.told(contactId) ?? NOTHING
  }

  /** @param {string} contactId */
  const save = async (contactId) => {
    clearTimeout(due.get(contactId)?.timer)
    due.delete(contactId)
    const one = own.get(contactId)
    if (!one || one.settled || one.held || one.asked || one.refused || !server.live()) return
    put(contactId, asked(one))
    const result = await server.save(contactId, one.words)
    const now = own.get(contactId)
    if (now?.words !== one.words || now.settled) return // more was typed, and is saved in its turn
    if (result === "gone") return put(contactId, null)
    put(contactId, { ...now, asked: result === "kept", kept: result === "kept", refused: result === "refused" })
    if (result === "unknown") later(contactId, LATEST)
    hear(contactId)
  }
  /** @param {string} contactId @param {number} wait @param {number} [since] */
  const later = (contactId, wait, since = Date.now()) => {
    clearTimeout(due.get(contactId)?.timer)
    due.set(contactId, { since, timer: setTimeout(() => void save(contactId), wait) })
  }
  /** @param {string} contactId */
  const hear = (contactId) => {
    const one = own.get(contactId)
    const told = server.told(contactId)
    if (!one || !told) return
    const next = heard(one, told, server.typing(contactId))
    if (next === one) return
    put(contactId, next)
    if (next.words !== one.words && !next.settled && !next.held) later(contactId, PAUSE)
  }
  /** @param {string} contactId @param {Mode} mode */
  const other = (contactId, mode) => otherWords(own.get(contactId), mode, of(contactId)[mode])
  /** @param {string} contactId @param {Mode} mode @param {string} text */
  const set = (contactId, mode, text) => {
    const before = of(contactId)
    if (before[mode] === text) return
    put(contactId, typed(own.get(contactId), server.told(contactId), { ...before, [mode]: text }))
    // What was sent is a draft no more, on any machine.
    if (!text) return void save(contactId)
    const since = due.get(contactId)?.since ?? Date.now()
    later(contactId, Math.max(0, Math.min(PAUSE, since + LATEST - Date.now())), since)
  }
  /** @param {string} contactId @param {Mode} mode @param {string} words */
  const setOther = (contactId, mode, words) => {
    const one = own.get(contactId)
    if (one) put(contactId, { ...one, held: false, other: { ...one.other, [mode]: words } })
  }

  return {
    /** @param {string} contactId @param {Mode} [mode] */
    of: (contactId, mode = "reply") => of(contactId)[mode],
    /** Both, as they would be saved. @param {string} contactId */
    both: of,
    /** What its card shows of it. @param {{contactId: string, draft: Begun}} card */
    mark({ contactId, draft }) {
      const one = own.get(contactId)
      const { reply, note } = one && !one.settled ? one.words : draft
      return reply || note
    },
    set,
    /** Words that another machine has displaced, or that wait there; empty: none. */
    other,
    /** Show them, and keep what was shown instead. @param {string} contactId @param {Mode} mode */
    swap(contactId, mode) {
      const [shown, hidden] = [of(contactId)[mode], other(contactId, mode)]
      if (!hidden) return
      set(contactId, mode, hidden)
      setOther(contactId, mode, shown)
    },
    /** What is shown counts. @param {string} contactId @param {Mode} mode */
    drop(contactId, mode) {
      setOther(contactId, mode, "")
      void save(contactId)
    },
    /** The line is back, or the page goes: what the server may lack it gets now. */
    flush() {
      for (const contactId of [...own.keys()]) void save(contactId)
    },
    /** The server's word has changed. */
    settle: () => [...own.keys()].forEach(hear),
  }
}

/** @typedef {ReturnType<typeof createDrafts>} Drafts */
