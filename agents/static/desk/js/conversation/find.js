// @ts-check
/** Finding words in the transcript in view: hits counted and marked, next and previous, earlier pages fetched when asked for. */
import { announce } from "../shell/announce.js"
import { composing, find, setText } from "../lib/dom.js"
import { pressedCtrl, withCtrl } from "../shell/keymap.js"
import { MOST_HITS, found, hits, pattern, placeOf } from "../state/find.js"
import { fill, gettext, ngettext, say } from "../lib/i18n.js"

/**
 * @typedef {import("../state/find.js").Hit} Hit
 * @typedef {import("../state/bubbles.js").Row} Row
 * @typedef {Object} Looked  The transcript in view.
 * @property {string} id
 * @property {Row[]} rows
 * @property {boolean} earlier  There are pages before what is held.
 */

/** So many pages are fetched for one press; then a person decides whether to go on. */
const MOST_PAGES = 20

/**
 * @param {ReturnType<typeof import("./conversation.js").createConversation>} conversation
 * @param {{earlier: () => Promise<void>}} pages
 */
export function createFind(conversation, pages) {
  const transcript = {
    /** @returns {Looked|null} */
    now() {
      const { shown } = conversation
      return shown && { id: shown.id, rows: shown.rows, earlier: shown.held.earlier }
    },
    earlier: pages.earlier,
  }
  const bar = find("#find")
  const words = /** @type {HTMLInputElement} */ (find("#find-words"))
  const more = /** @type {HTMLButtonElement} */ (find("#find-earlier"))
  /** @type {Hit[]} */
  let all = []
  let here = -1
  /** @type {Row[]|null} */
  let searched = null
  let looking = false
  let id = ""

  const search = () => {
    const seen = transcript.now()
    if (bar.hidden || !seen) return
    const before = here >= 0 ? all[here] : null
    searched = seen.rows
    all = hits(seen.rows, words.value)
    here = placeOf(all, before)
    drawState(seen)
  }

  /** @param {Looked} seen */
  const drawState = (seen) => {
    const asked = words.value.trim() !== ""
    setText(find("#find-count"), asked ? countWords(all.length, here) : "")
    for (const name of ["#find-next", "#find-previous"])
      /** @type {HTMLButtonElement} */ (find(name)).disabled = all.length === 0
    more.hidden = !asked || !seen.earlier
    more.disabled = looking
    setText(
      find("#find-earlier span"),
      looking ? gettext("Searching earlier messages…") : gettext("Search earlier messages"),
    )
  }

  /** @param {number} step */
  const go = async (step) => {
    if (all.length === 0) return
    // Before the first hit there may be others, in pages that are not here yet.
    if (here + step < 0 && transcript.now()?.earlier) return lookEarlier()
    here = (here + step + all.length) % all.length
    show()
  }

  const show = () => {
    const seen = transcript.now()
    if (seen) drawState(seen)
    if (here < 0) return
    conversation.reveal(all[here].key, "center")
    announce(countWords(all.length, here), "find")
    mark()
  }

  /** Fetch page by page until there is a hit more, or nothing before. */
  const lookEarlier = async () => {
    if (looking) return
    looking = true
    const [known, from] = [all.length, id]
    for (let pages = 0; pages < MOST_PAGES && transcript.now()?.earlier && !bar.hidden && id === from; pages += 1) {
      search()
      await transcript.earlier()
      await new Promise(requestAnimationFrame)
      search()
      if (all.length > known) break
    }
    looking = false
    const more = all.length - known
    if (more > 0 && id === from) here = more - 1
    show()
    const seen = transcript.now()
    if (seen) drawState(seen)
  }

  /** Every hit that is drawn, and the one we stand on. */
  const mark = () => {
    const wanted = bar.hidden ? null : pattern(words.value)
    paint(find("#rows"), wanted, here >= 0 ? all[here] : null)
  }

  /** Where one was before one searched. @type {Element|null} */
  let from = null
  const open = () => {
    if (!transcript.now()) return
    if (!bar.contains(document.activeElement)) from = document.activeElement
    bar.hidden = false
    find("#find-open").setAttribute("aria-expanded", "true")
    words.select()
    words.focus()
    search()
    mark()
  }
  const close = () => {
    if (bar.hidden) return
    const inside = bar.contains(document.activeElement)
    bar.hidden = true
    find("#find-open").setAttribute("aria-expanded", "false")
    mark()
    if (!inside) return
    const back = from instanceof HTMLElement && from !== document.body && from.checkVisibility() ? from : conversation.log
    back.focus({ preventScroll: true })
  }

  words.addEventListener("input", () => {
    all = []
    here = -1
    search()
    if (here >= 0) show()
    mark()
  })
  words.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || composing(event)) return
    event.preventDefault()
    void go(event.shiftKey ? 1 : -1)
  })
  bar.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close()
  })
  find("#find-open").title = say("Find in transcript (%(key)s)", { key: withCtrl("F") })
  find("#find-open").addEventListener("click", () => (bar.hidden ? open() : close()))
  find("#find-close").addEventListener("click", close)
  // The newest hit is the first: a transcript is read from its end.
  find("#find-previous").addEventListener("click", () => void go(-1))
  find("#find-next").addEventListener("click", () => void go(1))
  more.addEventListener("click", () => void lookEarlier())
  document.addEventListener("keydown", (event) => {
    if (!pressedCtrl(event, "f")) return
    // Pressed again in the bar it is the browser's own.
    if (!transcript.now() || document.querySelector("dialog[open]") || event.target === words) return
    event.preventDefault()
    open()
  })

  return {
    open,
    close,
    /** The transcript was drawn: marks stand on its nodes. */
    painted() {
      const seen = transcript.now()
      if (seen && seen.id !== id) {
        id = seen.id
        here = -1
        all = []
        searched = null
      }
      if (bar.hidden) return
      if (!seen) return close()
      if (seen.rows !== searched) search()
      mark()
    },
  }
}

/** @param {number} count @param {number} here */
function countWords(count, here) {
  if (count === 0) return gettext("Nothing found")
  const whole = count >= MOST_HITS ? `${MOST_HITS}+` : String(count)
  // Counted from the end, as it is walked through.
  return say("%(n)s of %(all)s", { n: count - here, all: whole })
}

/** The Highlight API where it is there, else the bubbles that hold a hit. */
const HIGHLIGHTS = /** @type {Map<string, any>|undefined} */ (/** @type {any} */ (globalThis.CSS)?.highlights)

/** @param {HTMLElement} box @param {RegExp|null} wanted @param {Hit|null} current */
function paint(box, wanted, current) {
  box.querySelectorAll(".is-found").forEach((one) => one.classList.remove("is-found"))
  HIGHLIGHTS?.delete("found")
  HIGHLIGHTS?.delete("found-here")
  if (!wanted) return
  const ranges = []
  for (const piece of box.querySelectorAll(".bubble, .ask, .file, .system, .bot")) {
    const here = rangesIn(piece, wanted)
    const mine = current !== null && keyOf(piece) === current.key
    if (mine) drawCurrent(/** @type {HTMLElement} */ (piece), here[current.nth])
    ranges.push(...here)
  }
  HIGHLIGHTS?.set("found", new /** @type {any} */ (globalThis).Highlight(...ranges))
}

/** @param {HTMLElement} piece @param {Range|undefined} range */
function drawCurrent(piece, range) {
  const closed = piece.closest("details:not([open])")
  if (closed instanceof HTMLDetailsElement) closed.open = true
  if (!HIGHLIGHTS || !range) return piece.classList.add("is-found")
  const highlight = new /** @type {any} */ (globalThis).Highlight(range)
  highlight.priority = 1 // over the colour of the others
  HIGHLIGHTS.set("found-here", highlight)
  range.startContainer.parentElement?.closest(".ask__card")?.scrollIntoView({ block: "nearest", inline: "nearest" })
}

/** @param {Element} piece */
const keyOf = (piece) => /** @type {HTMLElement} */ (piece).dataset.key

/** Where the words stand, over the borders of bold and italic, but not of paragraphs. @param {Element} piece @param {RegExp} wanted */
function rangesIn(piece, wanted) {
  const walker = document.createTreeWalker(piece, NodeFilter.SHOW_TEXT)
  /** @type {{node: Text, from: number}[]} */
  const parts = []
  let text = ""
  let block = null
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement
    if (!parent || parent.closest("[data-chrome], .sr, time")) continue
    const around = parent.closest("p, li, pre, blockquote, b, dt, dd, h4, h5, .bubble, .ask li > span > span")
    if (block && around !== block) text += "\n"
    block = around
    parts.push({ node: /** @type {Text} */ (node), from: text.length })
    text += node.textContent ?? ""
  }
  return found(text, wanted).map(({ from, to }) => rangeOf(parts, from, to))
}

/** @param {{node: Text, from: number}[]} parts @param {number} from @param {number} to */
function rangeOf(parts, from, to) {
  const range = document.createRange()
  const first = /** @type {{node: Text, from: number}} */ (parts.findLast((part) => part.from <= from))
  const last = /** @type {{node: Text, from: number}} */ (parts.findLast((part) => part.from < to))
  range.setStart(first.node, Math.min(first.node.length, from - first.from))
  range.setEnd(last.node, Math.min(last.node.length, to - last.from))
  return range
}
