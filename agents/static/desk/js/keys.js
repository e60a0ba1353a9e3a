// @ts-check
/** Every action by key: single keys outside text fields (they can be changed and switched off), Alt with arrows everywhere. */
import { find, make } from "./dom.js"
import { keymap, keyOf, keysAreOn, watchKeymap, withCtrl } from "./keymap.js"
import { actionOf } from "./state/keymap.js"
import { gettext } from "./words.js"

/**
 * What can be done now by its key, for the palette: the key as it is shown and the name.
 * @typedef {{name: string, key: string, word: string, does: () => void}} Action
 * A place to go to, after the key for going: its own key, in small letters, and its name.
 * @typedef {{key: string, word: string, does: () => void}} Place
 */

/** How long the second key of a way may take, in milliseconds. */
const PATIENCE = 2_000

/**
 * @param {Record<string, () => void>} does what each action does, and each digit
 * @param {Place[]} places
 * @returns {() => Action[]}
 */
export function createKeys(does, places) {
  const dialog = /** @type {HTMLDialogElement} */ (find("#keys-dialog"))
  const known = { ...does, keys: () => dialog.showModal() }
  let goingSince = -Infinity
  find("#keys-open").addEventListener("click", known.keys)
  watchKeymap(() => find("#keys").replaceChildren(...rows(places).map(drawRow)))

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return
    if (event.altKey) return press(event, known[ARROWS[event.key] ?? ""])
    if (isField(event.target) || !keysAreOn() || event.key === "Shift") return
    const key = event.key.toLowerCase()
    const going = event.timeStamp - goingSince < PATIENCE
    goingSince = -Infinity
    // Whatever comes second belongs to the way: it shall not end a chat.
    if (going) return press(event, places.find((place) => place.key === key)?.does ?? (() => {}))
    const action = actionOf(keymap(), key)
    if (action === "go") goingSince = event.timeStamp
    else if (action !== null && Object.hasOwn(known, action)) press(event, known[action])
  })
  return () => [
    ...actionWords()
      .filter(([name]) => Object.hasOwn(known, name))
      .map(([name, word]) => ({ name, key: keysAreOn() ? keyOf(name) : (WITH_ALT[name] ?? ""), word, does: known[name] })),
    ...places.map(({ key, word, does }) => ({
      name: `go ${key}`,
      key: keysAreOn() ? `${keyOf("go")} ${key.toUpperCase()}` : "",
      word,
      does,
    })),
  ]
}

/** @type {Record<string, string>} */
const ARROWS = { ArrowDown: "next", ArrowUp: "previous" }

/** What works also where single keys do not. @type {Record<string, string>} */
const WITH_ALT = { next: "Alt ↓", previous: "Alt ↑" }

/** @param {KeyboardEvent} event @param {(() => void)|undefined} action */
function press(event, action) {
  if (!action) return
  event.preventDefault()
  action()
}

/** @param {EventTarget|null} target */
const isField = (target) =>
  target instanceof Element && target.closest("input, textarea, select, [contenteditable], [role=menu]") !== null

/** Every action whose key can be changed, in the order in which they are listed. @returns {[string, string][]} */
export function actionWords() {
  return [
    ["next", gettext("Next contact")],
    ["previous", gettext("Previous contact")],
    ["accept", gettext("Accept the offer")],
    ["decline", gettext("Decline the offer")],
    ["reply", gettext("Reply")],
    ["note", gettext("Internal note")],
    ["attach", gettext("Attach a file")],
    ["transfer", gettext("Transfer the contact")],
    ["end", gettext("End the chat")],
    ["wrap", gettext("After contact work done")],
    ["state", gettext("My state")],
    ["go", gettext("Go to, with a second key")],
    ["keys", gettext("All keys")],
  ]
}

/** @param {Place[]} places @returns {[string[], string][]} */
function rows(places) {
  const single = keysAreOn()
  /** @type {[string[], string][]} */
  const mapped = actionWords()
    .filter(([action]) => action !== "go")
    .map(([action, word]) => {
      const arrow = Object.hasOwn(WITH_ALT, action) ? [WITH_ALT[action]] : []
      return [single ? [keyOf(action), ...arrow] : arrow, word]
    })
  return [
    ...mapped.filter(([keys]) => keys.length > 0),
    ...(single ? [/** @type {[string[], string]} */ ([["1", "…", "9"], gettext("Contact by its place")])] : []),
    ...(single ? [/** @type {[string[], string]} */ ([[keyOf("state"), "1", "…", "9"], gettext("State by its place")])] : []),
    ...(single ? places.map((place) => /** @type {[string[], string]} */ ([ways(place), place.word])) : []),
    [[withCtrl("K")], gettext("Everything that can be done, and every contact")],
    [[withCtrl("F")], gettext("Find in the transcript")],
    [["Enter"], gettext("Send")],
    [["Shift Enter"], gettext("New line")],
  ]
}

/** @param {Place} place */
const ways = ({ key }) => [keyOf("go"), key.toUpperCase()]

/** @param {[string[], string]} row */
const drawRow = ([keys, word]) =>
  make("div", "", make("dt", "", word), make("dd", "", ...keys.map((key) => make("kbd", "", key))))
