// @ts-check
/** "/" in the composer opens the quick responses: shortcut, then name, then content; arrows choose, Enter or Tab inserts. */
import { announce } from "../shell/announce.js"
import { composing, find, make, setAttribute, setText } from "../lib/dom.js"
import { gapIn, ranked, slashAt } from "../state/quick.js"
import { fill, gettext, ngettext, say } from "../lib/i18n.js"

/**
 * @typedef {import("../state/quick.js").Response} Response
 * @typedef {import("../state/quick.js").Hit} Hit
 */

/** What the desk itself does with a slash: at the beginning of the words. @param {number} from @returns {Response[]} */
const ours = (from) =>
  from === 0 ? [{ shortcut: "help", name: gettext("Ask a supervisor for help"), content: "/help " }] : []

/** What an administrator has changed is there after so long. */
const FRESH = 300_000

/**
 * @param {HTMLTextAreaElement} words @param {(contactId: string) => Promise<Response[]|null>} ask
 * @param {() => string} contact the contact written to; empty: there is none, or it is a note
 */
export function createQuick(words, ask, contact) {
  const panel = find("#quick")
  const list = find("#quick-list")
  const button = find("#quick-open")
  /** @type {Map<string, {at: number, all: Promise<Response[]|null>}>} */
  const held = new Map()
  /** @type {Hit[]} */
  let hits = []
  let chosen = 0
  /** The slash that was waved away: it stays away until another is typed. */
  let dismissed = -1
  /** @type {import("../state/quick.js").Slash|null} */
  let slash = null

  const close = () => {
    panel.hidden = true
    slash = null
    setAttribute(button, "aria-expanded", false)
    words.removeAttribute("aria-activedescendant")
    words.removeAttribute("aria-controls")
  }
  const choose = (/** @type {number} */ to) => {
    chosen = (to + hits.length) % hits.length
    for (const [place, option] of [...list.children].entries()) {
      setAttribute(option, "aria-selected", place === chosen)
      if (place === chosen) option.scrollIntoView({ block: "nearest" })
    }
    setAttribute(words, "aria-activedescendant", `quick-${chosen}`)
  }
  const draw = (/** @type {string} */ query) => {
    const count = fill(ngettext("%(n)s response", "%(n)s responses", hits.length), { n: hits.length })
    const told = query ? say("%(count)s for “/%(query)s”", { count, query }) : count
    setText(find("#quick-count"), told)
    list.hidden = false
    list.replaceChildren(...hits.map((hit, place) => optionOf(hit, place, query.length)))
    panel.hidden = false
    setAttribute(button, "aria-expanded", true)
    setAttribute(words, "aria-controls", "quick-list")
    choose(0)
    announce(say("Quick responses: %(told)s", { told }), "quick")
  }
  /** What the server has for this contact, asked for once. @param {string} contactId @returns {Promise<Response[]|null>} */
  const responses = async (contactId) => {
    const known = held.get(contactId)
    if (known && Date.now() - known.at < FRESH) return known.all
    const asked = ask(contactId)
    held.set(contactId, { at: Date.now(), all: asked })
    const all = await asked
    if (!all) held.delete(contactId)
    return all
  }
  const look = async () => {
    const { value, selectionStart: caret, selectionEnd } = words
    const found = contact() && caret === selectionEnd ? slashAt(value, caret) : null
    if (!found || found.from === dismissed) {
      if (!found) dismissed = -1
      return close()
    }
    slash = found
    const contactId = contact()
    const all = await responses(contactId)
    if (slash !== found || contactId !== contact()) return
    hits = ranked([...ours(found.from), ...(all ?? [])], found.query)
    if (hits.length > 0) draw(found.query)
    else if (all?.length === 0 && found.query === "") drawNone()
    else close()
  }
  const drawNone = () => {
    hits = []
    list.hidden = true
    words.removeAttribute("aria-activedescendant")
    setText(find("#quick-count"), gettext("There are none for this queue. An administrator can prepare some."))
    panel.hidden = false
  }
  const insert = (/** @type {number} */ place) => {
    if (!slash || !hits[place]) return
    const { content } = hits[place].response
    const { from } = slash
    close()
    type(words, content, from, words.selectionStart)
    const gap = gapIn(content)
    if (gap) words.setSelectionRange(from + gap.from, from + gap.to)
  }

  words.addEventListener("input", () => void look())
  words.addEventListener("click", () => void look())
  words.addEventListener("blur", close)
  words.addEventListener("keydown", (event) => {
    if (panel.hidden || composing(event)) return
    if (event.key === "Escape") {
      dismissed = slash?.from ?? -1
      close()
    } else if (hits.length === 0) return
    else if (event.key === "ArrowDown") choose(chosen + 1)
    else if (event.key === "ArrowUp") choose(chosen - 1)
    else if ((event.key === "Enter" && !event.shiftKey) || (event.key === "Tab" && !event.shiftKey)) insert(chosen)
    else return
    event.preventDefault()
    event.stopImmediatePropagation()
  })
  // The caret may have gone elsewhere by key, too.
  words.addEventListener("keyup", ({ key }) => {
    if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(key)) void look()
  })
  // The focus stays where one writes.
  panel.addEventListener("pointerdown", (event) => event.preventDefault())
  list.addEventListener("click", ({ target }) => {
    const option = target instanceof Element ? target.closest("[role=option]") : null
    if (option) insert([...list.children].indexOf(option))
  })
  button.addEventListener("pointerdown", (event) => event.preventDefault())
  button.addEventListener("click", () => {
    words.focus()
    if (!panel.hidden) return close()
    const { value, selectionStart: at } = words
    type(words, at === 0 || /\s/.test(value[at - 1]) ? "/" : " /", at, words.selectionEnd)
  })
  return { close }
}

/**
 * Type words in place of others, so that Ctrl+Z takes them back.
 * @param {HTMLTextAreaElement} field @param {string} text @param {number} [from] @param {number} [to]
 */
export function type(field, text, from = field.selectionStart, to = field.selectionEnd) {
  field.focus()
  field.setSelectionRange(from, to)
  // Old, and the only way that keeps what can be undone.
  if (document.execCommand("insertText", false, text)) return
  field.setRangeText(text, from, to, "end")
  field.dispatchEvent(new InputEvent("input", { bubbles: true }))
}

/** @param {Hit} hit @param {number} place @param {number} length of what was typed */
function optionOf({ response, field, at }, place, length) {
  const words = (/** @type {keyof Response} */ name, /** @type {string} */ text, shift = 0) =>
    name === field && length > 0 ? marked(text, at - shift, length) : [text]
  // Where the words were found is shown, not only how they begin.
  const start = field === "content" ? Math.max(0, at - 30) : 0
  const content = `${start > 0 ? "…" : ""}${response.content.slice(start, start + 160)}`.replace(/\s/g, " ")
  const code = make("code", "", "/", ...words("shortcut", response.shortcut))
  const name = make("b", "", ...words("name", response.name))
  const rest = make("span", "", ...words("content", content, start - (start > 0 ? 1 : 0)))
  code.dir = "ltr"
  name.dir = rest.dir = "auto"
  const option = make("li", "", code, name, rest)
  option.id = `quick-${place}`
  option.setAttribute("role", "option")
  return option
}

/** @param {string} text @param {number} at @param {number} length */
const marked = (text, at, length) => [
  text.slice(0, at),
  make("mark", "", text.slice(at, at + length)),
  text.slice(at + length),
]
