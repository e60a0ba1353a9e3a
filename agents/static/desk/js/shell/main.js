// @ts-check
/** The desk, joined: one socket, one state, one module for each thing on screen. */
import { createAgentState } from "./agent_state.js"
import { createAlerts } from "./alerts.js"
import { BesideConnect, withConnect } from "../connect_ccp/beside.js"
import { createPanel } from "../connect_ccp/panel.js"
import { createAttach } from "../composer/attach.js"
import { watchCuts } from "./read_marker.js"
import { createChip } from "./connection_status.js"
import { forgetClock, now, setClock } from "../lib/clock.js"
import { createComposer } from "../composer/composer.js"
import { createContacts } from "../contacts/contact_list.js"
import { createConversation } from "../conversation/conversation.js"
import { copyWords } from "../conversation/copy.js"
import { createDesk } from "./commands.js"
import { createDetails } from "../context/details.js"
import { find } from "../lib/dom.js"
import { createDrafts } from "../composer/drafts.js"
import { createDrawer } from "../context/drawer.js"
import { createEmptyList } from "../contacts/empty_list.js"
import { createFind } from "../conversation/find.js"
import { createFocus } from "./focus.js"
import { createEndDialog } from "../conversation/header.js"
import { createHandingLine, createTransfer } from "../conversation/transfer.js"
import { createWrap } from "../composer/after_contact_work.js"
import { leaveFor } from "../lib/other_pages.js"
import { keptBy } from "../lib/session_storage.js"
import { createKeys } from "./keys.js"
import { initMe } from "./user_menu.js"
import { createNews } from "./bell.js"
import { createNotes } from "../conversation/notes.js"
import { initNotice } from "./notice.js"
import { createOfferSeen } from "../contacts/offer_seen.js"
import { createPalette } from "./palette.js"
import { createPast } from "../conversation/earlier_contacts.js"
import { createPlaces } from "../conversation/scroll_sync.js"
import { createReading } from "../conversation/read_receipts.js"
import { Latency } from "./latency.js"
import { Line, socketUrl, toSignIn, wakeWithThePage } from "../lib/socket.js"
import * as state from "../state/index.js"
import { createSettings } from "./settings.js"
import { createSound } from "./sound.js"
import { createStore } from "../state/store.js"
import { Colleagues } from "../supervision/colleagues.js"
import { RaisedHand } from "../supervision/raised_hand.js"
import { SupervisorsHere } from "../supervision/supervisors_here.js"
import { createTalk } from "../conversation/conversation_pane.js"
import { gettext } from "../lib/i18n.js"

/**
 * @type {{agentId: string, userId: number, name: string, wsPath: string, loginPath: string,
 *   files: import("../state/attaching.js").Rules, connectCcp?: {framePath: string, loginUrl: string}}}
 */
export const page = JSON.parse(find("#page").textContent ?? "")
const kept = keptBy(page.agentId)
const unsent = Object.fromEntries(kept.unsent().map((one) => [one.clientToken, one]))
/** The agent's contacts and each conversation come one after the other: a page that opens waits for all, but no longer than so many ms. */
const FIRST_PAINT_WITHIN = 1_000

/** What this tab knows; also for whoever wants to compare it with another tab's. */
export const store = createStore(/** @type {import("../lib/types.js").State} */ ({ ...state.EMPTY, me: page.userId, unsent }))
store.hold(FIRST_PAINT_WITHIN)
const cuts = watchCuts(store)

export const line = new Line({
  url: socketUrl(page.wsPath),
  known: () => store.state.cursors,
  visible: () => !document.hidden,
  onTime: setClock,
  onOpen: forgetClock,
  onFrame(frame) {
    supervisors.frame(frame)
    latency.frame(frame)
    store.change((held) => state.apply(held, frame, now()))
  },
  onCaughtUp(seconds) {
    store.release()
    const count = cuts.over(seconds)
    if (seconds !== null && count !== null) news.caughtUp(seconds, count, new Date(now()).toISOString())
    void line.request("watchQueues").catch(() => {}) // the line is cut again: asked again when it is back
    desk.resume()
    beside?.resume()
    attach.resume()
    drafts.flush()
    places.look()
    reading.look()
  },
  onStatus(status) {
    cuts.told(status)
    if (status.code === 4401) toSignIn(page.loginPath)
    store.repaint()
  },
})

const beside = page.connectCcp
  ? new BesideConnect(store, line, {
      agentId: page.agentId,
      frame: /** @type {HTMLIFrameElement} */ (find("#connect-frame")),
      framePath: page.connectCcp.framePath,
    })
  : null
const desk = beside ? withConnect(createDesk(store, line), beside) : createDesk(store, line)
const drafts = createDrafts(
  {
    told: (contactId) => state.cardOf(store.state, contactId)?.draft ?? null,
    save: desk.saveDraft,
    live: () => line.live,
    typing: (contactId) => composer.typesIn(contactId),
  },
  kept,
)
const reading = createReading(store, desk, () => line.live)
const conversation = createConversation({
  earlier: () => void earlier(),
  painted: () => finder.painted(),
  moved: (contactId, place) => places.moved(contactId, place),
  act(what, group) {
    const { contact = "", token = "", local } = group.dataset
    if (what === "retry") desk.retry(contact, token, Boolean(local))
    if (what === "discard") desk.discard(contact, token, Boolean(local))
    if (what === "copy") void copyWords(group)
  },
})
const places = createPlaces(store, desk, conversation, () => line.live)
const finder = createFind(conversation, { earlier })
const composer = createComposer(desk, drafts, {
  drafted: store.repaint,
  sent: () => requestAnimationFrame(() => requestAnimationFrame(conversation.toEnd)),
  help: (reason) => hand.asked(reason),
})
const attach = createAttach(store, {
  rules: page.files,
  card: () => (composer.usable ? talk.inView() : null),
  live: () => line.live,
  sent: () => requestAnimationFrame(() => requestAnimationFrame(conversation.toEnd)),
})
const askToTransfer = createTransfer(store, desk)
const wrap = createWrap(desk, { card: () => talk.inView(), kept, live: () => line.live, repaint: store.repaint })
const notes = createNotes(store, desk, drafts)
const talk = createTalk(
  store,
  {
    conversation,
    composer,
    details: createDetails(store.repaint, createPast(line, store.repaint)),
    reading,
    handing: createHandingLine(desk, { card: () => talk.inView(), ask: askToTransfer, repaint: store.repaint }),
    wrap: wrap.paint,
    transfersInConnect: () => desk.transfersInConnect(),
    supervision(card) {
      hand.paint(card)
      supervisors.paint(card)
    },
  },
  page.userId,
  line,
)
const hand = new RaisedHand(desk, () => talk.inView())
const drawer = createDrawer()
const askToEnd = createEndDialog(desk.end, drafts.of)
const agentState = createAgentState(store, desk)

/** The page of the transcript before what is held. */
async function earlier() {
  const card = talk.inView()
  if (card) await desk.earlier(card.contactId, card.initialContactId)
}

/** @param {"list"|"talk"} pane */
const show = (pane) => {
  document.body.dataset.pane = pane
}

const focus = createFocus(composer, { card: talk.inView, show })

/**
 * Take the offer and go to it: the server shows it to every tab.
 * @param {string} contactId @param {(contactId: string) => Promise<boolean>} [verb]
 */
async function take(contactId, verb = desk.accept) {
  if (await verb(contactId)) focus.bring(contactId)
}

const contacts = createContacts(store, desk, {
  me: page.userId,
  draft: drafts.mark,
  chosen: open,
  accept: (contactId) => take(contactId),
  take: (contactId) => take(contactId, desk.take),
})

/** @param {(order: string[], here: number) => string|undefined} choose */
function go(choose) {
  const order = contacts.order()
  const contactId = choose(order, order.indexOf(state.viewing(store.state)))
  if (contactId === undefined) return
  void desk.view(contactId)
  show("talk")
  requestAnimationFrame(() => contacts.follow(contactId))
}

const offered = () => state.cards(store.state).offers[0]
const inView = (/** @type {(card: import("../state/cards.js").Card) => void} */ action) => () => {
  const card = talk.inView()
  if (card) action(card)
}
const answer = (/** @type {(contactId: string) => unknown} */ verb) => () => {
  const offer = offered()
  if (offer) verb(offer.contactId)
}
const done = inView((card) => {
  if (card.state === "ended") void wrap.finish()
})
/** Where nothing can be written to the customer any more a note still can. */
const note = inView((card) => (composer.usable ? composer.write("note") : notes.add(card.contactId, card.name)))
const accept = answer(take)
const decline = answer(desk.decline)

/** @param {string} contactId */
function open(contactId) {
  focus.bring(contactId)
  show("talk")
  void desk.view(contactId)
  store.repaint()
}

/** A missed contact is nobody's to read: its card says what there is. @param {string} contactId */
function toContact(contactId) {
  const { missed } = state.cards(store.state)
  if (!missed.some((card) => card.contactId === contactId)) return open(contactId)
  show("list")
  const clear = document.querySelector(`#missed [data-contact="${CSS.escape(contactId)}"] button:not([hidden])`)
  if (clear instanceof HTMLElement) clear.focus()
}

/** Where the letters act. */
function toContacts() {
  show("list")
  const card = find("#cards").querySelector("[role=option][tabindex='0']")
  if (card instanceof HTMLElement && card.checkVisibility()) card.focus()
  else contacts.focus()
}

/** Pages beside the desk, as far as this agent may open them. @returns {import("./keys.js").Place[]} */
function otherPages() {
  const { history, floor } = find("#keys-dialog").dataset
  const to = (/** @type {string} */ path) => () => leaveFor(path)
  return [
    ...(history ? [{ key: "h", word: gettext("Go to the history"), does: to(history) }] : []),
    ...(floor ? [{ key: "f", word: gettext("Go to the floor"), does: to(floor) }] : []),
  ]
}

const sound = createSound()
const supervisors = new SupervisorsHere(store, page, desk, () => sound.message())
const colleagues = new Colleagues(line)
const settings = createSettings(sound)
const news = createNews(store, kept, {
  go: toContact,
  onDesk: (contactId) => state.cardOf(store.state, contactId) !== null,
  page: (contactId) => `${find("#keys-dialog").dataset.history}${encodeURIComponent(contactId)}/`,
})
const actions = createKeys(
  {
    next: () => go((order, here) => order[Math.min(order.length - 1, here + 1)]),
    previous: () => go((order, here) => order[Math.max(0, here - 1)]),
    ...Object.fromEntries("123456789".split("").map((digit) => [digit, () => go((order) => order[Number(digit) - 1])])),
    accept,
    decline,
    wrap: done,
    state() {
      // On a telephone it is above the list.
      if (!find("#state-button").checkVisibility()) show("list")
      agentState.open()
    },
    end: inView(askToEnd),
    transfer: inView(askToTransfer),
    reply: () => composer.usable && composer.write("reply"),
    attach: () => composer.usable && attach.choose(),
    help: () => hand.ask(),
    note,
    contacts: toContacts,
  },
  [
    { key: "d", word: gettext("Go to the contacts"), does: toContacts },
    ...otherPages(),
    { key: "n", word: gettext("Notifications"), does: news.open },
    { key: "s", word: gettext("Settings"), does: settings },
  ],
  focus.write,
)
createPalette(store, {
  actions,
  view: open,
  place: (contactId) => contacts.order().indexOf(contactId) + 1,
  setState: (name) => void desk.setState(name),
})
find("#end").addEventListener("click", inView(askToEnd))
find("#note-add").addEventListener("click", note)
find("#transfer").addEventListener("click", inView(askToTransfer))
for (const [id, does] of /** @type {const} */ ([["#offered-accept", take], ["#offered-decline", desk.decline]]))
  find(id).addEventListener("click", inView((card) => void does(card.contactId)))
find("#to-list").addEventListener("click", () => show("list"))
initMe()
initNotice()
createAlerts(store, sound)

store.watch((after, before) => {
  // A file's bytes are this page's alone: it does not outlive a refresh.
  const isKept = (/** @type {import("../lib/types.js").Unsent} */ one) => one.state !== "kept" && one.size === undefined
  if (after.unsent !== before.unsent) kept.setUnsent(Object.values(after.unsent).filter(isKept))
  if (after.agentContacts !== before.agentContacts) drafts.settle()
  if (state.viewing(after) !== state.viewing(before)) drawer.close()
})
const offerSeen = createOfferSeen(store, line)
for (const painter of [
  createChip(line),
  agentState.paint,
  contacts.paint,
  createEmptyList(store, line, (name) => void desk.setState(name)),
  talk.paint,
  attach.paint,
  offerSeen.paint,
  news.paint,
  () => colleagues.paint(),
  focus.paint,
  ...(beside && page.connectCcp ? [createPanel(store, beside, page.connectCcp)] : []),
])
  store.painter(painter)
setInterval(() => {
  store.change((held) => state.expire(held, now()))
  store.repaint()
}, 1_000)
// The agent turns to another tab, or machine: what was begun shall be there before them.
document.addEventListener("visibilitychange", () => document.hidden && drafts.flush())
addEventListener("pagehide", drafts.flush)
const latency = new Latency(line, page.userId, now)
wakeWithThePage(line)
line.open()
