// @ts-check
/** Which key does what: as we deliver it, as the agent wants it, and what cannot be. Pure. */

/** @typedef {Record<string, string>} Keymap  Action -> key, as KeyboardEvent.key has it, in small letters. */

/** @type {Keymap} */
export const DEFAULTS = {
  next: "j",
  previous: "k",
  accept: "a",
  decline: "d",
  reply: "r",
  note: "n",
  attach: "f",
  transfer: "t",
  end: "e",
  wrap: "w",
  state: "s",
  go: "g",
  keys: "?",
}

/**
 * What was kept, if it still makes sense: every action one key of its own.
 * @param {string} kept as `keptOf` made it @returns {Keymap}
 */
export function keymapOf(kept) {
  /** @type {Keymap} */
  const map = { ...DEFAULTS }
  for (const [action, key] of Object.entries(parsed(kept)))
    if (Object.hasOwn(DEFAULTS, action) && typeof key === "string") map[action] = key
  const whole = Object.keys(map).every((action) => refused(map, action, map[action]) === null)
  return whole ? map : { ...DEFAULTS }
}

/** Only what differs from our keys: those we deliver later reach everybody who did not choose. @param {Keymap} map */
export function keptOf(map) {
  const own = Object.entries(map).filter(([action, key]) => DEFAULTS[action] !== key)
  return own.length === 0 ? "" : JSON.stringify(Object.fromEntries(own))
}

/**
 * Why an action cannot have this key: another one has it, the digits are places, or it is not one sign.
 * @param {Keymap} map @param {string} action @param {string} key @returns {{why: "taken"|"place"|"sign", by: string}|null}
 */
export function refused(map, action, key) {
  if ([...key].length !== 1 || /[\s\p{C}]/u.test(key) || key !== key.toLowerCase()) return { why: "sign", by: "" }
  if (/[1-9]/.test(key)) return { why: "place", by: "" }
  const by = Object.keys(map).find((other) => other !== action && map[other] === key)
  return by === undefined ? null : { why: "taken", by }
}

/**
 * What a key does: an action of the map, or a digit's place. Other keys have names of their own, such as “End”, which
 * are no names of actions.
 * @param {Keymap} map @param {string} key
 */
export const actionOf = (map, key) =>
  Object.keys(map).find((action) => map[action] === key) ?? (/^[1-9]$/.test(key) ? key : null)

/** @param {string} kept @returns {Record<string, unknown>} */
function parsed(kept) {
  try {
    return Object(JSON.parse(kept || "{}"))
  } catch {
    return {}
  }
}
