// @ts-check
/** The bell: what happened that the agent may have missed, and the way to each contact. Kept with the tab. */
import { leaveFor } from "../lib/other_pages.js"
import { gapWords } from "./read_marker.js"
import { whyEnded } from "../contacts/card.js"
import { exactly, hour } from "../lib/clock.js"
import { at, find, icon, keep, make, redraw, setAttribute, setText } from "../lib/dom.js"
import { popup } from "../lib/menu.js"
import { notice } from "./notice.js"
import { allRead, gathered, lineCut, merged, newsOf, unreadNews, wayTo } from "../state/news.js"
import { stateName } from "../contacts/not_responding.js"
import { fill, gettext, ngettext, say, told } from "../lib/i18n.js"

/** @typedef {import("../state/news.js").News} News */

/** Where news comes from: who types is none. @type {(keyof import("../lib/types.js").State)[]} */
const ROOMS = ["agent", "agentContacts", "conversations", "unsent"]

const LOOKS = {
  missed: "missed",
  declined: "transfer",
  unanswered: "transfer",
  withdrawn: "transfer",
  ended: "end",
  failed: "fail",
  line: "offline",
  state: "alert",
}

/**
 * @param {import("../state/store.js").Store} store @param {import("../lib/session_storage.js").Kept} kept
 * @param {{go: (contactId: string) => void, onDesk: (contactId: string) => boolean, page: (contactId: string) => string}} around
 */
export function createNews(store, kept, { go, onDesk, page }) {
  const button = find("#news-open")
  const panel = find("#news")
  let news = kept.news()
  /** Those that were not read before the panel opened: they are marked as long as it is open. @type {Set<string>} */
  let fresh = new Set()

  // Every tab of the agent counts the same; nothing of it outlives the tabs.
  const tabs = new BroadcastChannel(kept.newsOf)
  /** @param {News[]} next */
  const put = (next) => {
    if (next === news) return false
    news = next
    kept.setNews(news)
    store.repaint()
    return true
  }
  /** @param {News[]} next */
  const take = (next) => void (put(next) && tabs.postMessage(news))
  tabs.addEventListener("message", ({ data }) => {
    if (data === null) return tabs.postMessage(news)
    put(merged(news, data))
  })
  tabs.postMessage(null) // what do the others know?
  const read = () => {
    news.filter((one) => !one.read).forEach(({ key }) => fresh.add(key))
    take(allRead(news))
  }
  const menu = popup(button, panel, {
    opened() {
      fresh = new Set()
      read()
      paint()
      const first = panel.querySelector("button, a") ?? panel
      if (first instanceof HTMLElement) first.focus()
    },
  })
  at(panel, "list").addEventListener("click", (event) => {
    const row = event.target instanceof Element ? event.target.closest("button, a") : null
    if (!row || event.metaKey || event.ctrlKey || event.shiftKey) return
    menu.close()
    if (row instanceof HTMLButtonElement) return go(row.dataset.contact ?? "")
    event.preventDefault()
    if (row instanceof HTMLAnchorElement) void leave(row.href)
  })
  store.watch((state, before) => {
    if (ROOMS.some((room) => state[room] !== before[room])) take(gathered(news, newsOf(state)))
  })

  const paint = () => {
    if (!panel.hidden) read()
    const unread = unreadNews(news)
    const words = fill(ngettext("Notifications, %(n)s unread", "Notifications, %(n)s unread", unread), { n: unread })
    setAttribute(button, "aria-label", unread === 0 ? gettext("Notifications") : words)
    at(button, "count").hidden = unread === 0
    setText(at(button, "count"), unread > 9 ? "9+" : String(unread))
    if (panel.hidden) return
    at(panel, "none").hidden = news.length > 0
    keep(at(panel, "list"), news, ({ key }) => key, () => make("li", "news__one"), (row, one) =>
      drawOne(row, one, fresh.has(one.key), wayTo(one, onDesk(one.contactId)), page),
    )
  }
  return {
    paint,
    open: menu.open,
    /** The line was cut and is back. @param {number} seconds @param {number} count @param {string} now */
    caughtUp: (seconds, count, now) => take(gathered(news, [lineCut({ seconds, count }, now)])),
  }
}

/** Not from a desk in use to a page that is not there: what was handed on is the receiver's. @param {string} url */
async function leave(url) {
  const found = await fetch(url, { method: "HEAD" }).catch(() => null)
  if (!found) return notice(gettext("There is no connection at the moment. Try again when the desk is live."))
  if (found.status === 404) return notice(gettext("This contact is with somebody else now, and so is its transcript."))
  leaveFor(url)
}

/**
 * What is on the desk can be gone to, and what was served and has left it; the rest stands there to be read.
 * @param {HTMLElement} row @param {News} one @param {boolean} fresh @param {ReturnType<typeof wayTo>} way
 * @param {(contactId: string) => string} page
 */
function drawOne(row, one, fresh, way, page) {
  redraw(row, [one.key, fresh, way], () => {
    const when = make("time", "news__when", hour(one.at))
    when.title = exactly(one.at)
    const inside = [
      icon(LOOKS[one.kind]),
      make("span", "news__what", ...heading(one, fresh), make("span", "news__why", sentence(one))),
      when,
    ]
    if (!way) return [make("div", "", ...inside)]
    if (way === "history") {
      const link = /** @type {HTMLAnchorElement} */ (make("a", "", ...inside))
      link.href = page(one.contactId)
      return [link]
    }
    const button = make("button", "", ...inside)
    button.setAttribute("type", "button")
    button.dataset.contact = one.contactId
    return [button]
  })
}

/** @param {News} one @param {boolean} fresh */
function heading({ kind, name }, fresh) {
  const title = make("b", "", make("bdi", "", headed(kind, name)))
  return fresh ? [title, make("span", "tag", gettext("new"))] : [title]
}

/** @param {string} text */
const upper = (text) => text.charAt(0).toUpperCase() + text.slice(1)

/** @param {News["kind"]} kind @param {string} name */
const headed = (kind, name) =>
  kind === "line" ? gettext("Connection") : kind === "state" ? stateName(name) : name || gettext("Customer")

/** @param {News} one */
function sentence({ kind, why, to, gap }) {
  if (kind === "missed")
    return why ? say("Missed: %(why)s", { why: told(why) }) : gettext("Not accepted in time")
  if (kind === "declined") return say("%(name)s declined: you go on serving.", { name: to })
  if (kind === "unanswered") return say("%(name)s did not answer: you go on serving.", { name: to })
  if (kind === "withdrawn") return say("The transfer to %(name)s is off: %(why)s.", { name: to, why: told(why) })
  if (kind === "ended") return whyEnded({ endReason: told(why), why: null })
  if (kind === "failed" && typeof why === "string" && why) return say("A message was not sent: %(why)s", { why })
  if (kind === "failed") return told(why) || gettext("A message was not sent")
  if (kind === "state") return say("%(why)s: nothing is offered.", { why: upper(told(why)) })
  return gapWords(gap?.seconds ?? 0, gap?.count ?? 0)
}
