// @ts-check
/** The CCP that shows nothing (`?ui=none`): the desk's socket and state, and no screen. */
import { forgetClock, now, setClock } from "../lib/clock.js"
import { find } from "../lib/dom.js"
import { Line, socketUrl, wakeWithThePage } from "../lib/socket.js"
import * as state from "../state/index.js"
import { createStore } from "../state/store.js"
import { createOfferSeen } from "../contacts/offer_seen.js"
import { DeskBackend } from "./desk_backend.js"
import { ccp, signOut, speakToParent } from "./page.js"

const page = JSON.parse(find("#page").textContent ?? "")
const store = createStore(/** @type {import("../lib/types.js").State} */ ({ ...state.EMPTY, me: page.userId }))
const line = new Line({
  url: socketUrl(page.wsPath),
  known: () => store.state.cursors,
  visible: () => !document.hidden,
  onTime: setClock,
  onOpen: forgetClock,
  onFrame: (frame) => store.change((held) => state.apply(held, frame, now())),
  onCaughtUp() {},
  onStatus({ code }) {
    if (code === 4401) location.replace(`${location.pathname}?ui=none&over=1`)
  },
})
store.painter(createOfferSeen(store, line).paint)
setInterval(() => store.change((held) => state.expire(held, now())), 1_000)
speakToParent(new DeskBackend({ store, line, now, ccp, page, signOut: () => signOut(line) }))
wakeWithThePage(line)
line.open()
