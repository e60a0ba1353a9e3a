// @ts-check
/** How long messages take, at the end of the board: percentiles of the last minutes, drawn on one scale, and how far behind we were found. */
import { find, make, redraw, setText } from "../lib/dom.js"
import { fill, gettext, ngettext, say } from "../lib/i18n.js"
import { ratioOnScale, took } from "../state/delivery.js"

/**
 * @typedef {import("../lib/types.js").LatencyFigures} Figures
 * @typedef {{received: Figures|null, painted: Figures|null, answered: Figures|null, minutes: number, behindSeconds: number|null}} Latency
 */

const STAGES = /** @type {const} */ (["received", "painted", "answered"])
const NAMES = {
  received: gettext("Customer to portal"),
  painted: gettext("Customer to the agent's screen"),
  answered: gettext("Agent to Amazon Connect"),
}

/** @param {Latency} told */
export function drawDelivery(told) {
  const block = find("#delivery")
  const rows = STAGES.filter((stage) => told[stage] !== null)
  block.classList.toggle("is-empty", rows.length === 0)
  setText(find("#delivery-minutes"), fill(ngettext("last minute", "last %(n)s minutes", told.minutes), { n: told.minutes }))
  redraw(find("tbody", block), told, () => rows.map((stage) => row(NAMES[stage], /** @type {Figures} */ (told[stage]))))
  const behind = find("#delivery-behind")
  behind.hidden = told.behindSeconds === null
  const late = told.behindSeconds ?? 0
  setText(find("span", behind), fill(ngettext("A message was found %(n)s second late.", "A message was found %(n)s seconds late.", late), { n: late }))
}

/** @param {string} name @param {Figures} figures */
function row(name, figures) {
  const line = make("tr", "", cell("th", "", name), cell("td", "has-range", range(figures)))
  for (const part of /** @type {const} */ (["p50", "p95", "p99"])) line.append(cell("td", "n", took(figures[part])))
  line.append(cell("td", "n", String(figures.messages)))
  line.setAttribute("role", "row")
  return line
}

/** @param {"th"|"td"} tag @param {string} className @param {string|Node} inside */
function cell(tag, className, inside) {
  const element = make(tag, className, inside)
  element.setAttribute("role", tag === "th" ? "rowheader" : "cell")
  if (tag === "th") element.setAttribute("scope", "row")
  return element
}

/** From the median to p99, with a mark at p95. @param {Figures} figures */
function range({ p50, p95, p99 }) {
  const drawn = make("span", "range", make("i", ""), make("b", ""))
  drawn.setAttribute("role", "img")
  drawn.setAttribute("aria-label", say("Half within %(half)s, 99 of 100 within %(most)s", { half: took(p50), most: took(p99) }))
  const [from, mark, to] = [p50, p95, p99].map(ratioOnScale)
  const [bar, dot] = /** @type {HTMLElement[]} */ ([...drawn.children])
  bar.style.insetInlineStart = `${100 * from}%`
  bar.style.inlineSize = `${100 * Math.max(to - from, 0.02)}%`
  dot.style.insetInlineStart = `${100 * mark}%`
  return drawn
}
