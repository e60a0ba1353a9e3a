// @ts-check
/**
 * A field and the list under it: what is typed narrows the list, arrows walk, Enter or a click chooses. The focus stays
 * in the field (aria-activedescendant), so that one can type on.
 */
import { composing, keep, make, setAttribute } from "../lib/dom.js"

/**
 * @typedef {{key: string, group: string, disabled?: boolean}} Option
 */

/**
 * @template {Option} One
 * @param {HTMLInputElement} input role=combobox @param {HTMLElement} list role=listbox
 * @param {{options: (words: string) => One[], draw: (element: HTMLElement, one: One) => void, choose: (one: One) => void,
 *   walked?: (one: One) => void}} ends
 */
export function createPicker(input, list, { options, draw, choose, walked }) {
  /** @type {One[]} */
  let shown = []
  let here = ""

  const paint = () => {
    shown = options(input.value)
    if (!shown.some((one) => one.key === here)) here = (shown.find((one) => !one.disabled) ?? shown[0])?.key ?? ""
    const groups = [...new Set(shown.map((one) => one.group))]
    keep(list, groups, (group) => group, createGroup, (element, group) => {
      const inside = /** @type {Element} */ (element.lastElementChild)
      const ofGroup = shown.filter((one) => one.group === group)
      keep(inside, ofGroup, (one) => one.key, () => createOption(list), (option, one) => {
        option.id = `${list.id}-${shown.indexOf(one)}`
        setAttribute(option, "aria-selected", one.key === here)
        setAttribute(option, "aria-disabled", Boolean(one.disabled))
        draw(option, one)
      })
    })
    const at = shown.findIndex((one) => one.key === here)
    if (at < 0) input.removeAttribute("aria-activedescendant")
    else setAttribute(input, "aria-activedescendant", `${list.id}-${at}`)
    setAttribute(input, "aria-expanded", shown.length > 0)
  }

  /** @param {number} to */
  const walk = (to) => {
    if (shown.length === 0) return
    here = shown[(to + shown.length) % shown.length].key
    paint()
    list.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" })
    walked?.(shown[(to + shown.length) % shown.length])
  }
  /** @param {One|undefined} one */
  const take = (one) => {
    if (one && !one.disabled) choose(one)
  }

  input.addEventListener("input", () => {
    here = ""
    paint()
    list.scrollTop = 0
  })
  input.addEventListener("keydown", (event) => {
    const at = shown.findIndex((one) => one.key === here)
    const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? -1 : at - 1, PageDown: Math.min(at + 8, shown.length - 1), PageUp: Math.max(at - 8, 0) }[
      event.key
    ]
    if (to === undefined && event.key !== "Enter") return
    if (composing(event)) return
    event.preventDefault()
    if (to === undefined) take(shown[at])
    else walk(to)
  })
  // The field keeps the focus: what is typed next belongs to it.
  list.addEventListener("pointerdown", (event) => event.preventDefault())
  list.addEventListener("click", ({ target }) => {
    const option = target instanceof Element ? target.closest("[role=option]") : null
    if (!(option instanceof HTMLElement)) return
    const one = shown.find((other) => other.key === option.dataset.key)
    if (one) here = one.key
    paint()
    take(one)
  })
  return {
    paint,
    /** From the beginning, with nothing typed. */
    clear() {
      input.value = ""
      here = ""
      paint()
      list.scrollTop = 0
    },
    /** Stand on this one. @param {string} key */
    stand(key) {
      here = key
      paint()
    },
  }
}

/** @param {string} name */
function createGroup(name) {
  const group = make("div", "", make("p", "pick__group", name), make("div", ""))
  group.setAttribute("role", "group")
  group.setAttribute("aria-label", name)
  group.firstElementChild?.setAttribute("aria-hidden", "true")
  group.lastElementChild?.setAttribute("role", "presentation")
  return group
}

/** @param {HTMLElement} list */
function createOption(list) {
  const option = make("div", `pick__option ${list.dataset.option ?? ""}`.trim())
  option.setAttribute("role", "option")
  return option
}
