// @ts-check
/** After contact work: what came of it, a note, how long it may take, and Done. What is typed survives a refresh. */
import { clockwise, until } from "./clock.js"
import { at, composing, find, make, redraw, setText } from "./dom.js"
import { gettext, say } from "./words.js"

/**
 * @typedef {import("./state/cards.js").Card} Card
 * @typedef {{disposition: string|null, note: string}} Work
 */

/** Time-boxed work that is written is kept a little before the server clears the card. */
const LAST_MOMENT = 3

/**
 * @param {import("./desk.js").Desk} desk
 * @param {{card: () => Card|null, kept: Pick<import("./kept.js").Kept, "work"|"setWork">, live: () => boolean, repaint: () => void}} around
 */
export function createWrap(desk, { card: shown, kept, live, repaint }) {
  const form = /** @type {HTMLFormElement} */ (find("#wrap"))
  const select = /** @type {HTMLSelectElement} */ (find("#disposition"))
  const note = /** @type {HTMLTextAreaElement} */ (find("#wrap-note"))
  const done = /** @type {HTMLButtonElement} */ (find("#done"))
  /** @type {Map<string, {dispositions: string[], required: boolean}|null>} null: asked */
  const known = new Map()
  /** @type {Set<string>} cards whose work was kept at the last moment */
  const saved = new Set()
  /** The key of the card whose work is written: a customer who returns is other work. */
  let here = ""
  let busy = false

  const work = () => /** @type {Work} */ ({ disposition: select.value || null, note: note.value.trim() })
  const keep = () => {
    if (here) kept.setWork(here, work())
    complain("")
  }
  select.addEventListener("change", keep)
  note.addEventListener("input", keep)
  note.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || composing(event)) return
    event.preventDefault()
    if (!event.repeat) void finish()
  })
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    void finish()
  })

  /** What is refused is said at the field it is about. @param {string} text */
  const complain = (text) => {
    const told = at(form, "refusal")
    if (told.textContent === text) return
    setText(told, text)
    told.hidden = text === ""
    const field = find("#wrap [data-at=what]").hidden ? note : select
    for (const one of [select, note]) {
      if (text !== "" && one === field) one.setAttribute("aria-invalid", "true")
      else one.removeAttribute("aria-invalid")
    }
    if (text !== "") field.focus()
  }

  const finish = async () => {
    const card = shown()
    if (!card || card.state !== "ended" || busy) return
    busy = true
    done.disabled = true
    const refusal = await desk.wrapUp(card.contactId, work())
    busy = false
    done.disabled = false
    if (refusal === "") kept.setWork(card.key, null)
    else if (here === card.key) complain(refusal)
  }

  /** @param {string} contactId */
  const ask = async (contactId) => {
    known.set(contactId, null)
    const told = await desk.dispositions(contactId)
    if (told) known.set(contactId, told)
    else known.delete(contactId)
    repaint()
  }

  /** @param {Card} card */
  const enter = (card) => {
    here = card.key
    complain("")
    note.value = kept.work(here)?.note ?? ""
    redraw(select, "", () => [])
  }

  /** @param {Card} card */
  const drawChoices = (card) => {
    if (!known.has(card.contactId) && live()) void ask(card.contactId)
    const told = known.get(card.contactId)
    at(form, "what").hidden = !told || told.dispositions.length === 0
    at(form, "must").hidden = !told?.required
    const names = told?.dispositions ?? []
    redraw(select, names, () => {
      const chosen = kept.work(card.key)?.disposition
      return ["", ...names].map((name) => {
        const option = make("option", "", name || gettext("Choose…"))
        option.setAttribute("value", name)
        option.toggleAttribute("selected", name !== "" && name === chosen)
        return option
      })
    })
  }

  /** @param {Card} card */
  const drawTime = (card) => {
    const left = at(form, "left")
    left.hidden = card.acwUntil === null
    if (card.acwUntil === null) return
    const seconds = until(card.acwUntil)
    setText(left, say("%(time)s left", { time: clockwise(seconds) }))
    left.classList.toggle("is-soon", seconds <= 10)
    if (seconds > LAST_MOMENT || saved.has(card.key) || !live()) return
    const { disposition, note: words } = work()
    if (!disposition && !words) return
    saved.add(card.key)
    void finish()
  }

  return {
    finish,
    /** @param {Card|null} card */
    paint(card) {
      form.hidden = card?.state !== "ended"
      if (!card || form.hidden) {
        here = ""
        return
      }
      if (here !== card.key) enter(card)
      drawChoices(card)
      drawTime(card)
      setText(
        at(form, "why"),
        card.acwUntil === null
          ? gettext("The contact leaves your desk when you are done.")
          : gettext("The contact leaves your desk when you are done, or the time is over."),
      )
    },
  }
}
