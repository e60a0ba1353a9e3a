// @ts-check
/** What the pages at the CCP's addresses have in common: what the server says of the frame, and how one leaves it signed out. */
import { Conduit } from "../../../frontend/ccp/conduit.js"
import { find } from "../lib/dom.js"

/** @type {import("./desk_backend.js").Ccp} agents/ccp/frames.py */
export const ccp = JSON.parse(find("#ccp").textContent ?? "")

/** To the page that holds this one; a page that nobody holds speaks to nobody. @param {import("../../../frontend/ccp/desk.d.ts").Backend} backend */
export function speakToParent(backend) {
  if (window.parent === window) return null
  const conduit = new Conduit(backend, ccp.approved)
  conduit.start()
  return conduit
}

/** The session ends; the login stands in this frame next. @param {import("../lib/socket.js").Line} line */
export async function signOut(line) {
  const form = /** @type {HTMLFormElement} */ (find("#logout"))
  line.end()
  await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" })
  setTimeout(() => location.replace(location.pathname + location.search))
}
