// @ts-check
/**
 * The wallboard: asks for its figures every two seconds, for days. What is old says so, a link that was taken away says so, and a
 * new version of the portal is loaded by itself; so is the page itself once a day, which lets go of whatever has gathered.
 */
import { drawFigures, levelBar, DASH } from "../floor/figures.js"
import { clockwise, hour, now, setClock, since } from "../lib/clock.js"
import { find, keep, make, redraw, setText } from "../lib/dom.js"
import { fill, gettext, ngettext, say } from "../lib/i18n.js"

const EVERY = 2_000
const EVERY_WITHOUT_A_LINK = 60_000
const OLD_AFTER = 10_000
const DAY = 86_400_000

/** @typedef {{name: string, waiting: number, oldestSince: string|null, answerWithin: number, serviceLevel: number|null, target: number,
 *   available: number, staffed: number, open: number}} Queue */
/** @typedef {{serverTime: string, name: string, version: string, kpis: any, queues: Queue[], states: {name: string, type: string, agents: number}[]}} Told */

/** @type {{figuresPath: string, version: string}} */
const page = JSON.parse(find("#page").textContent ?? "")
const opened = Date.now()
/** @type {Told|null} */
let told = null
let heardAt = opened

async function ask() {
  const began = Date.now()
  let pause = EVERY
  try {
    const answer = await fetch(page.figuresPath, { headers: { Authorization: `Bearer ${location.hash.slice(1)}` }, signal: AbortSignal.timeout(OLD_AFTER) })
    if (answer.status === 401) {
      pause = EVERY_WITHOUT_A_LINK
      gone((await answer.json()).message)
    } else if (answer.ok) take(await answer.json(), began)
  } catch {
    // The line is down or the portal restarts: what is shown grows old, and says so.
  }
  draw()
  setTimeout(ask, pause)
}

/** @param {Told} answer @param {number} began */
function take(answer, began) {
  if (answer.version !== page.version || Date.now() - opened > DAY) return location.reload()
  setClock(answer.serverTime, Date.now() - began)
  told = answer
  heardAt = Date.now()
  document.title = answer.name
}

/** @param {string} why */
function gone(why) {
  told = null
  find("#wall").hidden = true
  warn(why)
}

/** @param {string} words empty: nothing is wrong */
function warn(words) {
  const place = find("#told")
  place.hidden = words === ""
  setText(place, words)
}

function draw() {
  setText(find("#clock"), hour(new Date(now()).toISOString()))
  if (!told) return
  const old = Date.now() - heardAt > OLD_AFTER
  find("#wall").hidden = false
  find("#wall").removeAttribute("aria-busy")
  find("#wall").classList.toggle("is-old", old)
  warn(old ? say("No connection since %(time)s: these figures are old.", { time: hour(new Date(now() - (Date.now() - heardAt)).toISOString()) }) : "")
  setText(find("#name"), told.name)
  drawFigures(find("#kpis"), told.kpis)
  find("#queues").hidden = told.queues.length < 2
  keep(find("#queues tbody"), told.queues, (one) => one.name, () => make("tr", ""), (row, one) => redraw(row, [one, late(one), one.oldestSince && since(one.oldestSince)], () => cells(one)))
  const states = told.states
  redraw(find("#states"), states, () => states.map(state))
}

/** @param {Queue} one */
const late = (one) => one.oldestSince !== null && since(one.oldestSince) > one.answerWithin

/** @param {Queue} one */
function cells(one) {
  const name = make("th", "", one.name)
  name.setAttribute("scope", "row")
  const oldest = one.oldestSince === null ? DASH : clockwise(since(one.oldestSince))
  return [
    name,
    make("td", "n", String(one.waiting)),
    make("td", late(one) ? "n is-late" : "n", oldest),
    make("td", "", ...levelBar(one.serviceLevel, one.target)),
    make("td", "n", say("%(n)s of %(all)s", { n: one.available, all: one.staffed })),
    make("td", "n", String(one.open)),
  ]
}

/** @param {{name: string, type: string, agents: number}} one */
function state(one) {
  const item = make("li", one.type === "routable" ? "is-routable" : "", make("b", "num", String(one.agents)), make("span", "", one.name))
  item.setAttribute("aria-label", fill(ngettext("%(n)s agent: %(state)s", "%(n)s agents: %(state)s", one.agents), { n: one.agents, state: one.name }))
  return item
}

if (location.hash.length > 1) void ask()
else gone(gettext("This page shows a wallboard by its link only. An administrator can make one."))
setInterval(draw, 1_000)
window.addEventListener("hashchange", () => location.reload())
