// @ts-check
/** What calls the agent back to the desk: title, favicon, sound, desktop notifications, words for a screen reader. */
import { announce, announceMessage } from "./announce.js"
import { offerChoice } from "../lib/device_settings.js"
import { initPopups, mayPopUp } from "./desktop_notifications.js"
import { cards, viewing } from "../state/index.js"
import { stoppedWords } from "../contacts/not_responding.js"
import { calls as calling, initTabs, someoneLooks } from "./tabs.js"
import { gettext, say } from "../lib/i18n.js"

/**
 * @typedef {import("../lib/types.js").State} State
 * @typedef {import("../lib/types.js").Item} Item
 */

/** @param {import("../state/store.js").Store} store @param {import("./sound.js").Sound} sound */
export function createAlerts(store, sound) {
  const title = document.title
  /** @type {Map<string, Notification|null>} */
  const offered = new Map()
  offerChoice("sound")
  initPopups()
  initTabs()

  store.watch((state, before) => {
    const now = cards(state)
    const calls = now.offers.length + [...now.waiting, ...now.answered].filter((card) => card.unread > 0).length
    document.title = calls > 0 ? `(${calls}) ${title}` : title
    favicon(calls > 0)
    sound.ring(now.offers.length > 0)
    for (const card of now.offers.slice(0, 1)) // the others call when it is their turn
      if (!offered.has(card.key)) {
        offered.set(card.key, null)
        void called(card, offered)
      }
    for (const [key, popup] of offered)
      if (!now.offers.some((card) => card.key === key)) {
        popup?.close()
        offered.delete(key)
      }
    if (stopped(state) !== stopped(before) && stopped(state)) {
      sound.message()
      announce(stoppedWords(state.agent))
    }
    newWords(state, before).forEach(({ item, contactId }) => {
      if (viewing(state) !== contactId) sound.message()
      else void someoneLooks().then((looks) => looks || sound.message())
      announceMessage(item.DisplayName ?? "", item.Content ?? gettext("a file"))
    })
  })
}

/** Since when the server has put the agent where nothing is offered. @param {State} state */
const stopped = ({ agent }) => (agent?.stateWhy ? agent.stateSince : null)

/**
 * One desktop notification, from the tab that calls, when the agent looks at no tab; it goes with the offer.
 * @param {import("../state/cards.js").Card} card @param {Map<string, Notification|null>} offered
 */
async function called(card, offered) {
  const words = say("Offered: %(name)s, %(queue)s", { name: card.name, queue: card.queue })
  announce(words)
  if (!calling() || !mayPopUp()) return
  if ((await someoneLooks()) || !offered.has(card.key)) return
  const popup = new Notification(gettext("A customer is waiting"), { body: words, tag: card.contactId })
  popup.addEventListener("click", () => window.focus())
  offered.set(card.key, popup)
}

/**
 * What customers have said since: only what was added at the end of a conversation that was held before.
 * @param {State} state @param {State} before
 */
function newWords(state, before) {
  return Object.values(state.agentContacts)
    .filter((row) => row.state === "connected")
    .flatMap((row) => {
      const held = state.conversations[row.initialContactId]
      const known = before.conversations[row.initialContactId]
      if (!held || !known || held === known) return []
      const ids = new Set(known.items.map((item) => item.Id))
      const last = known.items.at(-1)?.Number ?? 0
      const fresh = held.items.filter(
        (item) =>
          !ids.has(item.Id) && item.Number > last && item.ParticipantRole === "CUSTOMER" && item.Type !== "EVENT",
      )
      return fresh.map((item) => ({ item, contactId: row.contactId }))
    })
}

/** @param {boolean} calls */
function favicon(calls) {
  const link = /** @type {HTMLLinkElement} */ (document.getElementById("favicon"))
  link.dataset.calm ??= link.getAttribute("href") ?? ""
  const wanted = (calls ? link.dataset.alert : link.dataset.calm) ?? ""
  if (link.getAttribute("href") !== wanted) link.setAttribute("href", wanted)
}
