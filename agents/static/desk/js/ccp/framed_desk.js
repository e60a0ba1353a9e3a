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

const token = takeToken() // of somebody else, perhaps, than who has signed in here before
if (token && (await signInByCookie(token))) location.replace(location.pathname + location.search)
