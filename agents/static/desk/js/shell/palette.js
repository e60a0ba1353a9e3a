// @ts-check
/** Ctrl/Cmd+K: every action with its key, every contact by name, every state; found by a few letters. */
import { drawFace, find, icon, make, redraw, setText } from "../lib/dom.js"
import { keyOf, keysAreOn, pressedCtrl, withCtrl } from "./keymap.js"
import { createPicker } from "../composer/picker.js"
import { ranked } from "../state/fuzzy.js"
import { cards, inOrder } from "../state/index.js"
import { stateName } from "../contacts/not_responding.js"
import { gettext } from "../lib/i18n.js"

/**
 * @typedef {import("../composer/picker.js").Option & {word: string, more: string, shortcut: string, mark: string, does: () => void}} Command
 */

/**
 * @param {import("../state/store.js").Store} store
 * @param {{actions: () => import("./keys.js").Action[], view: (contactId: string) => void,
 *   place: (contactId: string) => number, setState: (name: string) => void}} around
 */
export function createPalette(store, { actions, view, place, setState }) {
  const dialog = /** @type {HTMLDialogElement} */ (find("#palette"))
  const input = /** @type {HTMLInputElement} */ (find("#palette-search"))
  const none = find("[data-at=none]", dialog)

  /** @returns {Command[]} */
  const commands = () => [
    ...inOrder(cards(store.state)).map((card) => ({
      key: `contact:${card.contactId}`,
      group: gettext("Contacts"),
      word: card.name || gettext("Customer"),
      more: card.queue,
      shortcut: nth(place(card.contactId)),
      mark: "",
      does: () => view(card.contactId),
    })),
    ...actions().map(({ name, key, word, does }) => ({
      key: `action:${name}`,
      group: gettext("Actions"),
      word,
      more: "",
      shortcut: key,
      mark: "next",
      does,
    })),
    ...(store.state.agent?.states ?? []).map(({ name }, here) => ({
      key: `state:${name}`,
      group: gettext("My state"),
      word: stateName(name),
      more: name === store.state.agent?.state.name ? gettext("now") : "",
      shortcut: nth(here + 1, `${keyOf("state")} `),
      mark: "user",
      does: () => setState(name),
    })),
  ]

  const picker = createPicker(input, find("#palette-list"), {
    options: (typed) => ranked(commands(), typed, (one) => `${one.word} ${one.group}`),
    draw: drawCommand,
    choose(one) {
      // Closed first: what the action opens or focuses is not to lose its focus to us.
      dialog.close()
      one.does()
    },
  })
  input.addEventListener("input", () => {
    none.hidden = find("#palette-list").childElementCount > 0
  })

  const open = () => {
    picker.clear()
    none.hidden = true
    dialog.showModal()
    input.focus()
  }
  document.addEventListener("keydown", (event) => {
    if (!pressedCtrl(event, "k")) return
    event.preventDefault()
    if (dialog.open) dialog.close()
    else if (!document.querySelector("dialog[open]")) open()
  })
  // A click beside it is a click on the dialog itself: its content fills it.
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close())
  setText(find("#palette-open kbd"), withCtrl("K"))
  find("#palette-open").addEventListener("click", open)
}

/** The key of a place, as far as there are digits. @param {number} place @param {string} [after] the key before it */
const nth = (place, after = "") => (keysAreOn() && place >= 1 && place <= 9 ? `${after}${place}` : "")

/** @param {HTMLElement} element @param {Command} one */
function drawCommand(element, one) {
  redraw(element, [one.word, one.more, one.shortcut, one.mark], () => {
    const face = make("span", "avatar avatar--xs")
    face.setAttribute("aria-hidden", "true")
    if (!one.mark) drawFace(face, one.word)
    return [
      one.mark ? icon(one.mark) : face,
      make("bdi", "pick__name", one.word),
      make("span", "pick__about", one.more),
      ...(one.shortcut ? [make("kbd", "", one.shortcut)] : []),
    ]
  })
}
