// @ts-check
/**
 * Every action by key: combinations that work everywhere, also where one writes; letters that act while the contact list
 * has the focus; and whatever else writes a sign goes to the composer. All can be changed, the letters switched off.
 */
import { composing, find, make } from "../lib/dom.js"
import { keymap, keyOf, keysAreOn, pressed, watchKeymap, withCtrl } from "./keymap.js"
import { actionOf, letterOf } from "../state/keymap.js"
import { gettext, say } from "../lib/i18n.js"

/**
 * What can be done now by its keys, for the palette: the keys as they are shown and the name.
 * @typedef {{name: string, key: string, word: string, does: () => void}} Action
 * A place to go to, after the key for going: its own key, in small letters, and its name.
 * @typedef {{key: string, word: string, does: () => void}} Place
 */

/** How long the second key of a way may take, in milliseconds. */
const PATIENCE = 2_000

/** A key that is held walks on; everything else it does once. */
const WALKS = new Set(["next", "previous"])

/**
 * @param {Record<string, () => void>} does what each action does, and each digit
 * @param {Place[]} places
 * @param {(event: KeyboardEvent) => void} rest what no action has
 * @returns {() => Action[]}
 */
export function createKeys(does, places, rest) {
  const dialog = /** @type {HTMLDialogElement} */ (find("#keys-dialog"))
  const list = find("#list")
  const known = { ...does, keys: () => dialog.showModal() }
  let goingSince = -Infinity
  find("#keys-open").addEventListener("click", known.keys)
  watchKeymap(() => find("#keys").replaceChildren(...sections(places)))

  /** The list itself: not what narrows it. @param {EventTarget|null} target */
  const inTheList = (target) => target === list || (target instanceof Element && target.closest("#list-scroll") !== null)

  /** @param {KeyboardEvent} event @param {string} name */
  const act = (event, name) => {
    event.preventDefault()
    if (!event.repeat || WALKS.has(name)) known[name]()
  }
  /** @param {KeyboardEvent} event @returns {boolean} a letter of the list took it */
  const letter = (event) => {
    const combinations = pressed(event)
    const going = event.timeStamp - goingSince < PATIENCE
    goingSince = -Infinity
    if (going && combinations.length > 0) {
      // Whatever comes second belongs to the way: it is neither an action nor a word.
      event.preventDefault()
      places.find((place) => combinations.includes(place.key))?.does()
      return true
    }
    const name = letterOf(keymap(), combinations)
    if (name === "go") {
      event.preventDefault()
      goingSince = event.timeStamp
    } else if (name !== null && Object.hasOwn(known, name)) act(event, name)
    else return false
    return true
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || composing(event) || document.querySelector("dialog[open]")) return
    const name = actionOf(keymap(), pressed(event))
    if (name !== null && Object.hasOwn(known, name)) return act(event, name)
    if (event.key === "Shift" || (keysAreOn() && inTheList(event.target) && letter(event))) return
    rest(event)
  })
  const shown = places.filter(({ does: way }) => !Object.values(known).includes(way))
  return () => [
    ...actionWords()
      .filter(([name]) => Object.hasOwn(known, name))
      .map(([name, word]) => ({ name, key: keyOf(name), word, does: known[name] })),
    ...shown.map((place) => ({ name: `go ${place.key}`, key: keysAreOn() ? ways(place).join(" ") : "", word: place.word, does: place.does })),
  ]
}

/** Every action that works everywhere, in the order in which they are listed. @returns {[string, string][]} */
export function actionWords() {
  return [
    ["accept", gettext("Accept the offer")],
    ["decline", gettext("Decline the offer")],
    ["reply", gettext("Reply")],
    ["note", gettext("Internal note")],
    ["attach", gettext("Attach a file")],
    ["help", gettext("Raise or lower the hand")],
    ["transfer", gettext("Transfer the contact")],
    ["end", gettext("End the chat")],
    ["wrap", gettext("After contact work done")],
    ["state", gettext("My state")],
    ["next", gettext("Next contact")],
    ["previous", gettext("Previous contact")],
    ["contacts", gettext("Go to the contacts")],
    ["keys", gettext("All keys")],
  ]
}

/** The letters of the contact list. @returns {[string, string][]} */
export function letterWords() {
  return [
    ["list.next", gettext("Next contact")],
    ["list.previous", gettext("Previous contact")],
    ["list.accept", gettext("Accept the offer")],
    ["list.decline", gettext("Decline the offer")],
    ["list.go", gettext("Go to, with a second key")],
    ["list.keys", gettext("All keys")],
  ]
}

/** What a binding does, where it is told alone. @param {string} name */
export function wordOf(name) {
  const letter = letterWords().find(([one]) => one === name)
  if (letter) return say("In the list: %(action)s", { action: letter[1] })
  return actionWords().find(([one]) => one === name)?.[1] ?? ""
}

/** @typedef {[string[], string]} Row */

/** @param {Place[]} places */
function sections(places) {
  /** @param {[string, string][]} words @returns {Row[]} */
  const rows = (words) => words.map(([name, word]) => [[keyOf(name)], word])
  /** @type {Row[]} */
  const everywhere = [
    ...rows(actionWords()),
    [[withCtrl("K")], gettext("Everything that can be done, and every contact")],
    [[withCtrl("F")], gettext("Find in the transcript")],
    [["Enter"], gettext("Send")],
    [["Shift Enter"], gettext("New line")],
    [[keyOf("state"), "1", "…", "9"], gettext("State by its place")],
  ]
  /** @type {Row[]} */
  const inTheList = [
    [["Enter"], gettext("Open it and write")],
    ...rows(letterWords().filter(([name]) => name !== "list.go")),
    [["1", "…", "9"], gettext("Contact by its place")],
    ...places.map((place) => /** @type {Row} */ ([ways(place), place.word])),
  ]
  return [
    ...section(gettext("Everywhere, also where you write"), everywhere),
    ...(keysAreOn() ? section(gettext("In the contact list"), inTheList) : []),
  ]
}

/** @param {string} title @param {Row[]} rows */
const section = (title, rows) => [make("h3", "keys__title", title), make("dl", "keys", ...rows.map(drawRow))]

/** @param {Place} place */
const ways = ({ key }) => [keyOf("list.go"), key.toUpperCase()]

/** @param {Row} row */
const drawRow = ([keys, word]) =>
  make("div", "", make("dt", "", word), make("dd", "", ...keys.map((key) => make("kbd", "", key))))
