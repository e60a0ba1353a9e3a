// @ts-check
/**
 * Signing in by a token in the address of the frame (`#t=…`), which a third party's backend has got for its agent (agents/ccp/embed.py).
 * The frame that shows nothing holds its session itself, as long as its tab lives; the desk gets it by cookie.
 */

/** @typedef {{session: string, page: any}} Held */

const KEPT = "ccp-portal.frame-session"
const WHERE = "/connect/session"

/** The token in the address, which it leaves. @returns {string} */
export function takeToken() {
  const token = new URLSearchParams(location.hash.slice(1)).get("t") ?? ""
  if (token) history.replaceState(null, "", location.pathname + location.search)
  return token
}

/** Whether the browser has the session's cookie now. @param {string} token */
export async function signInByCookie(token) {
  return (await redeem({ token, cookie: true })) !== null
}

/** By the token, or as before in this tab: Streams may have loaded the frame anew. @param {string} token @returns {Promise<Held | null>} */
export async function signInHere(token) {
  const held = token ? await redeem({ token }) : null
  if (held) sessionStorage.setItem(KEPT, JSON.stringify(held))
  return held ?? JSON.parse(sessionStorage.getItem(KEPT) ?? "null")
}

export function forgetSession() {
  sessionStorage.removeItem(KEPT)
}

/** @param {string} session */
export async function endSession(session) {
  forgetSession()
  await fetch(WHERE, { method: "DELETE", headers: { authorization: `Bearer ${session}` } }).catch(() => null)
}

/** @param {object} asked @returns {Promise<any>} null: the token is over */
async function redeem(asked) {
  const headers = { "content-type": "application/json" }
  const answer = await fetch(WHERE, { method: "POST", headers, body: JSON.stringify(asked) }).catch(() => null)
  return answer?.ok ? answer.json() : null
}
