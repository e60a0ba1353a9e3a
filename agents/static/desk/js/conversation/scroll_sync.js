// @ts-check
/** Where the agent reads in each contact: told to the server, and taken from it in the contacts that this tab does not show. */
import { cardOf, viewing } from "../state/index.js"

/**
 * @typedef {import("../lib/types.js").Place} Told
 * @typedef {import("./transcript.js").Place} Place
 */

/** Whoever scrolls on is not there yet. */
const STAYS = 1_200
/** So many pages of the transcript are fetched to find where somebody has read on another machine. */
const MOST_PAGES = 5
/** Lines that only this tab draws. */
const HERE_ONLY = new Set(["new", "gap"])
/** Rows that are no items: they come with the items around them. */
const NO_ITEM = /^(day|group|bot|note):|^(new|gap)$/

/**
 * @param {import("../state/store.js").Store} store @param {import("../shell/commands.js").Desk} desk
 * @param {ReturnType<typeof import("./conversation.js").createConversation>} conversation
 * @param {() => boolean} live
 */
export function createPlaces(store, desk, conversation, live) {
  /** @type {Map<string, {place: Place, timer: ReturnType<typeof setTimeout>}>} */
  const due = new Map()

  /** Contacts that this tab has shown. @type {Set<string>} */
  const opened = new Set()
  let reaching = ""

  /** The place may be before what this tab holds. @param {string} contactId @param {string} initialContactId @param {Told} place */
  const reach = async (contactId, initialContactId, place) => {
    const held = () => store.state.conversations[initialContactId]
    const missing = () => held()?.earlier && !held().items.some((item) => item.Id === place.key.split("#")[0])
    if (NO_ITEM.test(place.key) || !missing()) return
    reaching = contactId
    for (let page = 0, count = 0; page < MOST_PAGES && missing() && held().items.length !== count; page += 1) {
      count = held().items.length
      await desk.earlier(contactId, initialContactId)
    }
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        reaching = ""
        if (conversation.shown?.id === contactId && conversation.place?.end) conversation.reveal(place.key, "start")
      }),
    )
  }
  /** @param {import("../lib/types.js").State} state */
  const open = (state) => {
    const contactId = viewing(state)
    const row = contactId && !opened.has(contactId) ? rowOf(state, contactId) : undefined
    if (!row || !live() || !state.conversations[row.initialContactId]) return
    opened.add(contactId)
    if (row.draft?.place) void reach(contactId, row.initialContactId, row.draft.place)
  }

  /** @param {string} contactId */
  const save = (contactId) => {
    const one = due.get(contactId)
    clearTimeout(one?.timer)
    due.delete(contactId)
    const row = rowOf(store.state, contactId)
    if (!one || !row || HERE_ONLY.has(one.place.anchor?.key ?? "")) return
    const held = store.state.conversations[row.initialContactId]
    const place = toServer(one.place, held?.tokens ?? {})
    if (place?.key !== row.draft?.place?.key || place?.top !== row.draft?.place?.top) desk.savePlace(contactId, place)
  }
  /** A contact that this tab shows stays where it is: somebody reads it. @param {import("../lib/types.js").State} after @param {import("../lib/types.js").State} before */
  const take = (after, before) => {
    if (viewing(after) !== viewing(before)) save(viewing(before))
    open(after)
    if (after.agentContacts === before.agentContacts) return
    for (const [key, row] of Object.entries(after.agentContacts)) {
      const place = row.draft?.place
      if (place === before.agentContacts[key]?.draft?.place || due.has(row.contactId)) continue
      const shown = conversation.shown?.id === row.contactId && conversation.shown.rows.length > 0
      if (!shown) conversation.setPlace(row.contactId, toTab(place, after.conversations[row.initialContactId]?.tokens ?? {}))
    }
  }
  store.watch(take)

  return {
    /** The line is back. */
    look: () => open(store.state),
    /** The agent has scrolled. @param {string} contactId @param {Place} place */
    moved(contactId, place) {
      if (contactId === reaching) return
      clearTimeout(due.get(contactId)?.timer)
      due.set(contactId, { place, timer: setTimeout(() => save(contactId), STAYS) })
    },
  }
}

/** @param {import("../lib/types.js").State} state @param {string} contactId */
const rowOf = (state, contactId) => {
  const key = cardOf(state, contactId)?.key
  return key ? state.agentContacts[key] : undefined
}

/**
 * On screen a message that was written here goes by its token; everywhere else by its Id.
 * @param {Place} place @param {Record<string, string>} tokens Id -> token @returns {Told|null}
 */
export function toServer({ anchor, end }, tokens) {
  if (end || !anchor?.key) return null
  const known = Object.entries(tokens).find(([, token]) => token === anchor.key)
  return { key: known?.[0] ?? anchor.key, top: Math.round(anchor.top) }
}

/** @param {Told|null|undefined} place @param {Record<string, string>} tokens @returns {Place} */
export function toTab(place, tokens) {
  if (!place) return { anchor: null, end: true }
  return { anchor: { key: tokens[place.key] ?? place.key, top: place.top }, end: false }
}
