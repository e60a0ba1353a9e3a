// @ts-check
/** Internal notes as the team reads them: in the thread at their time, and beside it; one's own can be changed. */
import { dayOfYear, exactly, hour } from "../lib/clock.js"
import { newToken } from "../shell/commands.js"
import { at, chrome, composing, find, icon, keep, make, redraw, setText, words } from "../lib/dom.js"
import { wordNodes } from "../../../frontend/js/rich_text.js"
import { notesRoom } from "../composer/limits.js"
import { gettext, say } from "../lib/i18n.js"

/** @typedef {import("../lib/types.js").Note} Note */

export function createNote() {
  const element = make("div", "note", chrome(make("p", "note__head")), words("p", ""), chrome(make("p", "note__do")))
  element.setAttribute("role", "note")
  element.setAttribute("aria-label", gettext("Internal note"))
  return element
}

/** @param {HTMLElement} element @param {import("../state/bubbles.js").Written} row */
export function drawNote(element, { note, me }) {
  const [head, text, actions] = /** @type {HTMLElement[]} */ ([...element.children])
  redraw(head, [note, me], () => [
    icon("lock"),
    make("b", "", gettext("Internal note")),
    make("span", "", ...by(note, me, hour(note.createdAt))),
  ])
  redraw(text, note.text, () => wordNodes(note.text))
  element.dataset.note = note.noteId
  actions.hidden = !me
  redraw(actions, me, () => (me ? buttons() : []))
}

/** @param {Note} note @param {boolean} me @param {string} when */
function by(note, me, when) {
  const time = document.createElement("time")
  time.dateTime = note.createdAt
  time.title = exactly(note.createdAt)
  time.append(when)
  const edited = note.editedAt ? [`, ${gettext("edited")}`] : []
  return [make("bdi", "", me ? gettext("you") : (note.author?.name ?? gettext("somebody"))), ", ", time, ...edited]
}

function buttons() {
  /** @type {[string, string, string][]} */
  const all = [
    ["edit", "draft", gettext("Edit")],
    ["delete", "trash", gettext("Delete")],
  ]
  return all.map(([what, look, word]) => {
    const button = make("button", "", icon(look), word)
    button.setAttribute("type", "button")
    button.dataset.noteDo = what
    return button
  })
}

/** Beside the conversation, the newest first. @param {HTMLElement} place @param {Record<string, Note>} notes @param {number|null} me */
export function drawNotes(place, notes, me) {
  const all = Object.values(notes).toSorted((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt))
  place.hidden = me === null && all.length === 0
  at(place, "no-notes").hidden = all.length > 0
  const add = place.querySelector("#note-add")
  if (add instanceof HTMLElement) add.hidden = me === null
  keep(
    at(place, "list"),
    all,
    (note) => note.noteId,
    () => make("li", "note note--flat", words("p", ""), make("p", "note__by")),
    (element, note) => {
      const [text, who] = /** @type {HTMLElement[]} */ ([...element.children])
      redraw(text, note.text, () => wordNodes(note.text))
      redraw(who, note, () => by(note, note.author?.id === me, `${dayOfYear(note.createdAt)}, ${hour(note.createdAt)}`))
    },
  )
}

/**
 * Changing and deleting one's own, and writing one where the composer is not there.
 * @param {import("../state/store.js").Store} store @param {import("../shell/commands.js").Desk} desk
 * @param {import("../composer/drafts.js").Drafts} drafts
 */
export function createNotes(store, desk, drafts) {
  const editor = /** @type {HTMLDialogElement} */ (find("#note-dialog"))
  const field = /** @type {HTMLTextAreaElement} */ (find("#note-words"))
  const asking = /** @type {HTMLDialogElement} */ (find("#note-delete"))
  /** @type {(text: string) => Promise<string>} */
  let save = async () => ""
  /** The contact whose begun note this is; empty: a note that is there already. */
  let begun = ""
  /** @type {() => Promise<string>} */
  let remove = async () => ""

  const drawRoom = () => {
    const { left, told } = notesRoom(field.value.trimEnd())
    const yes = /** @type {HTMLButtonElement} */ (at(editor, "save"))
    yes.disabled = left < 0 || !field.value.trim()
    setText(at(editor, "why"), left < 200 ? told : "")
  }
  const edit = (/** @type {string} */ title, /** @type {string} */ text, /** @type {typeof save} */ then) => {
    save = then
    begun = ""
    setText(at(editor, "title"), title)
    field.value = text
    drawRoom()
    editor.showModal()
    field.focus()
  }
  field.addEventListener("input", () => {
    drawRoom()
    if (begun) drafts.set(begun, "note", field.value)
  })
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || composing(event)) return
    event.preventDefault()
    if (event.repeat) return
    const yes = /** @type {HTMLButtonElement} */ (at(editor, "save"))
    if (!yes.disabled) yes.form?.requestSubmit(yes)
  })
  /** The dialog stays, with the reason, until it is done. @param {HTMLDialogElement} dialog @param {() => Promise<string>} does */
  const settle = (dialog, does) => async (/** @type {SubmitEvent} */ event) => {
    const yes = /** @type {HTMLButtonElement} */ (at(dialog, "save"))
    if (event.submitter !== yes) return
    event.preventDefault()
    if (yes.disabled) return
    yes.disabled = true
    const refused = await does()
    yes.disabled = false
    if (refused) setText(at(dialog, "why"), refused)
    else dialog.close()
  }
  editor.addEventListener("submit", settle(editor, () => save(field.value.trimEnd())))
  asking.addEventListener("submit", settle(asking, () => remove()))

  find("#rows").addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("[data-note-do]") : null
    const noteId = /** @type {HTMLElement|null} */ (button?.closest("[data-note]"))?.dataset.note ?? ""
    const note = noteOf(store.state, noteId)
    if (!(button instanceof HTMLElement) || !note) return
    if (button.dataset.noteDo === "edit")
      return edit(gettext("Edit the note"), note.text, (text) => desk.editNote(note.contactId, noteId, text))
    remove = () => desk.deleteNote(note.contactId, noteId)
    setText(at(asking, "text"), note.text.slice(0, 200))
    setText(at(asking, "why"), "")
    asking.showModal()
    at(asking, "no").focus()
  })
  return {
    /** A note on a contact in which nothing can be written to the customer. @param {string} contactId @param {string} name */
    add(contactId, name) {
      const token = newToken()
      edit(say("Internal note on %(name)s", { name }), drafts.of(contactId, "note"), async (text) => {
        const refused = await desk.addNote(contactId, text, token)
        if (!refused) drafts.set(contactId, "note", "")
        return refused
      })
      begun = contactId
    },
  }
}

/** @param {import("../lib/types.js").State} state @param {string} noteId */
const noteOf = (state, noteId) =>
  Object.values(state.conversations).flatMap((held) => held.notes[noteId] ?? [])[0]
