// @ts-check
/** What the agent sees of the CCP: a button that says how it is, and the panel with its frame, which opens by itself for a login. */
import { at, find, setAttribute, setText } from "../lib/dom.js"
import { gettext } from "../lib/i18n.js"

/**
 * @param {import("../state/store.js").Store} store @param {import("./beside.js").BesideConnect} beside @param {{loginUrl: string}} config
 */
export function createPanel(store, beside, { loginUrl }) {
  const panel = find("#connect")
  const button = find("#connect-open")
  /** It was opened for a login, and goes with it. */
  let forLogin = false
  let before = ""

  const show = (/** @type {boolean} */ open) => {
    panel.classList.toggle("is-open", open)
    panel.inert = !open
    setAttribute(button, "aria-expanded", open)
  }
  const close = () => {
    show(false)
    forLogin = false
    button.focus()
  }
  button.addEventListener("click", () => {
    if (panel.classList.contains("is-open")) return close()
    show(true)
    at(panel, "close").focus()
  })
  at(panel, "close").addEventListener("click", close)
  panel.addEventListener("keydown", (event) => event.key === "Escape" && close())
  at(panel, "window").addEventListener("click", () => window.open(loginUrl, "amazon-connect", "width=480,height=720"))
  at(panel, "again").addEventListener("click", () => beside.reload())
  show(false)

  return () => {
    const status = store.state.connect?.status ?? "starting"
    const { mark, words } = faceOf(status, beside.leads)
    at(button, "dot").className = `dot ${mark}`.trim()
    setText(at(button, "told"), words)
    setText(at(panel, "told"), words)
    button.title = words
    at(panel, "window").hidden = status !== "signIn"
    at(panel, "again").hidden = status === "ready" || !beside.leads
    find("#connect-frame").hidden = !beside.leads
    if (status === before) return
    before = status
    if (status === "signIn" && beside.leads && !panel.classList.contains("is-open")) {
      forLogin = true
      show(true)
    }
    if (status === "ready" && forLogin) {
      forLogin = false
      if (!panel.contains(document.activeElement)) show(false)
      else close()
    }
  }
}

/** @param {import("./messages.js").Ccp["status"]} status @param {boolean} leads */
function faceOf(status, leads) {
  if (status === "ready")
    return leads
      ? { mark: "dot--ok", words: gettext("Signed in to Amazon Connect: your state counts there and here.") }
      : { mark: "dot--ok", words: gettext("Signed in to Amazon Connect, in another tab of yours: your state counts there and here.") }
  if (status === "signIn") return { mark: "dot--warn", words: gettext("Amazon Connect asks you to sign in. Until then the state is the portal's alone.") }
  if (status === "noStreams")
    return { mark: "dot--bad", words: gettext("The portal has no Amazon Connect Streams to speak to it with: ask an administrator (CCP_STREAMS_FILE).") }
  if (status === "denied") return { mark: "dot--bad", words: gettext("Amazon Connect does not let this user take contacts: ask an administrator.") }
  return { mark: "", words: gettext("Waiting for the Contact Control Panel of Amazon Connect.") }
}
