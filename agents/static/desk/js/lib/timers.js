// @ts-check
/** Timers the server has drawn (data-since, or a local time in data-at-time) go on in the browser. */
import { clockwise, date, exactly, since } from "./clock.js"
import { icon, make, redraw, setText, spoken } from "./dom.js"
import { urgency } from "../state/urgency.js"
import { gettext } from "./i18n.js"

/** How a customer's wait looks, wherever it stands. */
export const LOOKS = {
  calm: { className: "timer", icon: "clock", word: gettext("waiting") },
  soon: { className: "timer timer--warn", icon: "clock", word: gettext("soon overdue, waiting") },
  overdue: { className: "timer timer--bad", icon: "alert", word: gettext("overdue, waiting") },
}

/** Those in rows that are out of sight (`is-off`) stand still: whoever brings one into sight calls again. */
export function tickTimers() {
  for (const element of document.querySelectorAll("[data-since]:not(.is-off *)")) {
    const iso = /** @type {HTMLElement} */ (element).dataset.since ?? ""
    setText(element, clockwise(since(iso)))
  }
  for (const element of document.querySelectorAll("[data-waits-since]:not(.is-off *)"))
    drawWait(/** @type {HTMLElement} */ (element), /** @type {HTMLElement} */ (element).dataset.waitsSince ?? "")
}

/** As on the card of the agent who serves it. @param {HTMLElement} element @param {string} iso */
function drawWait(element, iso) {
  const look = LOOKS[urgency(since(iso))]
  element.className = look.className
  redraw(element, [look.icon, look.word], () => [icon(look.icon), spoken(`${look.word} `), make("span", "")])
  setText(/** @type {Element} */ (element.lastElementChild), clockwise(since(iso)))
}

/** Times of the server in the reader's own zone, which is also that of the days asked for. */
export function localTimes() {
  const zone = document.querySelector("input[name=zone]")
  if (zone instanceof HTMLInputElement) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone
  for (const element of document.querySelectorAll("time[data-local]")) {
    if (!(element instanceof HTMLTimeElement)) continue
    setText(element, date(element.dateTime))
    element.title = exactly(element.dateTime)
  }
}
