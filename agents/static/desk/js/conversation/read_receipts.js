// @ts-check
/** What the agent has before their eyes counts as read; what they only pass by does not. */
import { newestUnread, unread, viewing } from "../state/index.js"

/** Walking through the list with the arrows is not reading. */
const LOOKS = 600

/**
 * @param {import("../state/store.js").Store} store @param {import("../shell/commands.js").Desk} desk
 * @param {() => boolean} live
 */
export function createReading(store, desk, live) {
  /** @type {Map<string, string>} contactId -> the newest item we have told of */
  const told = new Map()
  /** @type {{contactId: string, readNumber: number, count: number}} */
  let mark = { contactId: "", readNumber: 0, count: 0 }
  let since = 0
  let away = true

  const connected = (/** @type {string} */ contactId) =>
    Object.values(store.state.agentContacts).find((row) => row.contactId === contactId && row.state === "connected")

  /** Where unread began when the contact came into view: the divider stays there while it is looked at. */
  const setMark = (/** @type {string} */ contactId) => {
    const row = connected(contactId)
    const held = row && store.state.conversations[row.initialContactId]
    if (row && !held) return // its conversation is on the way
    const count = row ? unread(held, row.readNumber) : 0
    mark = { contactId, readNumber: row?.readNumber ?? 0, count }
    since = Date.now()
  }

  const look = () => {
    const contactId = viewing(store.state)
    if (contactId !== mark.contactId) setMark(contactId)
    if (document.hidden) {
      away = true
      return
    }
    if (away) {
      away = false
      if (newestUnread(store.state, contactId)) setMark(contactId)
    }
    const item = connected(contactId) ? newestUnread(store.state, contactId) : null
    if (!item || told.get(contactId) === item.Id || !live()) return
    if (Date.now() - since < LOOKS) return void setTimeout(look, LOOKS)
    told.set(contactId, item.Id)
    desk.read(contactId, item.Id).catch(() => told.delete(contactId))
  }

  store.watch(look)
  document.addEventListener("visibilitychange", () => {
    look()
    store.repaint()
  })
  return {
    look,
    /** @param {string} contactId */
    mark: (contactId) => (mark.contactId === contactId && mark.count > 0 ? mark : null),
  }
}
