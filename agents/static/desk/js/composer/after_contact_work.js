// @ts-check
/**
 * After contact work: what came of it, a note, how long it may take, and Done. The server keeps what is begun: it counts
 * when the time is over, also of a card that is not in view or in a tab that is hidden.
 */
import { clockwise, until } from "../lib/clock.js"
import { at, composing, find, make, redraw, setText } from "../lib/dom.js"
import { gettext, say } from "../lib/i18n.js"

/**
 * @typedef {import("../state/cards.js").Card} Card
 * @typedef {{disposition: string|null, note: string}} Work
 */

/** It is saved when nobody has typed for so long, in milliseconds, */
const PAUSE = 600
/** where the outcome is not known again after so long, */
const AGAIN = 2_400
/** and at once in the last seconds of work that ends by itself; */
const AT_ONCE = 5
/** what is in view is done a moment before that. */
const LAST_MOMENT = 1

/**
 * @param {import("../shell/commands.js").Desk} desk
 * @param {{card: () => Card|null, kept: Pick<import("../lib/session_storage.js").Kept, "work"|"setWork">, live: () => boolean, repaint: () => void}} around
 */
export function createWrap(desk, { card: shown, kept, live, repaint }) {
  const form = /** @type {HTMLFormElement} */ (find("#wrap"))
  const select = /** @type {HTMLSelectElement} */ (find("#disposition"))
  const note = /** @type {HTMLTextAreaElement} */ (find("#wrap-note"))
  const done = /** @type {HTMLButtonElement} */ (find("#done"))
  /** @type {Map<string, {dispositions: string[], required: boolean}|null>} null: asked */
  const known = new Map()
  /** What the server may lack, by the key of its card. @type {Map<string, {contactId: string, timer: ReturnType<typeof setTimeout>}>} */
  const due = new Map()
  /** Cards whose time was over in view. @type {Set<string>} */
  const over = new Set()
  /** The key of the card whose work is written: a customer who returns is other work. */
  let here = ""
  let busy = false

  const work = () => /** @type {Work} */ ({ disposition: select.value || null, note: note.value.trim() })
  /** @param {string} key @param {string} contactId */
  const save = async (key, contactId) => {
    clearTimeout(due.get(key)?.timer)
    due.delete(key)
    const asked = kept.work(key)
    if (!asked) return
    const answer = live() ? await desk.saveWrapUp(contactId, asked) : "unknown"
    // Where more was typed it is saved in its turn.
    if (answer === "unknown" && !due.has(key)) later(key, contactId, AGAIN)
  }
  /** @param {string} key @param {string} contactId @param {number} wait */
  const later = (key, contactId, wait) => {
    clearTimeout(due.get(key)?.timer)
    due.set(key, { contactId, timer: setTimeout(() => void save(key, contactId), wait) })
  }
  const keep = () => {
    const card = shown()
    complain("")
    if (!here || card?.key !== here) return
    kept.setWork(here, work())
    const isLast = card.acwUntil !== null && until(card.acwUntil) <= AT_ONCE
    later(card.key, card.contactId, isLast ? 0 : PAUSE)
  }
  const flush = () => due.forEach(({ contactId }, key) => void save(key, contactId))
  document.addEventListener("visibilitychange", () => document.hidden && flush())
  addEventListener("pagehide", flush)
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
    if (due.has(card.key)) await save(card.key, card.contactId) // what was taken back is no more on the server either
    const refusal = await desk.wrapUp(card.contactId, work())
    busy = false
    done.disabled = false
    if (refusal === "") {
      clearTimeout(due.get(card.key)?.timer)
      due.delete(card.key)
      kept.setWork(card.key, null)
    } else if (here === card.key) complain(refusal)
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
    flush()
    here = card.key
    complain("")
    note.value = workOf(card).note
    // After a refresh nobody knows whether it was saved.
    if (kept.work(here) !== null) later(here, card.contactId, PAUSE)
    redraw(select, "", () => [])
  }
  /** What was begun here, until it is done, else what the server has. @param {Card} card */
  const workOf = (card) => kept.work(card.key) ?? card.work
  /** It was begun, or went on, on another machine. @param {Card} card */
  const hear = (card) => {
    if (kept.work(card.key) !== null) return
    if (note.value.trim() !== card.work.note && document.activeElement !== note) note.value = card.work.note
  }

  /** @param {Card} card */
  const drawChoices = (card) => {
    if (!known.has(card.contactId) && live()) void ask(card.contactId)
    const told = known.get(card.contactId)
    at(form, "what").hidden = !told || told.dispositions.length === 0
    at(form, "must").hidden = !told?.required
    const names = told?.dispositions ?? []
    const chosen = workOf(card).disposition
    redraw(select, names, () => {
      return ["", ...names].map((name) => {
        const option = make("option", "", name || gettext("Choose…"))
        option.setAttribute("value", name)
        option.toggleAttribute("selected", name !== "" && name === chosen)
        return option
      })
    })
    if (document.activeElement !== select && select.value !== (chosen ?? "")) select.value = chosen ?? ""
  }

  /** @param {Card} card */
  const drawTime = (card) => {
    const left = at(form, "left")
    left.hidden = card.acwUntil === null
    if (card.acwUntil === null) return
    const seconds = until(card.acwUntil)
    setText(left, say("%(time)s left", { time: clockwise(seconds) }))
    left.classList.toggle("is-soon", seconds <= 10)
    if (seconds > LAST_MOMENT || over.has(card.key) || !live() || kept.work(card.key) === null) return
    over.add(card.key)
    void finish()
  }

  return {
    finish,
    /** @param {Card|null} card */
    paint(card) {
      form.hidden = card?.state !== "ended"
      if (!card || form.hidden) {
        if (here) flush()
        here = ""
        return
      }
      if (here !== card.key) enter(card)
      else hear(card)
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
