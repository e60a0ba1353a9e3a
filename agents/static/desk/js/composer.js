// @ts-check
/** Where the agent writes: Enter sends, drafts are kept per contact, and what cannot be sent is never lost. */
import { MAX_BYTES, bytes } from "./desk.js"
import { find, setAttribute, setText } from "./dom.js"
import { fill, gettext, say } from "./words.js"

/** The counter shows when so many bytes are left. */
const NEAR = 2_000

/**
 * @param {import("./desk.js").Desk} desk @param {import("./kept.js").Kept} kept
 * @param {{drafted: () => void, sent: () => void}} on
 */
export function createComposer(desk, kept, on) {
  const form = /** @type {HTMLFormElement} */ (find("#composer"))
  const words = /** @type {HTMLTextAreaElement} */ (find("#words"))
  const button = /** @type {HTMLButtonElement} */ (find("#send"))
  let contactId = ""
  let blocked = false

  const text = () => words.value.trimEnd()
  const drawCount = () => {
    const left = MAX_BYTES - bytes(text())
    const count = find("#count")
    count.hidden = left > NEAR
    count.classList.toggle("is-over", left < 0)
    setText(
      count,
      left < 0 ? fill(gettext("%(n)s bytes too many"), { n: -left }) : fill(gettext("%(n)s bytes left"), { n: left }),
    )
    button.disabled = blocked || left < 0
    setAttribute(words, "aria-invalid", left < 0)
  }
  const send = () => {
    if (blocked || !text().trim() || bytes(text()) > MAX_BYTES) return
    desk.send(contactId, text())
    words.value = ""
    kept.setDraft(contactId, "")
    drawCount()
    on.sent()
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault()
    send()
    words.focus()
  })
  words.addEventListener("keydown", (event) => {
    // While an input method composes, Enter chooses a word.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return
    event.preventDefault()
    send()
  })
  words.addEventListener("input", () => {
    kept.setDraft(contactId, words.value)
    if (words.value) desk.typing(contactId)
    drawCount()
    on.drafted()
  })

  return {
    focus: () => words.focus(),
    get usable() {
      return !form.hidden && !blocked
    },
    /** @param {{contactId: string, name: string}|null} card @param {string} why nothing can be written; empty: it can */
    paint(card, why) {
      form.hidden = card === null
      if (!card) return
      if (card.contactId !== contactId) {
        contactId = card.contactId
        words.value = kept.draft(contactId)
        drawCount()
      }
      if (blocked !== Boolean(why)) {
        blocked = Boolean(why)
        drawCount()
      }
      words.readOnly = blocked
      setAttribute(words, "aria-label", say("Reply to %(name)s", card))
      setAttribute(words, "placeholder", why || say("Write to %(name)s", { name: card.name.split(" ")[0] }))
    },
  }
}
