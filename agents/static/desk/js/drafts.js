// @ts-check
/**
 * What is begun and not sent, in each contact, to the customer and to the team. The server keeps it, so that it follows
 * the agent; what the server does not have yet is kept in the tab, and counts before what the server has.
 */

/**
 * @typedef {import("./kept.js").Mode} Mode
 * @typedef {import("./kept.js").Begun} Begun
 * @typedef {{words: Begun, asked: boolean, kept: boolean, refused: boolean, since: number, told: Begun|null}} Entry
 *   Words the server may not have yet; `told`: what it said it had when they were sent.
 * @typedef {Object} Server
 * @property {(contactId: string) => Begun|null} told  What it has; null: the contact is not on the desk.
 * @property {(contactId: string, words: Begun) => Promise<"kept"|"refused"|"gone"|"unknown">} save
 * @property {() => boolean} live
 */

/** Words are saved when nobody has typed for so long, in milliseconds, */
export const PAUSE = 600
/** and at the latest after so long. */
export const LATEST = 2_400

/** @type {Begun} */
const NOTHING = { reply: "", note: "" }

/** @param {Server} server @param {Pick<import("./kept.js").Kept, "begun"|"setBegun">} kept */
export function createDrafts(server, kept) {
  /** @type {Map<string, Entry>} */
  const own = new Map(Object.entries(kept.begun()).map(([contactId, words]) => [contactId, entry(words)]))
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  const due = new Map()

  const keep = () => kept.setBegun(Object.fromEntries([...own].map(([contactId, { words }]) => [contactId, words])))
  /** @param {string} contactId @returns {Begun} */
  const of = (contactId) => own.get(contactId)?.words ?? server.told(contactId) ?? NOTHING

  /** @param {string} contactId */
  const save = async (contactId) => {
    clearTimeout(due.get(contactId))
    due.delete(contactId)
    const one = own.get(contactId)
    if (!one || one.asked || one.refused || !server.live()) return
    one.asked = true
    one.told = server.told(contactId)
    const result = await server.save(contactId, one.words)
    if (own.get(contactId) !== one) return // more was typed, and is saved in its turn
    if (result === "gone") return forget(contactId, one)
    one.asked = one.kept = result === "kept"
    one.refused = result === "refused"
    if (result === "unknown") due.set(contactId, setTimeout(() => void save(contactId), LATEST))
    settle()
  }
  /** @param {string} contactId @param {Entry} one */
  const forget = (contactId, one) => {
    if (own.get(contactId) !== one) return
    own.delete(contactId)
    keep()
  }
  /**
   * What the server has kept and says needs no keeper here; what it has kept and then said otherwise has been changed
   * elsewhere. Before it has answered, the same words may be those from before a save that is still on its way.
   */
  const settle = () => {
    for (const [contactId, one] of own) {
      const told = server.told(contactId)
      if (one.kept && (same(told, one.words) || (told !== null && !same(one.told, told)))) forget(contactId, one)
    }
  }

  return {
    /** @param {string} contactId @param {Mode} [mode] */
    of: (contactId, mode = "reply") => of(contactId)[mode],
    /** What its card shows of it. @param {{contactId: string, draft: Begun}} card */
    mark({ contactId, draft }) {
      const { reply, note } = own.get(contactId)?.words ?? draft
      return reply || note
    },
    /** @param {string} contactId @param {Mode} mode @param {string} text */
    set(contactId, mode, text) {
      const before = of(contactId)
      if (before[mode] === text) return
      const since = due.has(contactId) ? (own.get(contactId)?.since ?? Date.now()) : Date.now()
      own.set(contactId, { ...entry({ ...before, [mode]: text }), since })
      keep()
      // What was sent is a draft no more, on any machine.
      if (!text) return void save(contactId)
      clearTimeout(due.get(contactId))
      const wait = Math.max(0, Math.min(PAUSE, since + LATEST - Date.now()))
      due.set(contactId, setTimeout(() => void save(contactId), wait))
    },
    /** The line is back, or the page goes: what the server may lack it gets now. */
    flush() {
      for (const contactId of [...own.keys()]) void save(contactId)
    },
    settle,
  }
}

/** @typedef {ReturnType<typeof createDrafts>} Drafts */

/** @param {Begun} words @returns {Entry} */
const entry = (words) => ({ words, asked: false, kept: false, refused: false, since: 0, told: null })

/** @param {Begun|null} a @param {Begun} b */
const same = (a, b) => a !== null && a.reply === b.reply && a.note === b.note
