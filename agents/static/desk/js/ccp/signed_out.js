// @ts-check
/** The login, and the page for who is no agent, in a frame: it is acknowledged to Streams, and whatever is asked of it is refused. */
import { signInByCookie, signInHere, takeToken } from "./embed_token.js"
import { hearWindow } from "./login_window.js"
import { ccp, speakToParent } from "./page.js"
import { runQuietly } from "./quiet_desk.js"

/** @returns {Promise<never>} */
const refuse = async () => {
  throw { type: "UnauthorizedException", message: "nobody has signed in" }
}
const NOBODY = new Proxy(
  { region: ccp.region, origin: ccp.origin, open() {}, signOut: async () => {}, hasQuickResponses: async () => false },
  { get: (known, name) => Reflect.get(known, name) ?? refuse },
)

if (!(await isSignedIn())) begin()

/** By a token in the address, or, where nothing is shown, as before in this tab. */
async function isSignedIn() {
  const token = takeToken()
  if (window.parent === window || document.body.dataset.denied !== undefined) return false
  if (new URLSearchParams(location.search).get("ui") === "none") {
    const held = await signInHere(token)
    if (held) {
      document.body.replaceChildren()
      runQuietly(held.page, held.session)
    }
    return held !== null
  }
  const signedIn = token !== "" && (await signInByCookie(token))
  if (signedIn) location.replace(location.pathname + location.search)
  return signedIn
}

function begin() {
  const conduit = speakToParent(/** @type {import("../../../frontend/ccp/desk.d.ts").Backend} */ (/** @type {unknown} */ (NOBODY)))
  if (document.body.dataset.denied !== undefined) conduit?.accessDenied()
  else if (new URLSearchParams(location.search).has("over")) conduit?.signedOut()
  hearWindow()
}
