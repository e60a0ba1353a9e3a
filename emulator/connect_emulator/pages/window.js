// @ts-check
/** Keeps a page for people fresh: asks for it again, changes what has changed, and lets its times run. */

const EVERY = 2000
const OWN_WORDS = ["at", "since", "due", "clock"] // times this page writes itself
const status = /** @type {HTMLElement} */ (document.createElement("p"))

/** @param {number} ms */
function span(ms) {
  const seconds = Math.floor(ms / 1000)
  const parts = [[Math.floor(seconds / 86400), "d"], [Math.floor(seconds / 3600) % 24, "h"], [Math.floor(seconds / 60) % 60, "min"], [seconds % 60, "s"]]
  const first = parts.findIndex(([count]) => count)
  return parts.slice(first < 0 ? 3 : first).slice(0, 2).filter(([count]) => count).map((part) => part.join(" ")).join(" ") || "0 s"
}

const SHORT = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" })
const LONG = new Intl.DateTimeFormat(undefined, { day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" })

function tick() {
  const now = Date.now()
  for (const time of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("time"))) {
    const { at, since, due, clock, short } = time.dataset
    const words = at ? (short === undefined ? LONG : SHORT).format(Number(at))
      : since ? span(now - Number(since))
      : due ? (Number(due) <= now ? "now" : `in ${span(Number(due) - now)}`)
      : clock ? SHORT.format(now + Number(clock)) : null
    if (words !== null && time.textContent !== words) time.textContent = words
  }
}

/** Makes `old` what `fresh` is, and leaves every element alone that is the same: focus, scroll and selection stay.
 * @param {Element} old @param {Element} fresh */
function change(old, fresh) {
  if (old.tagName !== fresh.tagName) return old.replaceWith(fresh)
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value)
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name)
  if (old instanceof HTMLElement && OWN_WORDS.some((name) => name in old.dataset)) return
  const wanted = [...fresh.childNodes]
  const kept = new Map([...old.children].map((child) => [child.getAttribute("data-key"), child]))
  wanted.forEach((child, n) => {
    const key = child instanceof Element ? child.getAttribute("data-key") : null
    const mine = key ? kept.get(key) : old.childNodes[n]
    if (mine && mine !== old.childNodes[n]) old.insertBefore(mine, old.childNodes[n] ?? null)
    if (!mine || (!key && mine instanceof Element && mine.hasAttribute("data-key"))) old.insertBefore(child, old.childNodes[n] ?? null)
    else if (mine instanceof Element && child instanceof Element) change(mine, child)
    else if (mine.nodeType !== child.nodeType || mine.nodeValue !== child.nodeValue) mine.replaceWith(child)
  })
  while (old.childNodes.length > wanted.length) old.lastChild?.remove()
}

/** The end of a transcript stays in sight for who is there. @param {() => void} act */
function atTheEnd(act) {
  const frame = document.querySelector(".talk__frame")
  const there = frame && frame.scrollHeight - frame.scrollTop - frame.clientHeight < 40
  act()
  if (there) frame.scrollTop = frame.scrollHeight
}

let asking = false
async function refresh() {
  if (asking) return
  asking = true
  const asked = location.href
  try {
    const answer = await fetch(asked, { cache: "no-store" })
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html")
    if (asked !== location.href) return
    for (const part of [".clock", "[data-live]"]) {
      const [old, now] = [document.querySelector(part), fresh.querySelector(part)]
      if (old && now) atTheEnd(() => change(old, now))
    }
    tick()
    tell(true)
  } catch {
    tell(false)
  } finally {
    asking = false
    if (asked !== location.href) void refresh()
  }
}

/** @param {boolean} live */
function tell(live) {
  const words = live ? "Live" : "Not answering"
  if (status.textContent !== words) status.textContent = words
  status.classList.toggle("is-lost", !live)
}

function begin() {
  Object.assign(status, { className: "live" })
  status.setAttribute("role", "status")
  document.querySelector(".clock")?.before(status)
  const frame = document.querySelector(".talk__frame")
  if (frame) frame.scrollTop = frame.scrollHeight
  for (const flow of document.querySelectorAll(".flow")) {
    const here = flow.querySelector("[data-here]")?.closest("foreignObject")
    if (here) flow.scrollLeft = here.getBoundingClientRect().left - flow.getBoundingClientRect().left - flow.clientWidth / 2 + 100
  }
  tell(true)
  tick()
}

/** @type {number | undefined} */
let later
addEventListener("input", (event) => {
  const form = /** @type {HTMLInputElement} */ (event.target).form
  if (!form?.matches("[data-search]")) return
  clearTimeout(later)
  later = setTimeout(() => {
    const given = [...new FormData(form)].filter(([, value]) => value).map(([name, value]) => [name, String(value)])
    history.replaceState(null, "", `${form.action}${given.length ? `?${new URLSearchParams(given)}` : ""}`)
    void refresh()
  }, 200)
})

begin()
setInterval(tick, 1000)
setInterval(() => document.visibilityState === "visible" && void refresh(), EVERY)
addEventListener("visibilitychange", () => document.visibilityState === "visible" && void refresh())
