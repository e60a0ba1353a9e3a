// @ts-check
/**
 * The website's other tabs: the one in front holds the line, for Connect gives a participant five websockets only. A tab
 * behind rests when another comes to the front, and goes on when that one goes or it is looked at itself.
 */

/** @param {string} key @param {{onRest: () => void, onWake: () => void, onShared: () => void}} told `onShared`: another tab has kept something */
export function watchTabs(key, { onRest, onWake, onShared }) {
  const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(key)
  const front = () => document.visibilityState === "visible"
  const tell = (/** @type {string} */ word) => channel?.postMessage(word)
  const stopping = new AbortController()
  const { signal } = stopping
  if (channel) channel.onmessage = ({ data }) => (data === "front" ? !front() && onRest() : onWake())
  document.addEventListener("visibilitychange", () => {
    if (!front()) return
    tell("front")
    onWake()
  }, { signal })
  addEventListener("pagehide", () => tell("gone"), { signal })
  addEventListener("storage", (event) => event.key === key && onShared(), { signal })
  for (const event of ["online", "offline", "focus", "pageshow"]) addEventListener(event, onWake, { signal })
  if (front()) tell("front")
  return () => {
    tell("gone")
    stopping.abort()
    channel?.close()
  }
}
