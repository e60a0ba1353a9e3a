// @ts-check
/** The supervisor's list: drawn by the server, drawn again when the socket says that it changed; its timers go on here. */
import { createChip } from "../shell/connection_status.js"
import { setClock } from "../lib/clock.js"
import { find } from "../lib/dom.js"
import { fetchPage } from "../lib/fetch_page.js"
import { initMe } from "../shell/user_menu.js"
import { initNotice } from "../shell/notice.js"
import { Line, socketUrl, toSignIn, wakeWithThePage } from "../lib/socket.js"
import { localTimes, tickTimers } from "../lib/timers.js"

/** @type {{wsPath: string, loginPath: string}} */
const page = JSON.parse(find("#page").textContent ?? "")
const BLOCKS = ["live", "ended"]
/** Each block as the server drew it: its timers have gone on since. @type {Map<string, string>} */
const drawn = new Map(BLOCKS.map((id) => [id, find(`#${id}`).innerHTML]))
let busy = false
let again = false

const line = new Line({
  url: socketUrl(page.wsPath),
  known: () => ({}),
  visible: () => !document.hidden,
  onTime: setClock,
  onFrame: ({ method }) => method === "floor" && void draw(),
  // Listen first, look second: what changed while nobody listened is on the page that is fetched now.
  onCaughtUp: () => line.request("watchFloor").then(draw, () => {}),
  onStatus({ code }) {
    if (code === 4401) toSignIn(page.loginPath)
    chip()
  },
})
const chip = createChip(line)

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
}, 1_000)
wakeWithThePage(line)
line.open()
