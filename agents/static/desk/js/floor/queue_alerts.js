// @ts-check
/** Thresholds of queues that are passed: listed on the board; a new one is said, chimes and pops up once, its end is said too. */
import { announce } from "../shell/announce.js"
import { calls as tabCalls, someoneLooks } from "../shell/tabs.js"
import { clockwise, since } from "../lib/clock.js"
import { find, icon, keep, make, redraw } from "../lib/dom.js"
import { fill, gettext, ngettext, say } from "../lib/i18n.js"
import { mayPopUp } from "../shell/desktop_notifications.js"
import { newsOf } from "../state/queue_alerts.js"

/** @typedef {import("../state/queue_alerts.js").QueueAlert} QueueAlert */

export class QueueAlerts {
  #box = find("#alerts")
  #chime
  /** @type {QueueAlert[]|null} null: nothing was shown yet, and what stands already is no news */ #shown = null

  /** @param {() => void} chime */
  constructor(chime) {
    this.#chime = chime
  }

  /** @param {QueueAlert[]} alerts those that stand, and those that ended a moment ago */
  draw(alerts) {
    const { begun, over } = newsOf(this.#shown, alerts)
    this.#shown = alerts
    for (const one of begun) void this.#tell(one)
    for (const one of over) announce(say("Over: %(what)s", { what: sentence(one) }), `alert ${one.alertId}`)
    this.#box.hidden = alerts.length === 0
    keep(this.#box, alerts, (one) => String(one.alertId), () => make("li", ""), drawAlert)
  }

  /** Once a second: since when. */
  tick() {
    for (const time of this.#box.querySelectorAll("time[data-since]"))
      time.textContent = clockwise(since(/** @type {HTMLElement} */ (time).dataset.since ?? ""))
  }

  /** @param {QueueAlert} one */
  async #tell(one) {
    const words = sentence(one)
    this.#chime()
    announce(words, `alert ${one.alertId}`)
    if (!tabCalls() || !mayPopUp() || (await someoneLooks())) return
    const popup = new Notification(gettext("A limit is passed"), { body: words, tag: `alert ${one.alertId}` })
    popup.addEventListener("click", () => window.focus())
  }
}

/** @param {HTMLElement} element @param {QueueAlert} one */
function drawAlert(element, one) {
  element.className = one.endedAt ? "alert is-over" : "alert"
  redraw(element, one, () => {
    const time = document.createElement("time")
    time.className = "num"
    time.dataset.since = one.beganAt
    time.textContent = clockwise(since(one.beganAt))
    const said = make("span", "", sentence(one))
    return [icon(one.endedAt ? "read" : "alert"), said, one.endedAt ? make("b", "", gettext("over")) : time]
  })
}

/** @type {Record<string, (queue: string, limit: string) => string>} */
const SENTENCES = {
  oldest_waiting: (queue, limit) => say("%(queue)s: a customer waits longer than %(limit)s", { queue, limit }),
  waiting: (queue, limit) => fill(ngettext("%(queue)s: %(limit)s contact or more waits", "%(queue)s: %(limit)s contacts or more wait", Number(limit)), { queue, limit }),
  awaiting_answer: (queue, limit) => say("%(queue)s: a customer waits for an answer longer than %(limit)s", { queue, limit }),
  contact_age: (queue, limit) => say("%(queue)s: a contact is older than %(limit)s", { queue, limit }),
  time_in_state: (queue, limit) => say("%(queue)s: an agent takes no contacts for longer than %(limit)s", { queue, limit }),
  nobody_available: (queue, limit) => say("%(queue)s: nobody is available for longer than %(limit)s", { queue, limit }),
  service_level: (queue, limit) => say("%(queue)s: the service level is below %(limit)s %", { queue, limit }),
}
const COUNTS = new Set(["waiting", "service_level"])

/** @param {QueueAlert} one */
const sentence = ({ kind, queue, limit }) => SENTENCES[kind]?.(queue, COUNTS.has(kind) ? String(limit) : clockwise(limit)) ?? queue
