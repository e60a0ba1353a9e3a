// @ts-check
/** The CCP's page: it speaks to the page that holds it (frontend/ccp), and shows its agent a login and a small panel. */

import { Conduit } from "../frontend/ccp/conduit.js"
import { Panel } from "./panel.js"
import { Server } from "./server.js"

const KEPT = "connect-emulator.ccp.session"
const failed = /** @type {HTMLElement} */ (document.getElementById("login-error"))
const form = /** @type {HTMLFormElement} */ (document.getElementById("login"))
const server = new Server(meta("region"), location.origin)

new Panel(server, { signIn: showLogin })
if (window.parent !== window) new Conduit(server, meta("approved-origins").split(" ")).start()

const session = storage()?.getItem(KEPT)
if (session) server.signIn(session)
else showLogin()

form.addEventListener("submit", async (event) => {
  event.preventDefault()
  failed.textContent = await signIn(String(new FormData(form).get("username")))
})

function showLogin() {
  storage()?.removeItem(KEPT)
  form.hidden = false
}

/** What went wrong, "" when nothing did. @param {string} username */
async function signIn(username) {
  const headers = { "content-type": "application/json" }
  try {
    const answer = await fetch("/connect/ccp-v2/session", { method: "POST", headers, body: JSON.stringify({ username }) })
    const body = await answer.json()
    if (!answer.ok) return body.message
    storage()?.setItem(KEPT, body.session)
    form.hidden = true
    form.reset()
    server.signIn(body.session)
    return ""
  } catch {
    return "The emulator does not answer."
  }
}

/** @param {string} name */
function meta(name) {
  return document.querySelector(`meta[name="${name}"]`)?.getAttribute("content") ?? ""
}

/** In the frame of another site a browser may refuse it: the session then lasts as long as the page. */
function storage() {
  try {
    return window.localStorage
  } catch {
    return null
  }
}
