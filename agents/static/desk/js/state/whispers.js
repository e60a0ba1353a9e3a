// @ts-check
/** What supervisors and the serving agent write to each other beside a conversation; the customer never reads it. Pure. */

/**
 * @typedef {import("../lib/types.js").Author} Author
 * @typedef {{whisperId: string, contactId: string, author: Author|null, text: string, at: string, clientToken: string}} Whisper
 */

/** Whispers of one author further apart than this have a head of their own, in milliseconds. */
const TOGETHER = 180_000

/** The whispers of a contact, the oldest first. @param {import("../lib/types.js").State} state @param {string} contactId @returns {Whisper[]} */
export const threadOf = ({ whispers }, contactId) =>
  Object.values(whispers)
    .flat()
    .filter((one) => one.contactId === contactId)
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at) || (a.whisperId < b.whisperId ? -1 : 1))

/** How many of others came after the one that was read last. @param {Whisper[]} thread @param {string} readId @param {number|null} me */
export const unheard = (thread, readId, me) =>
  thread.slice(thread.findIndex((one) => one.whisperId === readId) + 1).filter((one) => one.author?.id !== me).length

/** As they are drawn: the name stands above the first of several. @param {Whisper[]} thread @param {number|null} me */
export const linesOf = (thread, me) =>
  thread.map((one, place) => {
    const before = thread[place - 1]
    const named = !before || before.author?.id !== one.author?.id || Date.parse(one.at) - Date.parse(before.at) > TOGETHER
    return { key: one.whisperId, mine: one.author?.id === me, who: one.author?.name ?? "", text: one.text, at: one.at, named }
  })

/**
 * Whispers of others that are new since, of streams that were held before: those call.
 * @param {import("../lib/types.js").State} state @param {import("../lib/types.js").State} before @param {number|null} me
 */
export function freshWhispers(state, before, me) {
  if (state.whispers === before.whispers) return []
  return Object.entries(state.whispers).flatMap(([stream, list]) => {
    const known = new Set((before.whispers[stream] ?? []).map((one) => one.whisperId))
    const first = before.whispers[stream] === undefined && before.cursors[stream] === undefined
    // The first whisper of all begins its stream on an open desk; of a page that was just loaded all are old.
    if (first && Object.keys(before.cursors).length === 0) return []
    return list.filter((one) => !known.has(one.whisperId) && one.author?.id !== me)
  })
}
