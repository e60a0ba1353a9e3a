// @ts-check
/** The page of one contact, live: the watch pane with the customer's details beside it, find, and printing. */
import { initActions } from "./actions.js"
import { WatchPane } from "./watch_pane.js"
import { createChip } from "../shell/connection_status.js"
import { createSound } from "../shell/sound.js"
import { forgetClock, setClock } from "../lib/clock.js"
import { createDetails } from "../context/details.js"
import { find } from "../lib/dom.js"
import { createDrawer } from "../context/drawer.js"
import { fetchPage } from "../lib/fetch_page.js"
import { createFind } from "../conversation/find.js"
import { initMe } from "../shell/user_menu.js"
import { initNotice } from "../shell/notice.js"
import { createPast } from "../conversation/earlier_contacts.js"
import { Line, socketUrl, toSignIn, wakeWithThePage } from "../lib/socket.js"
import { localTimes, tickTimers } from "../lib/timers.js"

/**
 * @type {{userId: number, contactId: string, initialContactId: string, wsPath: string, loginPath: string,
 *   supervision?: import("./watch_pane.js").Supervision}}
 */
const page = JSON.parse(find("#page").textContent ?? "")
const sound = createSound()

const line = new Line({
  url: socketUrl(page.wsPath),
  known: () => pane.known,
  visible: () => !document.hidden,
  onTime: setClock,
  onOpen: forgetClock,
  onFrame: (frame) => pane.frame(frame),
  onCaughtUp: (seconds) => pane.caughtUp(seconds),
  onStatus(status) {
    if (status.code === 4401) toSignIn(page.loginPath)
    pane.status(status)
  },
})
if (page.supervision) initActions(line, { userId: page.userId, ...page.supervision })

const pane = new WatchPane(line, {
  userId: page.userId,
  supervision: page.supervision ?? null,
  chime: () => sound.message(),
  lost: () => location.reload(), // which says what it says of every contact that one may not see
  painted({ contact, held, contactId }) {
    const ids = { contactId, initialContactId: page.initialContactId }
    details.paint({ name: contact?.customerName ?? "", queue: contact?.queue ?? "", ...ids }, held, null)
    if (contact) void ended(contact)
  },
})
const { store } = pane
const finder = createFind(pane.conversation, { earlier: () => pane.earlier() })
pane.onPainted(() => finder.painted())
const details = createDetails(store.repaint, createPast(line, store.repaint))
store.painter(createChip(line))
store.painter(tickTimers)

let asked = false
/** While one watched it ended: what came of it is on this page as it is now. @param {import("../lib/types.js").Contact} contact */
async function ended({ state }) {
  const outcome = find("#outcome")
  if (state !== "ENDED") {
    asked = false
    outcome.hidden = true
    return
  }
  if (asked || !outcome.hidden) return
  asked = true
  const fresh = (await fetchPage())?.getElementById("outcome")
  if (!fresh || fresh.hidden) return
  outcome.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)))
  outcome.hidden = false
  localTimes()
}

/** On paper it is whole: what lies before comes first. */
async function print() {
  const size = () => store.state.conversations[page.initialContactId]?.items.length ?? 0
  for (let before = -1; before < size() && store.state.conversations[page.initialContactId]?.earlier; ) {
    before = size()
    await pane.earlier()
  }
  requestAnimationFrame(() => setTimeout(() => window.print()))
}
find("#print").addEventListener("click", print)
addEventListener("beforeprint", () => pane.conversation.drawAll())

initMe()
initNotice()
localTimes()
createDrawer()
setInterval(() => pane.tick(), 1_000)
wakeWithThePage(line)
pane.open(page.contactId)
line.open()
