// @ts-check
/** Several tabs of one agent are one desk: one of them calls, and none calls an agent who looks at another. */

const CALLS = "ccp-calls"
const LOOKS = "ccp-looks"
/** http on another host than this one: no locks there, every tab is alone. */
const locks = navigator.locks

let mine = !locks
let lookAway = () => {}

/** Is this the one tab that calls? Another takes over when it closes. */
export const calls = () => mine

/** Does the agent look at the desk, in whichever tab? */
export async function someoneLooks() {
  if (!document.hidden || !locks) return !document.hidden
  const { held = [] } = await locks.query()
  return held.some(({ name }) => name === LOOKS)
}

function look() {
  lookAway()
  if (document.hidden) return
  const looking = new AbortController()
  const { signal } = looking
  lookAway = () => looking.abort()
  const away = () => new Promise((over) => signal.addEventListener("abort", over))
  locks.request(LOOKS, { mode: "shared", signal }, away).catch(() => {}) // looked away before it was granted
}

export function initTabs() {
  if (!locks) return
  void locks.request(CALLS, () => {
    mine = true
    return new Promise(() => {})
  })
  document.addEventListener("visibilitychange", look)
  look()
}
