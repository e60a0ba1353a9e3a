// @ts-check
/** Timers the server has drawn (data-since, or a local time in data-at-time) go on in the browser. */
import { clockwise, dayAndHour, exactly, since } from "./clock.js"
import { setText } from "./dom.js"

export function tickTimers() {
  for (const element of document.querySelectorAll("[data-since]")) {
    const iso = /** @type {HTMLElement} */ (element).dataset.since ?? ""
    setText(element, clockwise(since(iso)))
  }
}

/** Times of the server in the reader's own zone. */
export function localTimes() {
  for (const element of document.querySelectorAll("time[data-local]")) {
    if (!(element instanceof HTMLTimeElement)) continue
    setText(element, dayAndHour(element.dateTime))
    element.title = exactly(element.dateTime)
  }
}
