// @ts-check
/** The emoji picker: found by name, walked through by arrows, put where the caret was. */
import { composing, find, make, setText } from "../lib/dom.js"
import { popup } from "../lib/menu.js"
import { type } from "./quick_responses.js"
import { emoji, found } from "../state/emoji.js"
import { fill, gettext, ngettext } from "../lib/i18n.js"

/** @param {HTMLTextAreaElement} words */
export function createEmoji(words) {
  const panel = find("#emoji")
  const search = /** @type {HTMLInputElement} */ (find("#emoji-search"))
  const groups = find("#emoji-groups")
  const all = () => /** @type {HTMLButtonElement[]} */ ([...groups.querySelectorAll("button")])

  const draw = () => {
    const hits = found(emoji(), search.value)
    groups.replaceChildren(...hits.map(groupNode))
    const count = hits.reduce((sum, one) => sum + one.all.length, 0)
    const told = fill(ngettext("%(n)s emoji found", "%(n)s emoji found", count), { n: count })
    setText(find("#emoji-count"), search.value.trim() ? (count === 0 ? gettext("None is called so.") : told) : "")
    rove(all()[0])
  }
  /** One tab stop. @param {HTMLButtonElement|undefined} stop */
  const rove = (stop) => all().forEach((one) => (one.tabIndex = one === stop ? 0 : -1))
  /** @param {HTMLButtonElement|undefined} button */
  const go = (button) => {
    if (!button) return
    rove(button)
    button.focus()
  }
  const put = (/** @type {string} */ sign) => {
    menu.close()
    type(words, sign)
  }
  const menu = popup(find("#emoji-open"), panel, {
    opened() {
      search.value = ""
      draw()
      search.focus()
    },
  })

  search.addEventListener("input", draw)
  search.addEventListener("keydown", (event) => {
    if (composing(event) || (event.key !== "Enter" && event.key !== "ArrowDown")) return
    event.preventDefault()
    const [first] = all()
    if (event.key === "ArrowDown") go(first)
    else if (first) put(first.textContent ?? "")
  })
  groups.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("button") : null
    if (button) put(button.textContent ?? "")
  })
  groups.addEventListener("keydown", (event) => {
    const here = /** @type {HTMLButtonElement} */ (event.target)
    const to = beside(all(), here, event.key, getComputedStyle(panel).direction === "rtl")
    if (to === undefined) return
    event.preventDefault()
    if (to === null) search.focus()
    else go(to)
  })
  return menu
}

/** @param {import("../state/emoji.js").Group} group @param {number} place */
function groupNode({ name, all }, place) {
  const title = make("h4", "", name)
  title.id = `emoji-group-${place}`
  const row = make("div", "emoji__row", ...all.map(button))
  row.setAttribute("role", "group")
  row.setAttribute("aria-labelledby", title.id)
  return make("section", "", title, row)
}

/** @param {import("../state/emoji.js").Emoji} emoji */
function button({ sign, name }) {
  const element = make("button", "", sign)
  element.setAttribute("type", "button")
  element.setAttribute("aria-label", name)
  element.title = name
  return element
}

/**
 * Where an arrow leads; undefined: it is none, null: above the first row.
 * @param {HTMLButtonElement[]} all @param {HTMLButtonElement} here @param {string} key @param {boolean} rtl
 * @returns {HTMLButtonElement|null|undefined}
 */
function beside(all, here, key, rtl) {
  const place = all.indexOf(here)
  const step = { ArrowRight: rtl ? -1 : 1, ArrowLeft: rtl ? 1 : -1 }[key]
  if (step) return all[place + step] ?? here
  if (key === "Home") return all[0]
  if (key === "End") return all[all.length - 1]
  if (key !== "ArrowDown" && key !== "ArrowUp") return undefined
  const down = key === "ArrowDown" ? 1 : -1
  const { offsetLeft: x, offsetTop: y } = here
  const next = all.filter((one) => (one.offsetTop - y) * down > 0)
  const row = down > 0 ? next[0]?.offsetTop : next[next.length - 1]?.offsetTop
  const near = next
    .filter((one) => one.offsetTop === row)
    .toSorted((a, b) => Math.abs(a.offsetLeft - x) - Math.abs(b.offsetLeft - x))[0]
  return near ?? (down > 0 ? here : null)
}
