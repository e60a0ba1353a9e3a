// @ts-check
/** The supervisor's board: what the socket tells is drawn in place; J and K walk through the contacts, Enter opens one. */
import { BesideBoard } from "./beside_board.js"
import { createChip } from "../shell/connection_status.js"
import { forgetClock, setClock } from "../lib/clock.js"
import { fetchPage } from "../lib/fetch_page.js"
import { find, keep, make, redraw, setText } from "../lib/dom.js"
import { popup } from "../lib/menu.js"
import { fill, gettext, ngettext } from "../lib/i18n.js"
import { initMe } from "../shell/user_menu.js"
import { initNotice, notice } from "../shell/notice.js"
import { Line, RequestFailed, socketUrl, toSignIn, wakeWithThePage } from "../lib/socket.js"
import { localTimes, tickTimers } from "../lib/timers.js"
import { LIMITS, MOST_ROWS, SORTS, applyFrame, turned } from "../state/floor.js"
import * as cells from "./board_cells.js"
import { BoardFilters } from "./board_filters.js"
import { BoardTable, markSorted } from "./board_table.js"
import { drawDelivery } from "./delivery.js"
import { drawFigures } from "./figures.js"
import { ChosenRows } from "./chosen_rows.js"
import { QueueAlerts } from "./queue_alerts.js"

/** @type {{userId: number, wsPath: string, loginPath: string, contactPath: string, views: any[], supervision: import("./watch_pane.js").Supervision}} */
const page = JSON.parse(find("#page").textContent ?? "")
/** @type {import("../state/floor.js").Board|null} */
let board = null
/** @type {Record<string, number>} */
const limits = { ...LIMITS }
const tables = {
  queues: new BoardTable(find("#queues"), cells.queueNow),
  agents: new BoardTable(find("#agents"), cells.agent),
  contacts: new BoardTable(find("#contacts"), cells.contact(page.contactPath)),
}
const names = /** @type {(keyof typeof tables)[]} */ (Object.keys(tables))

const line = new Line({
  url: socketUrl(page.wsPath),
  known: () => beside.known,
  visible: () => !document.hidden,
  onTime: setClock,
  onOpen: forgetClock,
  onFrame(frame) {
    if (frame.method === "floor") take(frame.params)
    else if (frame.method === "latency") drawDelivery(frame.params)
    else beside.frame(frame)
  },
  onCaughtUp(seconds) {
    watch()
    beside.caughtUp(seconds)
  },
  onStatus(status) {
    if (status.code === 4401) toSignIn(page.loginPath)
    chip()
    beside.status(status)
  },
})
const chip = createChip(line)
const beside = new BesideBoard(line, page, {
  order: () => board?.contacts.order ?? [],
  row,
  contactsOf: (userId) => Object.values(board?.contacts.rows ?? {}).filter((one) => one.agent?.id === userId),
  done: () => chosen.forEach((one) => one.clear()),
})
const chosen = [new ChosenRows(find("#agents"), "agent", (id) => row("agent", id)), new ChosenRows(find("#contacts"), "contact", (id) => row("contact", id))]

const alerts = new QueueAlerts(() => beside.chime())

/** @param {import("../state/actions.js").Kind} kind @param {string} id */
function row(kind, id) {
  return (kind === "agent" ? board?.agents : board?.contacts)?.rows[id]
}

/** @param {string} method @param {object} params */
async function request(method, params) {
  try {
    return await line.request(method, params)
  } catch (error) {
    if (error instanceof RequestFailed && !error.unknown) notice(error.message)
    return null
  }
}

const filters = new BoardFilters(page.views, watch, request)

/** Ask for the floor by the view of now; the frames begin with everything. */
function watch() {
  for (const name of names) markSorted(find(`#${name}`), filters.view.sort[name] ?? SORTS[name])
  void request("watchFloor", { view: { ...filters.view, limits } })
}

/** @param {any} frame */
function take(frame) {
  const next = applyFrame(board, frame)
  if (next === null) return watch()
  if (next === board) return
  const known = board !== null
  board = next
  draw()
  // A frame with everything: contacts may have ended while the line was down.
  if (frame.n === 1 ? known : frame.contacts?.removed.length || frame.alerts) void over.refresh()
}

function draw() {
  if (!board) return
  find("#floor").removeAttribute("aria-busy")
  drawFigures(find("#kpis"), board.kpis)
  filters.draw(board)
  for (const name of names) {
    tables[name].draw(board[name])
    drawMore(name, board[name])
  }
  tickTimers()
  for (const one of chosen) one.drawn()
  drawMissed(board.missed)
  alerts.draw(board.alerts.order.map((id) => board?.alerts.rows[id]))
  beside.asking(board.asking.order.map((id) => board?.asking.rows[id]))
  beside.drawn()
  setText(find("#agents-count"), signedIn(board.kpis.signedIn))
  setText(find("#contacts-count"), openContacts(board.contacts.total))
}

const signedIn = (/** @type {number} */ n) => fill(ngettext("%(n)s signed in", "%(n)s signed in", n), { n })
const openContacts = (/** @type {number} */ n) => fill(ngettext("%(n)s contact", "%(n)s contacts", n), { n })

/** @param {string} name @param {import("../state/floor.js").Table} table */
function drawMore(name, table) {
  const more = find(`#${name} .block__end`)
  const left = table.total - table.order.length
  more.hidden = left <= 0 || limits[name] >= MOST_ROWS
  setText(find("button", more), cells.rowsMore(left))
}

/** @param {import("../state/floor.js").Table} table */
function drawMissed(table) {
  const list = find("#missed ol")
  keep(list, table.order, (id) => id, () => make("li", ""), (element, id) => {
    redraw(element, table.rows[id], () => cells.missedOffer(table.rows[id]))
  })
  find("#missed").classList.toggle("is-empty", table.total === 0)
  setText(find("#missed-count"), fill(ngettext("%(n)s in the last hour", "%(n)s in the last hour", table.total), { n: table.total }))
}

/** Lists of what is over are the server's: fetched anew when something has ended, not while somebody stands in one. */
const over = {
  busy: false,
  again: false,
  async refresh() {
    this.again = this.busy
    if (this.busy) return
    this.busy = true
    const page = await fetchPage()
    for (const list of [find("#passed"), find("#ended")]) {
      const fresh = page?.getElementById(list.id)
      if (!fresh || list.contains(document.activeElement)) continue
      list.className = fresh.className
      list.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)))
    }
    localTimes()
    setTimeout(() => {
      this.busy = false
      if (this.again) void this.refresh()
    }, 1_000)
  },
}

// ---- more rows, other order ------------------------------------------------------------------------------------------

/** @param {string} name */
function extend(name) {
  limits[name] = Math.min(MOST_ROWS, limits[name] * 2)
  watch()
}

for (const name of names) {
  const block = find(`#${name}`)
  find(".block__end button", block).addEventListener("click", () => extend(name))
  for (const head of block.querySelectorAll("th[data-sort] button"))
    head.addEventListener("click", () => {
      const column = head.closest("th")?.dataset.sort ?? ""
      const now = filters.view.sort[name] ?? SORTS[name]
      filters.set({ sort: { ...filters.view.sort, [name]: turned(now, column) } })
    })
}
new IntersectionObserver((seen) => {
  if (seen.some((one) => one.isIntersecting)) extend("contacts")
}).observe(find("#contacts .block__end"))

for (const choice of document.querySelectorAll("[data-queues]"))
  choice.addEventListener("click", () => {
    const hour = /** @type {HTMLElement} */ (choice).dataset.queues === "hour"
    for (const one of document.querySelectorAll("[data-queues]")) one.setAttribute("aria-pressed", String(one === choice))
    find("#queues-now").hidden = hour
    find("#queues-hour").hidden = !hour
    tables.queues.showBy(hour ? cells.queueHour : cells.queueNow)
  })

// ---- keys ------------------------------------------------------------------------------------------------------------

/** J: the next contact, K: the one before. @param {KeyboardEvent} event */
function walk(event) {
  const step = { j: 1, k: -1 }[event.key.toLowerCase()]
  const target = event.target instanceof HTMLElement ? event.target : null
  if (!step || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || target?.closest("input, select, textarea")) return
  const links = [...tables.contacts.body.querySelectorAll("th a")].filter((one) => one instanceof HTMLElement)
  const here = links.indexOf(/** @type {HTMLElement} */ (document.activeElement))
  const next = links[here < 0 ? (step > 0 ? 0 : links.length - 1) : here + step]
  if (!next) return
  event.preventDefault()
  next.focus()
  next.scrollIntoView({ block: "nearest" })
}
document.addEventListener("keydown", walk)

popup(find("#floor-save-open"), find("#floor-save-panel"), { opened: () => find("#floor-save-name").focus() })
initMe()
initNotice()
localTimes()
setInterval(() => {
  tickTimers()
  if (board) drawFigures(find("#kpis"), board.kpis)
  chip()
  beside.tick()
  alerts.tick()
}, 1_000)
wakeWithThePage(line)
line.open()
find("#floor").setAttribute("aria-label", gettext("The floor"))
