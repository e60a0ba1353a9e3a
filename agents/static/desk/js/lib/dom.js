// @ts-check
/** What the desk needs of its pages beside the shared pieces. */
import { find } from "../../../frontend/js/dom.js"

export * from "../../../frontend/js/dom.js"

/** The part of an element that its template named so. @param {Element} element @param {string} name @returns {HTMLElement} */
export const at = (element, name) => find(`[data-at="${name}"]`, element)

/** Words of the desk among those of people: they are not found in a transcript. @template {HTMLElement} E @param {E} element */
export function chrome(element) {
  element.dataset.chrome = ""
  return element
}

/** While an input method composes, Enter and the arrows are its own; Safari tells by the code 229. @param {KeyboardEvent} event */
export const composing = (event) => event.isComposing || event.keyCode === 229

/** @type {WeakMap<Element, unknown[]>} */
const shown = new WeakMap()

/**
 * As redraw, for things that are replaced when they change: the very same ones are not drawn again.
 * @param {Element} element @param {unknown[]} things @param {() => (Node|string)[]} inside
 */
export function refresh(element, things, inside) {
  const before = shown.get(element)
  if (before && before.length === things.length && before.every((one, place) => one === things[place])) return
  shown.set(element, things)
  element.replaceChildren(...inside())
}
