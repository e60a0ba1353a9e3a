// @ts-check
/**
 * The rows of a transcript on screen: of thousands, those in sight are drawn. What is being read keeps its place, whatever
 * comes above or below it.
 */
import { keep } from "../lib/dom.js"
import { createRow, drawRow } from "./rows.js"
import { AHEAD, MARGIN, across, around, ending, following, places } from "../state/span.js"

/**
 * @typedef {import("../state/bubbles.js").Row} Row
 * @typedef {{key: string, top: number}} Anchor  Something that is drawn, and how far below the upper edge it stands.
 * @typedef {{anchor: Anchor|null, end: boolean}} Place  Where somebody reads.
 */

/** Nearer to the end than this is at the end. */
const END = 48
/** The space between two rows (talk.css, .log__rows). */
const GAP = 16

/** @param {HTMLElement} log what scrolls @param {HTMLElement} box where the rows are */
export function createTranscript(log, box) {
  /** @type {Row[]} */
  let rows = []
  /** @type {Map<string, number>} */
  let heights = new Map()
  /** @type {Float64Array} */
  let starts = new Float64Array(1)
  let span = { from: 0, to: 0 }

  const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < END
  const toEnd = () => {
    for (let turn = 0; turn < 3; turn += 1) {
      show(ending(starts, log.clientHeight))
      log.scrollTop = log.scrollHeight
      if (span.from === 0 || starts[rows.length] - starts[span.from] > log.clientHeight + MARGIN / 2) return
    }
  }
  /** Where the rows begin, in the coordinates of scrollTop. */
  const base = () => box.getBoundingClientRect().top - log.getBoundingClientRect().top + log.scrollTop

  /** @param {import("../state/span.js").Span} wanted */
  const show = (wanted) => {
    span = wanted
    const some = rows.slice(span.from, span.to)
    keep(box, some, (row) => row.key, createRow, drawRow)
    measure(some)
  }

  /** All of it, also what is out of sight: for paper. */
  const drawAll = () => show({ from: 0, to: rows.length })

  /** @param {Row[]} some */
  const measure = (some) => {
    if (log.clientHeight === 0) return leave() // behind another pane nothing has a height
    const tops = [...box.children].map((row) => /** @type {HTMLElement} */ (row).offsetTop)
    const last = /** @type {HTMLElement|null} */ (box.lastElementChild)
    if (last) tops.push(last.offsetTop + last.offsetHeight + GAP)
    some.forEach(({ key }, place) => heights.set(key, tops[place + 1] - tops[place]))
    starts = places(rows, heights)
    leave()
  }

  /** Empty space for what is not drawn. */
  const leave = () => {
    box.style.paddingBlock = `${starts[span.from]}px ${starts[rows.length] - starts[span.to]}px`
  }

  /** The first thing in sight: a bubble, or a row without any. @returns {Anchor|null} */
  const anchor = () => {
    const edge = log.getBoundingClientRect().top
    for (const row of box.children) {
      if (row.getBoundingClientRect().bottom <= edge) continue
      for (const piece of pieces(row)) {
        const { top, bottom } = piece.getBoundingClientRect()
        if (bottom > edge) return { key: piece.dataset.key ?? "", top: top - edge }
      }
    }
    return null
  }
  /** @param {string} key */
  const drawn = (key) => box.querySelector(`[data-key="${CSS.escape(key)}"]`)

  /** Move the paper so that this stands where it stood. @param {Anchor|null} was */
  const hold = (was) => {
    const element = was && drawn(was.key)
    if (!element) return false
    const moved = element.getBoundingClientRect().top - log.getBoundingClientRect().top - was.top
    if (moved !== 0) log.scrollTop += moved
    return true
  }

  /** @param {string} key of a row, or of a bubble in one */
  const rowOf = (key) =>
    rows.findIndex((row) => row.key === key || (row.kind === "group" && row.bubbles.some((one) => one.key === key)))

  /** Draw what the eye needs now; what it rests on stays. */
  const follow = () => {
    const wanted = following(span, starts, log.scrollTop - base(), log.clientHeight)
    if (wanted === span) return
    // Whoever went to the end wants the end, also when what is drawn there turns out higher than it was taken to be.
    if (atEnd()) return toEnd()
    const was = anchor()
    show(wanted)
    hold(was)
  }

  // The browser's own way there ends where the end was taken to be when the key was pressed.
  log.addEventListener("keydown", (event) => {
    if (event.key !== "End" || event.target !== log || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
    event.preventDefault()
    toEnd()
  })

  /** @param {Row[]} fresh */
  const take = (fresh) => {
    rows = fresh
    starts = places(rows, heights)
  }

  return {
    atEnd,
    drawAll,
    toEnd,
    follow,
    /** @returns {Place} */
    place: () => ({ anchor: anchor(), end: atEnd() }),
    /** Is there nothing above what is drawn? */
    get whole() {
      return span.from === 0
    },
    /** Another transcript, from its beginning. @param {Row[]} fresh */
    start(fresh) {
      heights = new Map()
      take(fresh)
      show(across(starts, 0, log.clientHeight + AHEAD))
      log.scrollTop = 0
    },
    /** Another transcript. @param {Row[]} fresh @param {Place|undefined} place where it had been left */
    open(fresh, place) {
      heights = new Map()
      take(fresh)
      const divider = rows.findIndex((row) => row.kind === "new")
      const left = place && !place.end && place.anchor ? rowOf(place.anchor.key) : -1
      if (divider < 0 && left >= 0 && place) {
        show(around(starts, left, log.clientHeight))
        hold(place.anchor)
        return follow()
      }
      toEnd()
      // From the first unread message on, when they do not fit.
      if (divider >= 0 && starts[divider] + base() < log.scrollTop) this.reveal("new", "start")
    },
    /**
     * The same transcript, grown or changed.
     * @param {Row[]} fresh @param {boolean} end stay at the end @param {() => void} [beside] what else changes above it
     */
    change(fresh, end, beside = () => {}) {
      const was = end ? null : anchor()
      const before = was ? rowOf(was.key) : -1
      const [above, below] = [before - span.from, span.to - before]
      beside()
      take(fresh)
      if (end) return toEnd()
      const now = was ? rowOf(was.key) : -1
      show(
        now < 0
          ? across(starts, log.scrollTop - base(), log.scrollTop - base() + log.clientHeight)
          : { from: Math.max(0, now - above), to: Math.min(rows.length, now + below) },
      )
      hold(was)
      follow()
    },
    /**
     * Bring a row, or a bubble in one, into sight.
     * @param {string} key @param {"start"|"center"} where @returns {HTMLElement|null}
     */
    reveal(key, where) {
      const row = rowOf(key)
      if (row < 0) return null
      show(around(starts, row, log.clientHeight))
      const element = /** @type {HTMLElement|null} */ (drawn(key))
      if (!element) return null
      const room = where === "start" ? 16 : Math.max(16, (log.clientHeight - element.offsetHeight) / 2)
      log.scrollTop += element.getBoundingClientRect().top - log.getBoundingClientRect().top - room
      follow()
      return element
    },
    drawn,
  }
}

/** @param {Element} row @returns {HTMLElement[]} */
function pieces(row) {
  const inside = [...row.querySelectorAll("[data-key]")]
  return /** @type {HTMLElement[]} */ (inside.length > 0 ? inside : [row])
}
