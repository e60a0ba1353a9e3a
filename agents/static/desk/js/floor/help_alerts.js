// @ts-check
/** Raised hands call the supervisors who may answer them: on top of the floor, by sound, title and desktop, until one takes it. */
import { askFor } from "./actions.js"
import { offerChoice } from "../lib/device_settings.js"
import { announce } from "../shell/announce.js"
import { initPopups, mayPopUp } from "../shell/desktop_notifications.js"
import { clockwise, since } from "../lib/clock.js"
import { find, icon, keep, make, redraw, typed } from "../lib/dom.js"
import { calls as tabCalls, initTabs, someoneLooks } from "../shell/tabs.js"
import { callsOf, keptMutes, newCalls } from "../state/help.js"
import { fill, gettext, ngettext, say } from "../lib/i18n.js"

/** @typedef {import("../state/help.js").Call} Call */

const MUTED = "ccp:muted-help"
/** So many stand there; the rest is counted. */
const MOST = 3

export class HelpAlerts {
  /** @type {import("../shell/sound.js").Sound} */ #sound
  #title = document.title
  #box = find("#calls")
  /** @type {Call[]} */ #calls = []
  /** Hands this supervisor has muted. @type {string[]} */
  #muted = JSON.parse(sessionStorage.getItem(MUTED) ?? "[]")
  /** @type {Map<string, Notification>} */ #popups = new Map()
  #may

  /** @param {import("../shell/sound.js").Sound} sound @param {{may: boolean, open: (contactId: string) => void}} around */
  constructor(sound, { may, open }) {
    this.#sound = sound
    this.#may = may
    offerChoice("sound")
    initTabs()
    initPopups()
    this.#box.addEventListener("click", ({ target }) => {
      const button = target instanceof Element ? target.closest("[data-do]") : null
      const key = /** @type {HTMLElement|null} */ (button?.closest("[data-key]"))?.dataset.key
      const call = this.#calls.find((one) => one.key === key)
      if (!(button instanceof HTMLElement) || !call) return
      if (button.dataset.do === "mute") return this.#mute(call)
      open(call.contactId)
      if (button.dataset.do === "take") askFor("takeHelp", call)
    })
  }

  /** What asks for help now, of all that this supervisor may see. @param {import("../state/help.js").Asking[]} rows */
  take(rows) {
    if (!this.#may) return
    const before = this.#calls
    this.#calls = callsOf(rows)
    this.#muted = keptMutes(this.#muted, this.#calls)
    for (const call of newCalls(this.#calls, before, this.#muted)) void this.#call(call)
    for (const [key, popup] of this.#popups)
      if (!this.#calls.some((one) => one.key === key)) {
        popup.close()
        this.#popups.delete(key)
      }
    this.paint()
  }

  /** Once a second too: how long they have asked. */
  paint() {
    const open = this.#calls.filter((one) => !this.#muted.includes(one.key))
    document.title = open.length > 0 ? `(${open.length}) ${this.#title}` : this.#title
    this.#sound.ring(open.some((one) => one.help.escalated))
    this.#box.hidden = open.length === 0
    const more = open.length - MOST
    /** @type {(Call|{key: string, more: number})[]} */
    const rows = [...open.slice(0, MOST), ...(more > 0 ? [{ key: "more", more }] : [])]
    keep(this.#box, rows, (row) => row.key, createCall, drawCall)
  }

  /** @param {Call} call */
  #mute(call) {
    this.#muted = [...this.#muted, call.key]
    sessionStorage.setItem(MUTED, JSON.stringify(this.#muted))
    this.paint()
  }

  /** @param {Call} call */
  async #call(call) {
    const words = sentence(call)
    if (!call.help.escalated) this.#sound.message()
    announce(words, call.key)
    if (!tabCalls() || !mayPopUp() || (await someoneLooks())) return
    const popup = new Notification(call.help.escalated ? gettext("Help is still needed") : gettext("An agent asks for help"), { body: words, tag: call.key })
    popup.addEventListener("click", () => window.focus())
    this.#popups.set(call.key, popup)
  }
}

/** @param {Call} call */
function sentence({ agent, customerName, help }) {
  const name = customerName || gettext("Customer")
  if (help.phrase) return say("%(name)s wrote “%(words)s”", { name, words: help.reason })
  return say("%(agent)s asks for help with %(name)s", { agent: agent?.name ?? gettext("An agent"), name })
}

/** @param {Call|{key: string, more: number}} row */
function createCall(row) {
  if ("more" in row) return make("p", "calls__more")
  const element = make("div", "call")
  element.setAttribute("role", "group")
  return element
}

/** @param {HTMLElement} element @param {Call|{key: string, more: number}} row */
function drawCall(element, row) {
  if ("more" in row)
    return redraw(element, row.more, () => [fill(ngettext("%(n)s more asks for help", "%(n)s more ask for help", row.more), { n: row.more })])
  element.className = row.help.escalated ? "call is-escalated" : "call"
  element.setAttribute("aria-label", sentence(row))
  redraw(element, [row.help, row.agent, row.customerName], () => [
    icon(row.help.escalated ? "alert" : "hand"),
    make("p", "", make("b", "", sentence(row)), make("span", "", ...(row.help.reason && !row.help.phrase ? [typed(row.help.reason), " · "] : []), make("time", "num", ""))),
    make("div", "call__do", button("take", gettext("Help"), "button--primary"), button("look", gettext("Watch"), ""), button("mute", gettext("Mute"), "button--quiet")),
  ])
  const time = element.querySelector("time")
  if (time) time.textContent = say("for %(time)s", { time: clockwise(since(row.help.raisedAt)) })
}

/** @param {string} what @param {string} word @param {string} look */
function button(what, word, look) {
  const element = make("button", `button button--s ${look}`.trim(), word)
  element.setAttribute("type", "button")
  element.dataset.do = what
  return element
}
