// @ts-check
/** The conversation in view: its transcript, who types, what is new below; scrolled like paper, never jumping while it is read. */
import { now } from "../lib/clock.js"
import { at, find, setText } from "../lib/dom.js"
import { createTranscript } from "./transcript.js"
import { fill, gettext, ngettext, say } from "../lib/i18n.js"

/**
 * @typedef {Object} Shown
 * @property {string} id  What is shown: another id is another place to scroll to.
 * @property {import("../lib/types.js").Conversation} held
 * @property {import("../state/bubbles.js").Row[]} rows
 * @property {import("../lib/types.js").Typing[]} typing
 * @typedef {import("./transcript.js").Place} Place
 */

/** So near to the beginning of what is held the page before it is asked for. */
const NEAR = 400
/** Places in contacts that have left the desk are forgotten at last. */
const MOST_PLACES = 100

/** @param {{earlier: () => void, act: (what: string, group: HTMLElement) => void, painted?: () => void,
 *   moved?: (id: string, place: Place) => void}} on */
export function createConversation(on) {
  const log = find("#log")
  const rows = find("#rows")
  const more = find("#earlier")
  const jump = find("#jump")
  const paper = createTranscript(log, rows)
  /** @type {Map<string, Place>} */
  const places = new Map()
  /** @type {Shown|null} */
  let shown = null
  let seen = 0
  let looking = false
  /** "Today" is yesterday after midnight. */
  let day = 0

  const remember = () => {
    if (!shown || shown.rows.length === 0) return
    places.delete(shown.id)
    places.set(shown.id, paper.place())
    if (places.size > MOST_PLACES) places.delete(/** @type {string} */ (places.keys().next().value))
  }
  /** Once in a frame of the screen, however often the wheel turns. */
  const look = () => {
    looking = false
    paper.follow()
    remember()
    if (shown && shown.rows.length > 0) on.moved?.(shown.id, paper.place())
    if (paper.atEnd()) {
      jump.hidden = true
      if (shown) seen = theirs(shown.rows)
    }
    if (paper.whole && log.scrollTop < NEAR && !more.hidden) on.earlier()
    on.painted?.()
  }

  log.addEventListener(
    "scroll",
    () => {
      if (looking) return
      looking = true
      requestAnimationFrame(look)
    },
    { passive: true },
  )
  more.addEventListener("click", on.earlier)
  jump.addEventListener("click", () => {
    paper.toEnd()
    log.focus({ preventScroll: true })
  })
  rows.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("[data-do]") : null
    const group = button?.closest(".group")
    if (button instanceof HTMLElement && group instanceof HTMLElement) on.act(button.dataset.do ?? "", group)
  })
  // The composer grows, the phone's keyboard opens: the last words stay in sight.
  new ResizeObserver(() => {
    if (shown && places.get(shown.id)?.end) paper.toEnd()
    else paper.follow()
  }).observe(log)

  return {
    log,
    /** What is in view; null: nothing. */
    get shown() {
      return shown
    },
    /** Nothing is in view. */
    leave() {
      if (!shown) return
      remember()
      shown = null
      on.painted?.()
    },
    /** @param {Shown} next */
    paint(next) {
      // Also when the first of its words come: until then there was no place to read at.
      const other = next.id !== shown?.id || (shown.rows.length === 0 && next.rows.length > 0)
      const same = !other && next.rows === shown?.rows && next.held.earlier === shown?.held.earlier
      if (same && day === new Date().getDate()) {
        shown = next
        if (drawTyping(next.typing) && places.get(next.id)?.end) paper.toEnd()
        return
      }
      day = new Date().getDate()
      const end = other || paper.atEnd()
      shown = next
      const drawMore = () => {
        more.hidden = !next.held.earlier
      }
      drawTyping(next.typing)
      if (other) {
        drawMore()
        paper.open(next.rows, places.get(next.id))
      } else paper.change(next.rows, end, drawMore)
      const count = theirs(next.rows)
      drawJump(jump, other || end || paper.atEnd() ? 0 : Math.max(0, count - seen))
      if (other || paper.atEnd()) seen = count
      if (other) {
        jump.hidden = true
        remember()
      }
      on.painted?.()
    },
    toEnd: paper.toEnd,
    drawAll: paper.drawAll,
    reveal: paper.reveal,
    drawn: paper.drawn,
    /** Where the agent reads in the contact in view. */
    get place() {
      return shown ? places.get(shown.id) : undefined
    },
    /** Where they had read in a contact, on another machine. @param {string} id @param {Place} place */
    setPlace: (id, place) => void places.set(id, place),
  }
}

/** How many bubbles are the customer's. @param {import("../state/bubbles.js").Row[]} rows */
const theirs = (rows) =>
  rows.reduce((sum, row) => sum + (row.kind === "group" && !row.mine ? row.bubbles.length : 0), 0)

/** @param {HTMLElement} jump @param {number} count */
function drawJump(jump, count) {
  if (count === 0) return
  jump.hidden = false
  setText(at(jump, "text"), fill(ngettext("%(n)s new message", "%(n)s new messages", count), { n: count }))
}

/** @param {import("../lib/types.js").Typing[]} typing @returns {boolean} it came or went */
function drawTyping(typing) {
  const place = find("#typing")
  const before = place.hidden
  const alive = typing.filter((one) => one.until > now())
  place.hidden = alive.length === 0
  if (alive.length > 0)
    setText(
      at(place, "who"),
      say("%(name)s is typing", { name: alive.map((one) => one.name || gettext("Customer")).join(", ") }),
    )
  return place.hidden !== before
}
