// @ts-check
/**
 * Streams opens the CCP's address in a window of its own when an agent has to sign in. Once they have, that window tells the frame,
 * which loads anew: by then the browser may show it the session.
 */

const SIGNED_IN = "ccp-portal.signed-in"

/** In the window: the frame stands in the page that opened it, under the name that Streams gives it. */
export function tellOpener() {
  if (window.parent !== window || !window.opener) return
  try {
    window.opener["Amazon Connect CCP"]?.postMessage(SIGNED_IN, location.origin)
  } catch {
    // the opener has no frame of this name, or it is another site's
  }
}

/** In the frame, while nobody is signed in. */
export function hearWindow() {
  window.addEventListener("message", ({ origin, data }) => {
    if (origin === location.origin && data === SIGNED_IN) location.replace(location.pathname + location.search)
  })
}
