// @ts-check
/**
 * Which keys do what: as we deliver it, as the agent wants it, and what cannot be. An action has a combination that works
 * everywhere; those that are named `list.…` are the letters that act while the contact list has the focus. Pure.
 */

/** @typedef {Record<string, string>} Keymap  Name -> keys, as presses.js writes them: "Alt+a", "j". */

const LIST = "list."

/** @type {Keymap} */
const EVERYWHERE = {
  next: "ArrowDown",
  previous: "ArrowUp",
  accept: "a",
  decline: "d",
  reply: "r",
  note: "n",
  attach: "u",
  help: "h",
  transfer: "t",
  end: "e",
  wrap: "w",
  state: "s",
  contacts: "l",
  keys: "k",
}

/** Nothing here that cannot be undone. @type {Keymap} */
const IN_THE_LIST = { next: "j", previous: "k", accept: "a", decline: "d", go: "g", keys: "?" }

/**
 * What the browser keeps for itself, or every text field needs, or the desk has for good (K, F), with Ctrl (Cmd on a Mac).
 * @type {Record<string, string>}
 */
const NOT_OURS = { "": "acfklnopqrtvwxyz", "Shift+": "cijnpqrtvwz" }

/** A Mac's Option key writes signs: there the letters go with Ctrl and Shift. @param {boolean} mac @returns {Keymap} */
export function defaults(mac) {
  const held = (/** @type {string} */ key) => (mac && key.length === 1 ? "Ctrl+Shift+" : "Alt+")
  return {
    ...Object.fromEntries(Object.entries(EVERYWHERE).map(([name, key]) => [name, held(key) + key])),
    ...Object.fromEntries(Object.entries(IN_THE_LIST).map(([name, key]) => [LIST + name, key])),
  }
}

/**
 * What was kept, if it still makes sense: every action keys of its own.
 * @param {string} kept as `keptOf` made it @param {boolean} mac @returns {Keymap}
 */
export function keymapOf(kept, mac) {
  const map = defaults(mac)
  for (const [name, keys] of Object.entries(parsed(kept)))
    if (Object.hasOwn(map, name) && typeof keys === "string") map[name] = keys
  const whole = Object.keys(map).every((name) => refused(map, name, map[name], mac) === null)
  return whole ? map : defaults(mac)
}

/** Only what differs from our keys: those we deliver later reach everybody who did not choose. @param {Keymap} map @param {boolean} mac */
export function keptOf(map, mac) {
  const ours = defaults(mac)
  const own = Object.entries(map).filter(([name, keys]) => ours[name] !== keys)
  return own.length === 0 ? "" : JSON.stringify(Object.fromEntries(own))
}

/**
 * Why an action cannot have these keys: another one has them, a digit is a place, it is not one sign; for what works
 * everywhere: it would be a letter in a text field, or the browser's.
 * @param {Keymap} map @param {string} name @param {string} keys @param {boolean} mac
 * @returns {{why: "taken"|"place"|"sign"|"writes"|"browser", by: string}|null}
 */
export function refused(map, name, keys, mac) {
  const { held, sign } = split(keys)
  const arrow = /^Arrow(Up|Down)$/.test(sign) && !isLetter(name)
  if (!arrow && ([...sign].length !== 1 || /[\s\p{C}]/u.test(sign) || sign !== sign.toLowerCase())) return { why: "sign", by: "" }
  if (isLetter(name)) {
    if (held) return { why: "sign", by: "" }
    if (/[1-9]/.test(sign)) return { why: "place", by: "" }
  } else if (writesSign(held, arrow, mac)) return { why: "writes", by: "" }
  else if (isBrowsers(held, sign, mac)) return { why: "browser", by: "" }
  const by = Object.keys(map).find((other) => other !== name && isLetter(other) === isLetter(name) && map[other] === keys)
  return by === undefined ? null : { why: "taken", by }
}

/** Does this name belong to a letter of the contact list? @param {string} name */
export const isLetter = (name) => name.startsWith(LIST)

/** What works everywhere and is pressed here; null: nothing. @param {Keymap} map @param {string[]} pressed combinations, the best first */
export const actionOf = (map, pressed) => nameOf(map, pressed, false)

/** What a letter does in the contact list: an action, or a digit's place; null: nothing. @param {Keymap} map @param {string[]} pressed */
export function letterOf(map, pressed) {
  const name = nameOf(map, pressed, true)
  return name?.slice(LIST.length) ?? pressed.find((one) => /^[1-9]$/.test(one)) ?? null
}

/** As it is written on the keys. @param {string} keys @param {boolean} mac */
export function shown(keys, mac) {
  const { held, sign } = split(keys)
  const names = held.split("+").filter(Boolean).map((one) => (mac ? MAC_SIGNS[one] : one))
  return [...names, ARROWS[sign] ?? sign.toUpperCase()].join(" ")
}

/** As aria-keyshortcuts has it. @param {string} keys */
export function spoken(keys) {
  const { held, sign } = split(keys)
  return held.replace("Ctrl", "Control") + (sign.length === 1 ? sign.toUpperCase() : sign)
}

/** @type {Record<string, string>} */
const MAC_SIGNS = { Ctrl: "⌃", Alt: "⌥", Shift: "⇧", Meta: "⌘" }
/** @type {Record<string, string>} */
const ARROWS = { ArrowDown: "↓", ArrowUp: "↑" }

/** @param {string} keys */
function split(keys) {
  const [, held, sign] = /** @type {RegExpExecArray} */ (/^((?:(?:Ctrl|Alt|Shift|Meta)\+)*)(.*)$/su.exec(keys))
  return { held, sign }
}

/** Held like this a letter is written, or a sign by AltGr (Ctrl and Alt), or by a Mac's Option. @param {string} held @param {boolean} arrow @param {boolean} mac */
const writesSign = (held, arrow, mac) =>
  !/Ctrl|Alt|Meta/.test(held) || /Ctrl\+Alt/.test(held) || (mac && !arrow && /^Alt\+(Shift\+)?$/.test(held))

/** @param {string} held @param {string} sign @param {boolean} mac */
function isBrowsers(held, sign, mac) {
  const theirs = mac ? "Meta+" : "Ctrl+"
  if (!held.includes(theirs)) return held.includes("Meta+")
  return (NOT_OURS[held.replace(theirs, "")] ?? "").includes(sign)
}

/** @param {Keymap} map @param {string[]} pressed @param {boolean} letter */
function nameOf(map, pressed, letter) {
  for (const keys of pressed) {
    const name = Object.keys(map).find((one) => isLetter(one) === letter && map[one] === keys)
    if (name !== undefined) return name
  }
  return null
}

/** @param {string} kept @returns {Record<string, unknown>} */
function parsed(kept) {
  try {
    return Object(JSON.parse(kept || "{}"))
  } catch {
    return {}
  }
}
