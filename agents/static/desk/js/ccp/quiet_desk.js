// @ts-check
/** The CCP that shows nothing (`?ui=none`): the desk's socket and state, and no screen. */
import { forgetClock, now, setClock } from "../lib/clock.js"
import { Line, socketUrl, wakeWithThePage } from "../lib/socket.js"
import * as state from "../state/index.js"
import { createStore } from "../state/store.js"
import { createOfferSeen } from "../contacts/offer_seen.js"
import { DeskBackend } from "./desk_backend.js"
import { endSession, forgetSession } from "./embed_token.js"
import { ccp, signOut, speakToParent } from "./page.js"

/** @param {any} page what a desk's page is told (agents/views/pages.py) @param {string} session which this frame holds itself; "" where a cookie leads to one */
export function runQuietly(page, session) {
  const store = createStore(/** @type {import("../lib/types.js").State} */ ({ ...state.EMPTY, me: page.userId }))
  const line = new Line({
    url: socketUrl(page.wsPath),
    protocols: session ? ["ccp-desk", `ccp-session.${session}`] : [],
    known: () => store.state.cursors,
    visible: () => !document.hidden,
    onTime: setClock,
    onOpen: forgetClock,
    onFrame: (frame) => store.change((held) => state.apply(held, frame, now())),
    onCaughtUp() {},
    onStatus({ code }) {
      if (code !== 4401) return
      forgetSession()
      location.replace(`${location.pathname}?ui=none&over=1`)
    },
  })
  store.painter(createOfferSeen(store, line).paint)
  setInterval(() => store.change((held) => state.expire(held, now())), 1_000)
  const leave = async () => {
    line.end()
    await endSession(session)
    location.replace(`${location.pathname}?ui=none&over=1`)
  }
  speakToParent(new DeskBackend({ store, line, now, ccp, page, signOut: session ? leave : () => signOut(line) }))
  wakeWithThePage(line)
  line.open()
}
