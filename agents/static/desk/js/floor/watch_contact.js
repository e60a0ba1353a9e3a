// @ts-check
/** A supervisor reads one contact, live and read-only: the same transcript, with who said what. */
import { announceMessage } from "../shell/announce.js"
import { watchCuts } from "../shell/read_marker.js"
import { createChip } from "../shell/connection_status.js"
import { forgetClock, now, setClock } from "../lib/clock.js"
import { createConversation } from "../conversation/conversation.js"
import { createDetails } from "../context/details.js"
import { at, find, setText } from "../lib/dom.js"
import { createDrawer } from "../context/drawer.js"
import { fetchPage } from "../lib/fetch_page.js"
import { createFind } from "../conversation/find.js"
import { initMe } from "../shell/user_menu.js"
import { initNotice, notice } from "../shell/notice.js"
import { createPast } from "../conversation/earlier_contacts.js"
import { Line, RequestFailed, socketUrl, toSignIn, wakeWithThePage } from "../lib/socket.js"
import * as state from "../state/index.js"
import { createStore } from "../state/store.js"
import { localTimes, tickTimers } from "../lib/timers.js"
import { gettext, say } from "../lib/i18n.js"

const PAGE = 100
/** @type {{contactId: string, initialContactId: string, wsPath: string, loginPath: string}} */
const page = JSON.parse(find("#page").textContent ?? "")
const store = createStore(state.EMPTY)
const cuts = watchCuts(store)

const line = new Line({
  url: socketUrl(page.wsPath),
  known: () => store.state.cursors,
  visible: () => !document.hidden,
  onTime: setClock,
  onOpen: forgetClock,
  onFrame: (frame) => store.change((held) => state.apply(held, frame, now())),
  onCaughtUp(seconds) {
    cuts.over(seconds)
    line.request("watchContact", { contactId: page.contactId }).catch(tell)
  },
  onStatus(status) {
    cuts.told(status)
    if (status.code === 4401) toSignIn(page.loginPath)
    store.repaint()
  },
})

/** @param {unknown} error */
function tell(error) {
  if (error instanceof RequestFailed && !error.unknown) notice(error.message)
}

let paging = false
async function earlier() {
  const held = store.state.conversations[page.initialContactId]
  if (!held?.earlier || paging || held.items.length === 0) return
  paging = true
  try {
    const told = await line.request("getTranscript", {
      contactId: page.contactId,
      maxResults: PAGE,
      startPosition: { id: held.items[0].Id },
    })
    store.change((before) =>
      state.earlier(
        before,
        page.initialContactId,
        told.Transcript,
        told.NextToken !== null && told.Transcript.length > 0,
      ),
    )
  } catch (error) {
    tell(error)
  } finally {
    paging = false
  }
}

const conversation = createConversation({ earlier, act: () => {}, painted: () => finder.painted() })
const finder = createFind(conversation, { earlier })
const details = createDetails(store.repaint, createPast(line, store.repaint))

store.painter(() => {
  const held = store.state.conversations[page.initialContactId]
  find("#talk-body").hidden = held === undefined
  find("#nothing").hidden = held !== undefined
  if (!held) return
  const contact = held.contacts[page.contactId]
  const about = {
    name: contact?.customerName ?? "",
    queue: contact?.queue ?? "",
    contactId: page.contactId,
    initialContactId: page.initialContactId,
  }
  details.paint(about, held, null)
  drawHead(contact)
  const typing = Object.values(store.state.typing).filter((one) => held.contacts[one.contactId])
  conversation.paint({ id: page.contactId, held, rows: state.bubbles(held, [], { me: null }), typing })
})
store.painter(createChip(line))
store.painter(tickTimers)

/** @param {import("../lib/types.js").Contact|undefined} contact */
function drawHead(contact) {
  if (!contact) return
  const words = {
    JOINING: gettext("Being handed over"),
    WAITING: contact.owner ? say("Offered to %(name)s", contact.owner) : gettext("Waiting for an agent"),
    CONNECTED: contact.owner ? say("With %(name)s", contact.owner) : gettext("Connected"),
    ENDED: gettext("Ended"),
  }
  setText(at(find("#head"), "state"), words[contact.state])
  const since = contact.state === "CONNECTED" ? contact.servedSince : contact.waitingSince
  const age = at(find("#head"), "age")
  age.hidden = contact.state === "ENDED" || !since
  find("[data-since]", age).dataset.since = since ?? ""
  find("#how").hidden = contact.state === "ENDED"
  void ended(contact)
  at(find("#head"), "state").className = contact.state === "ENDED" ? "presence presence--over" : "presence"
}

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

store.watch((after, before) => {
  const last = (/** @type {import("../lib/types.js").State} */ one) =>
    state.lastItem(one.conversations[page.initialContactId])
  const item = last(after)
  if (item && last(before) && item.Id !== last(before)?.Id)
    announceMessage(item.Author?.name ?? item.DisplayName ?? "", item.Content ?? gettext("a file"))
})

/** On paper it is whole: what lies before comes first. */
async function print() {
  const size = () => store.state.conversations[page.initialContactId]?.items.length ?? 0
  for (let before = -1; before < size() && store.state.conversations[page.initialContactId]?.earlier; ) {
    before = size()
    await earlier()
  }
  requestAnimationFrame(() => setTimeout(() => window.print()))
}
find("#print").addEventListener("click", print)
addEventListener("beforeprint", () => conversation.drawAll())

initMe()
initNotice()
localTimes()
createDrawer()
setInterval(() => {
  store.change((held) => state.expire(held, now()))
  store.repaint()
}, 1_000)
wakeWithThePage(line)
line.open()
