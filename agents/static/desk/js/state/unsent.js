// @ts-check
/** Words the server has not yet taken: kept with their clientToken, sent in order, erased when it answers. Pure. */

/**
 * @typedef {import("../lib/types.js").State} State
 * @typedef {import("../lib/types.js").Unsent} Unsent
 */

/** @param {State} state @param {Omit<Unsent, "state"|"why">} message @returns {State} */
export function queueMessage(state, message) {
  return put(state, { ...message, state: "waiting", why: "" })
}

/** What can go to the server now, oldest first. @param {State} state @returns {Unsent[]} */
export function toSend(state) {
  return Object.values(state.unsent).filter((one) => one.state === "waiting" && one.size === undefined)
}

/** The file that goes to the server next: one at a time, in the order they were chosen. @param {State} state @returns {Unsent|null} */
export function fileToSend(state) {
  const files = Object.values(state.unsent).filter((one) => one.size !== undefined)
  return files.some((one) => one.state === "asked") ? null : (files.find((one) => one.state === "waiting") ?? null)
}

/** @param {State} state @param {string} token @returns {State} */
export const setAsked = (state, token) => change(state, token, { state: "asked", why: "" })

/**
 * The server has answered sendMessage: it keeps the words now. The bubble stays until the `outgoing` frame is here,
 * unless the message was sent (or discarded) already, for then its frame has come before, or never will.
 * @param {State} state @param {string} token @param {string} told @returns {State}
 */
export function acknowledge(state, token, told) {
  return told === "sent" || told === "discarded" ? dropUnsent(state, token) : change(state, token, { state: "kept" })
}

/** @param {State} state @param {string} token @param {string} why @param {string} [reason] its code @returns {State} */
export const refuse = (state, token, why, reason = "") => change(state, token, { state: "refused", why, reason })

/** Again, with the same token: it is the same message. @param {State} state @param {string} token @returns {State} */
export const retryUnsent = (state, token) => change(state, token, { state: "waiting", why: "" })

/**
 * After a cut, or a refresh: whether the server has the words, and what became of them, is not known. Asked again with
 * the same token it says so. Files are asked for by who has their bytes.
 * @param {State} state @returns {State}
 */
export function unsettled(state) {
  const open = Object.values(state.unsent).filter(
    (one) => (one.state === "asked" || one.state === "kept") && one.size === undefined,
  )
  return open.reduce((held, one) => retryUnsent(held, one.clientToken), state)
}

/** @param {State} state @param {string} token @returns {State} */
export function dropUnsent(state, token) {
  const { [token]: gone, ...unsent } = state.unsent
  return gone ? { ...state, unsent } : state
}

/** @param {State} state @param {string} token @param {Partial<Unsent>} to @returns {State} */
function change(state, token, to) {
  return state.unsent[token] ? put(state, { ...state.unsent[token], ...to }) : state
}

/** @param {State} state @param {Unsent} one @returns {State} */
const put = (state, one) => ({ ...state, unsent: { ...state.unsent, [one.clientToken]: one } })
