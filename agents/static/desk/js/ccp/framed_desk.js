// @ts-check
/** The desk at the CCP's addresses: what an agent sees in the frame is the desk, and the page that holds it hears of all of it. */
import { line, page, store } from "../shell/main.js"
import { now } from "../lib/clock.js"
import { DeskBackend } from "./desk_backend.js"
import { signInByCookie, takeToken } from "./embed_token.js"
import { ccp, signOut, speakToParent } from "./page.js"
import { tellOpener } from "./login_window.js"

speakToParent(new DeskBackend({ store, line, now, ccp, page, signOut: () => signOut(line) }))
tellOpener()

/** Where there is room for one pane only, what the page brings into view is shown: its own accept() and viewContact() count as the agent's. @param {import("../lib/types.js").State} state */
const serves = ({ viewing, agentContacts }) =>
  Object.values(agentContacts).some((row) => row.contactId === viewing && row.state === "connected") ? viewing : ""

store.watch((state, before) => {
  if (serves(state) && serves(state) !== serves(before)) document.body.dataset.pane = "talk"
  else if (before.viewing && !state.viewing) document.body.dataset.pane = "list"
})

const token = takeToken() // of somebody else, perhaps, than who has signed in here before
if (token && (await signInByCookie(token))) location.replace(location.pathname + location.search)
