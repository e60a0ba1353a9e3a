// @ts-check
/** The supervisor's list: drawn by the server, drawn again when the socket says that it changed; its timers go on here. */
import { BesideBoard } from "./beside_board.js"
import { createChip } from "../shell/connection_status.js"
import { setClock } from "../lib/clock.js"
import { find } from "../lib/dom.js"
import { fetchPage } from "../lib/fetch_page.js"
import { initMe } from "../shell/user_menu.js"
import { initNotice } from "../shell/notice.js"
import { Line, socketUrl, toSignIn, wakeWithThePage } from "../lib/socket.js"
import { localTimes, tickTimers } from "../lib/timers.js"

/** @type {{userId: number, wsPath: string, loginPath: string, supervision: import("./watch_pane.js").Supervision}} */
const page = JSON.parse(find("#page").textContent ?? "")
const BLOCKS = ["live", "ended"]
/** Each block as the server drew it: its timers have gone on since. @type {Map<string, string>} */
const drawn = new Map(BLOCKS.map((id) => [id, find(`#${id}`).innerHTML]))
let busy = false
let again = false

const line = new Line({
  url: socketUrl(page.wsPath),
  known: () => beside.known,
  visible: () => !document.hidden,
  onTime: setClock,
  onFrame: (frame) => (frame.method === "floor" ? void draw() : beside.frame(frame)),
  // Listen first, look second: what changed while nobody listened is on the page that is fetched now.
  onCaughtUp(seconds) {
    line.request("watchFloor").then(draw, () => {})
    beside.caughtUp(seconds)
  },
  onStatus(status) {
    if (status.code === 4401) toSignIn(page.loginPath)
    chip()
    beside.status(status)
  },
})
const chip = createChip(line)
const beside = new BesideBoard(line, page, { order: () => keyed().map((row) => row.dataset.key ?? ""), row: () => undefined })

/** The rows of contacts that live, each with the contact's id. @returns {HTMLElement[]} */
function keyed() {
  const rows = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("#live tbody tr")])
  for (const row of rows) row.dataset.key ??= decodeURIComponent(row.querySelector("a")?.getAttribute("href")?.split("/").at(-2) ?? "")
  return rows
}
keyed()

/** One at a time; what changes meanwhile is drawn after it. @returns {Promise<void>} */
async function draw() {
  again = busy
  if (busy) return
  busy = true
  const fresh = await fetchPage()
  for (const id of BLOCKS) {
    const block = fresh?.getElementById(id)
    if (block && block.innerHTML !== drawn.get(id)) replace(id, block)
  }
  busy = false
  if (again) return draw()
}

/** Whoever stands on a contact goes on standing there, wherever its row is now. @param {string} id @param {Element} fresh */
function replace(id, fresh) {
  drawn.set(id, fresh.innerHTML)
  const block = find(`#${id}`)
  const here = block.contains(document.activeElement) ? document.activeElement?.getAttribute("href") : null
  const aside = block.querySelector(".scroll")?.scrollLeft ?? 0
  block.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)))
  const table = block.querySelector(".scroll")
  if (table) table.scrollLeft = aside
  localTimes()
  tickTimers()
  keyed()
  beside.drawn()
  if (here) /** @type {HTMLElement|null} */ (block.querySelector(`a[href="${CSS.escape(here)}"]`))?.focus()
}

const drawnAt = find("#floor").dataset.now
if (drawnAt) setClock(drawnAt, 0)
initMe()
initNotice()
localTimes()
tickTimers()
setInterval(() => {
  tickTimers()
  chip()
  beside.tick()
}, 1_000)
wakeWithThePage(line)
line.open()
