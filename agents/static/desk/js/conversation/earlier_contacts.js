// @ts-check
/** Earlier conversations of the same customer: listed beside the one in view, read in place. */
import { dayOfYear, exactly } from "../lib/clock.js"
import { at, find, make, redraw, setText, words } from "../lib/dom.js"
import { RequestFailed } from "../lib/socket.js"
import { bubbles } from "../state/index.js"
import { createTranscript } from "./transcript.js"
import { gettext } from "../lib/i18n.js"

/**
 * @typedef {{contactId: string, initialContactId: string, queue: string, owner: import("../lib/types.js").Author|null,
 *   startedAt: string, endedAt: string|null, endReason: string, opening: string,
 *   disposition: string}} EarlierContact
 * @typedef {{by: "customerId"|"email"|"name"|null, contacts: EarlierContact[]}} Found
 */

/** Who only walks through the list needs no list of each one's past. */
const LOOKS = 400
/** What is known is asked for again after so long. */
const FRESH = 120_000
/** Of so many contacts it is kept. */
const MOST = 100
const PAGE = 100
/** So near to the end of what is here the next page is asked for, in pixels. */
const NEAR = 600

/** @param {import("../lib/socket.js").Line} line @param {() => void} repaint */
export function createPast(line, repaint) {
  /** @type {Map<string, {found: Found|null, at: number}>} contactId -> what the server told; null: asked */
  const known = new Map()
  const reader = createReader(line)
  let inView = ""
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let due

  const ask = async (/** @type {string} */ contactId) => {
    known.set(contactId, { found: known.get(contactId)?.found ?? null, at: Date.now() })
    try {
      known.set(contactId, { found: await line.request("getEarlierContacts", { contactId }), at: Date.now() })
      repaint()
    } catch {
      known.delete(contactId) // the next look asks again
    }
  }
  const stale = () => Date.now() - (known.get(inView)?.at ?? 0) > FRESH
  /** Ask when somebody stays here; not live: the next paint comes back to it. */
  const look = () => {
    due ??= setTimeout(() => {
      due = undefined
      if (!inView || !line.live || !stale()) return
      if (known.size > MOST) known.delete(/** @type {string} */ (known.keys().next().value))
      void ask(inView)
    }, LOOKS)
  }

  find("#past").addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("[data-past]") : null
    if (!(button instanceof HTMLElement)) return
    const one = known.get(inView)?.found?.contacts.find((each) => each.contactId === button.dataset.past)
    if (!one) return
    reader.open(one)
    repaint()
  })
  reader.closed(() => {
    repaint()
    // The list is there again with the next frame of the screen.
    requestAnimationFrame(() => requestAnimationFrame(() => focusOn(reader.last)))
  })

  return {
    /** Is one of them before the agent's eyes, in place of the customer's details? */
    get reading() {
      return reader.isOpen
    },
    /** @param {{contactId: string}|null} about @param {number|null} me */
    paint(about, me) {
      const contactId = about?.contactId ?? ""
      if (contactId !== inView) {
        inView = contactId
        clearTimeout(due)
        due = undefined
        reader.close()
      }
      if (contactId && stale()) look()
      drawList(known.get(contactId)?.found ?? null, me)
    },
  }
}

/** @typedef {ReturnType<typeof createPast>} Past */

/** @param {string} contactId */
function focusOn(contactId) {
  const button = find("#past").querySelector(`[data-past="${CSS.escape(contactId)}"]`)
  if (button instanceof HTMLElement) button.focus()
}

/** @param {Found|null} found @param {number|null} me */
function drawList(found, me) {
  const place = find("#past")
  place.hidden = found === null || found.contacts.length === 0
  if (!found || place.hidden) return
  setText(at(place, "count"), String(found.contacts.length))
  at(place, "by").hidden = found.by !== "name"
  setText(at(place, "by"), gettext("Found by the name alone: it may be somebody else."))
  redraw(at(place, "list"), [found.contacts, me], () => found.contacts.map((one) => listNode(one, me)))
}

/** @param {EarlierContact} one @param {number|null} me */
function listNode(one, me) {
  const button = make("button", "", words("b", one.opening || gettext("Nothing said")))
  button.setAttribute("type", "button")
  button.dataset.past = one.contactId
  const time = document.createElement("time")
  time.dateTime = one.startedAt
  time.title = exactly(one.startedAt)
  time.append(dayOfYear(one.startedAt))
  const who = one.owner ? [` · ${one.owner.id === me ? gettext("you") : one.owner.name}`] : []
  button.append(make("span", "", time, ` · ${one.queue}`, ...who), make("em", "", outcome(one)))
  return make("li", "", button)
}

/** What came of it; how it ended where nobody has said. @param {EarlierContact} one */
function outcome({ endedAt, endReason, disposition }) {
  if (endedAt === null) return gettext("live")
  if (disposition) return disposition
  return { customer: gettext("customer left"), agent: gettext("ended") }[endReason] ?? ""
}

/** @param {import("../lib/socket.js").Line} line */
function createReader(line) {
  const place = find("#reader")
  const log = find("#reader-log")
  const paper = createTranscript(log, find("#reader-rows"))
  /** @type {EarlierContact|null} */
  let one = null
  let last = ""
  /** @type {import("../lib/types.js").Conversation} */
  let held = EMPTY
  /** What getTranscript said to go on with; null: at the beginning, empty: all of it is here. @type {string|null} */
  let next = null
  let paging = false
  let onClose = () => {}

  const close = () => {
    if (!one) return
    const inside = place.contains(document.activeElement)
    one = null
    place.hidden = true
    paper.start([])
    if (inside) onClose()
  }
  /** From its beginning, page by page: a conversation that is over is read like a book. */
  const page = async () => {
    const asked = one
    if (!asked || paging || next === "") return
    paging = true
    const way = { contactId: asked.contactId, maxResults: PAGE, scanDirection: "FORWARD", nextToken: next }
    try {
      const told = await line.request("getTranscript", way)
      if (one === asked) draw(told)
    } catch (error) {
      if (one === asked) setText(at(place, "state"), reason(error))
    } finally {
      paging = false
    }
  }
  /** @param {{Transcript: import("../lib/types.js").Item[], NextToken: string|null}} told */
  const draw = (told) => {
    const first = held.items.length === 0
    next = told.NextToken ?? ""
    held = { ...held, items: [...held.items, ...told.Transcript] }
    const rows = bubbles(held, [], { me: null })
    setText(at(place, "state"), rows.length === 0 ? gettext("Nothing was said.") : "")
    at(place, "state").hidden = rows.length > 0
    if (first) paper.start(rows)
    else paper.change(rows, false)
  }

  log.addEventListener(
    "scroll",
    () => {
      paper.follow()
      if (log.scrollHeight - log.scrollTop - log.clientHeight < NEAR) void page()
    },
    { passive: true },
  )
  find("#reader-back").addEventListener("click", () => {
    find("#reader-back").focus()
    close()
  })
  place.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return
    event.stopPropagation()
    close()
  })

  return {
    get isOpen() {
      return one !== null
    },
    get last() {
      return last
    },
    close,
    /** @param {() => void} then */
    closed(then) {
      onClose = then
    },
    /** @param {EarlierContact} chosen */
    open(chosen) {
      one = chosen
      last = chosen.contactId
      held = EMPTY
      next = null
      paging = false
      paper.start([])
      place.hidden = false
      const owner = chosen.owner ? `, ${chosen.owner.name}` : ""
      setText(at(place, "about"), `${dayOfYear(chosen.startedAt)}, ${chosen.queue}${owner}`)
      at(place, "state").hidden = false
      setText(at(place, "state"), gettext("The transcript is on its way"))
      find("#reader-back").focus()
      void page()
    },
  }
}

/** @param {unknown} error */
const reason = (error) =>
  error instanceof RequestFailed && error.message ? error.message : gettext("The transcript could not be fetched.")

/** @type {import("../lib/types.js").Conversation} */
const EMPTY = { contacts: {}, items: [], earlier: false, outgoing: {}, receipts: {}, notes: {}, tokens: {}, gap: null }
