// @ts-check
/** What calls the agent back to the desk: title, favicon, sound, desktop notifications, words for a screen reader. */
import { announce } from "./announce.js"
import { find, setText } from "./dom.js"
import { choose, store as choice } from "./me.js"
import { createSound } from "./sound.js"
import { cards, viewing } from "./state.js"
import { gettext, say } from "./words.js"

/**
 * @typedef {import("./types.js").State} State
 * @typedef {import("./types.js").Item} Item
 */

/** @param {import("./store.js").Store} store */
export function createAlerts(store) {
  const sound = createSound()
  const title = document.title
  /** @type {Map<string, Notification|null>} */
  const offered = new Map()
  choose("sound", (value) => choice("sound", value))
  initPopups()

  store.watch((state, before) => {
    const now = cards(state)
    const calls = now.offers.length + [...now.waiting, ...now.answered].filter((card) => card.unread > 0).length
    document.title = calls > 0 ? `(${calls}) ${title}` : title
    favicon(calls > 0)
    sound.ring(now.offers.length > 0)
    for (const card of now.offers) if (!offered.has(card.key)) offered.set(card.key, called(card))
    for (const [key, popup] of offered)
      if (!now.offers.some((card) => card.key === key)) {
        popup?.close()
        offered.delete(key)
      }
    newWords(state, before).forEach(({ item, seen }) => {
      if (!seen) sound.message()
      announce(say("%(name)s: %(words)s", { name: item.DisplayName ?? "", words: item.Content ?? gettext("a file") }))
    })
  })
}

/** @param {import("./state/cards.js").Card} card */
function called(card) {
  const words = say("Offered: %(name)s, %(queue)s", { name: card.name, queue: card.queue })
  announce(words)
  if (!document.hidden || !("Notification" in window) || Notification.permission !== "granted") return null
  const popup = new Notification(gettext("A customer is waiting"), { body: words, tag: card.contactId })
  popup.addEventListener("click", () => window.focus())
  return popup
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
      const seen = !document.hidden && viewing(state) === row.contactId
      return fresh.map((item) => ({ item, seen }))
    })
}

/** @param {boolean} calls */
function favicon(calls) {
  const link = /** @type {HTMLLinkElement} */ (document.getElementById("favicon"))
  link.dataset.calm ??= link.getAttribute("href") ?? ""
  const wanted = (calls ? link.dataset.alert : link.dataset.calm) ?? ""
  if (link.getAttribute("href") !== wanted) link.setAttribute("href", wanted)
}

/** A browser asks only when a person presses something. */
function initPopups() {
  const button = find("#popups")
  const told = find("#popups-state")
  const draw = () => {
    const permission = "Notification" in window ? Notification.permission : "denied"
    button.hidden = permission !== "default"
    told.hidden = permission === "default"
    setText(told, permission === "granted" ? gettext("On") : gettext("Blocked by the browser"))
  }
  button.addEventListener("click", () => void Notification.requestPermission().then(draw))
  draw()
}
