// @ts-check
/** The login, and the page for who is no agent, in a frame: it is acknowledged to Streams, and whatever is asked of it is refused. */
import { hearWindow } from "./login_window.js"
import { ccp, speakToParent } from "./page.js"

/** @returns {Promise<never>} */
const refuse = async () => {
  throw { type: "UnauthorizedException", message: "nobody has signed in" }
}
const NOBODY = new Proxy(
  { region: ccp.region, origin: ccp.origin, open() {}, signOut: async () => {}, hasQuickResponses: async () => false },
  { get: (known, name) => Reflect.get(known, name) ?? refuse },
)

const conduit = speakToParent(/** @type {import("../../../frontend/ccp/desk.d.ts").Backend} */ (/** @type {unknown} */ (NOBODY)))
if (document.body.dataset.denied !== undefined) conduit?.accessDenied()
else if (new URLSearchParams(location.search).has("over")) conduit?.signedOut()
hearWindow()
