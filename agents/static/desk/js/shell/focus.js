// @ts-check
/**
 * Where the keyboard is: whatever puts a conversation before the agent leaves the focus in the composer, and a sign that
 * no focused control wants is written there. Words that were meant for another conversation, or for a field that has
 * gone, are not written to whoever came into view meanwhile.
 */
import { find } from "../lib/dom.js"
import { writesSign } from "./keymap.js"
import { notice } from "./notice.js"
import { gettext } from "../lib/i18n.js"

/** Who has typed so lately types on, in milliseconds. */
const TYPES_ON = 1_500
/** So long it may take until an accepted contact is here, in milliseconds. */
const ARRIVES_WITHIN = 5_000

/** Fields that take what is typed, and menus, whose letters and digits are theirs. */
const WANTS = "textarea, select, [contenteditable], [role=menu], input:not([type=radio], [type=checkbox], [type=range], [type=button])"
/** What a click is for, other than the transcript itself. */
const CONTROL = "a, button, input, textarea, select, summary, label, [role=option]"

/**
 * @param {{usable: boolean, focus: () => void}} composer
 * @param {{card: () => import("../state/cards.js").Card|null, show: (pane: "list"|"talk") => void}} around the contact in view; where there is room for one pane, show this one
 */
export function createFocus(composer, { card: inView, show }) {
  const log = find("#log")
  const talk = find("#talk")
  const words = find("#words")
  /** What was in view when the focus was last looked at. */
  let before = ""
  /** It has come into view, and the focus could not follow yet. */
  let due = false
  /** The contact the agent has asked for, until it is here. @type {{contactId: string, since: number}|null} */
  let asked = null
  /** Where something was typed last; with the next deliberate key or click it is over. */
  let typed = { where: "", at: -Infinity }
  let told = false
  /** What was in view has gone, and nobody has done anything since: whoever comes next takes its place. */
  let isGone = false

  const where = (/** @type {EventTarget|null} */ field) =>
    `${field instanceof Element ? field.id : ""} ${field === words || talk.contains(/** @type {Node} */ (field)) ? (inView()?.contactId ?? "") : ""}`
  const isOver = () => {
    typed = { where: "", at: -Infinity }
    told = isGone = false
  }
  /** Somebody types on, in what is not in view any more. */
  const typesElsewhere = () => performance.now() - typed.at < TYPES_ON && typed.where !== where(words)
  const isBusy = () => document.querySelector("dialog[open]") !== null || document.body.classList.contains("is-drawn")
  /** Nothing has the focus, or what had it is gone. */
  const isLost = () => {
    const { activeElement: active } = document
    return !active || active === document.body || !active.checkVisibility()
  }

  const enter = () => {
    due = false
    if (composer.usable) composer.focus()
    else log.focus({ preventScroll: true })
  }
  /** What came into view came while the agent typed: what they type on belongs to nobody here. */
  const hold = () => {
    if (document.activeElement === words) words.blur()
  }

  document.addEventListener("input", ({ target }) => (typed = { where: where(target), at: performance.now() }), { capture: true })
  document.addEventListener("pointerdown", isOver, { capture: true })
  document.addEventListener(
    "keydown",
    (event) => {
      if (!writesSign(event) && ![" ", "Backspace", "Shift", "AltGraph", "CapsLock"].includes(event.key)) isOver()
    },
    { capture: true },
  )
  log.addEventListener("click", ({ target }) => {
    if (target instanceof Element && target.closest(CONTROL)) return
    if (composer.usable && document.getSelection()?.isCollapsed !== false) composer.focus()
  })

  return {
    /** A sign that was pressed and that no action has: it is written where one writes. @param {KeyboardEvent} event */
    write(event) {
      const { target } = event
      if (isBusy() || !writesSign(event) || (target instanceof Element && target.closest(WANTS))) return
      if (typesElsewhere()) {
        typed.at = performance.now()
        event.preventDefault()
        if (!told) notice(gettext("The conversation you wrote in is no longer before you: what you typed on was not taken."))
        told = true
        return
      }
      // What has the focus when the key is heard out gets the sign.
      if (composer.usable) composer.focus()
    },
    /** The agent goes to this contact; where it is still on its way, as soon as it is here. @param {string} contactId */
    bring(contactId) {
      asked = { contactId, since: performance.now() }
    },
    /** After everything else was drawn. */
    paint() {
      const card = inView()
      const now = card ? `${card.contactId} ${card.state}` : ""
      if (asked && performance.now() - asked.since > ARRIVES_WITHIN) asked = null
      if (card && asked?.contactId === card.contactId && card.state !== "connecting" && !typesElsewhere()) {
        asked = null
        before = now
        show("talk")
        return requestAnimationFrame(enter)
      }
      // One pane at a time: without a contact the other one is a dead end.
      if (!card && document.body.dataset.pane === "talk") {
        isGone = true
        show("list")
      } else if (card && isGone) {
        isGone = false
        show("talk")
      }
      if (now !== before) {
        before = now
        due = card !== null
        asked = asked?.contactId === card?.contactId ? null : asked
        if (typesElsewhere()) hold()
      }
      if (due && !isBusy() && !typesElsewhere()) {
        // Whoever is somewhere else, in the list for instance, stays there.
        if (isLost() || talk === document.activeElement || document.activeElement === log) enter()
        due = false
      }
    },
  }
}
