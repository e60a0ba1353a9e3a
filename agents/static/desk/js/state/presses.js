// @ts-check
/**
 * What a pressed key means on any keyboard layout: which combination it is for the key map, and whether it writes a sign.
 * A letter counts by what is written on it; where the layout has no such letter (Cyrillic, Greek, Hebrew, Arabic) by its
 * place. AltGr and dead keys write signs and are no combinations. Pure.
 */

/**
 * @typedef {Pick<KeyboardEvent, "key"|"code"|"ctrlKey"|"altKey"|"shiftKey"|"metaKey"> &
 *   {getModifierState?: (name: string) => boolean}} Press
 */

/** Keys that say nothing by themselves: a dead key, an input method's, one that is not known. */
const MUTE = new Set(["Dead", "Process", "Unidentified", "Compose", "AltGraph"])

/** AltGr is held; Windows reports it as Ctrl and Alt together. @param {Press} press */
export const isAltGr = (press) => Boolean(press.getModifierState?.("AltGraph")) || (press.ctrlKey && press.altKey)

/**
 * Whether the layout writes Latin letters, as far as this press tells; `before` when it does not.
 * @param {Press} press @param {boolean|null} before null: not known yet @returns {boolean|null}
 */
export function writesLatin(press, before) {
  if (press.ctrlKey || press.altKey || press.metaKey || !/^\p{L}{1,2}$/u.test(press.key)) return before
  return /^\p{Script=Latin}/u.test(press.key)
}

/**
 * The combinations this press can mean, the best first: by its sign, then by its place. "Alt+a", "Ctrl+Shift+x", "j", "?".
 * @param {Press} press @param {boolean|null} [latin] what `writesLatin` knows of the layout @returns {string[]}
 */
export function combinations(press, latin = null) {
  if (MUTE.has(press.key) || isAltGr(press)) return []
  const sign = [...press.key].length === 1 ? press.key.toLowerCase() : press.key
  const place = placeOf(press, latin)
  return (place === null || place === sign ? [sign] : [sign, place]).map((one) => modifiers(press, one) + one)
}

/** Whether the combination is pressed, with Ctrl or with Cmd: what both computers know by these. @param {Press} press @param {string} letter @param {boolean|null} [latin] */
export const isCtrl = (press, letter, latin = null) =>
  combinations(press, latin).some((one) => one === `Ctrl+${letter}` || one === `Meta+${letter}`)

/**
 * Whether the press writes a sign into a field. The space bar does, but presses buttons and scrolls where there is no field.
 * @param {Press} press @param {boolean} mac its Option key writes signs
 */
export function writes(press, mac) {
  if (press.key === "Dead") return !press.ctrlKey && !press.metaKey
  if ([...press.key].length !== 1 && !/^\P{ASCII}+$/u.test(press.key)) return false
  if (press.key === " " || press.metaKey) return false
  return isAltGr(press) || (!press.ctrlKey && (!press.altKey || mac))
}

/** @param {Press} press @param {boolean|null} latin @returns {string|null} */
function placeOf({ key, code, shiftKey }, latin) {
  const letter = /^Key([A-Z])$/.exec(code)?.[1].toLowerCase()
  if (letter && !/^[a-z]$/i.test(key) && !/^\p{Script=Latin}/u.test(key)) {
    // Hebrew has "/" and "'" where others have Q and W, and so has Dvorak, which has the letters elsewhere.
    return /^\P{ASCII}+$/u.test(key) || latin !== true ? letter : null
  }
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1]
  return digit && !shiftKey && [...key].length === 1 ? digit : null
}

/** A sign that Shift makes is written as it is. @param {Press} press @param {string} sign */
function modifiers({ ctrlKey, altKey, shiftKey, metaKey }, sign) {
  const shifted = shiftKey && (ctrlKey || altKey || metaKey) && (sign.length > 1 || /[\p{L}\d]/u.test(sign))
  return `${ctrlKey ? "Ctrl+" : ""}${altKey ? "Alt+" : ""}${shifted ? "Shift+" : ""}${metaKey ? "Meta+" : ""}`
}
