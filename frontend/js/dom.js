// @ts-check
/** Small pieces of the page: found, made, filled, kept in order. Text enters as text, never as HTML. */

/** @param {string} selector @param {ParentNode} [from] @returns {HTMLElement} */
export function find(selector, from = document) {
  const found = from.querySelector(selector)
  if (!(found instanceof HTMLElement)) throw new Error(`The page has no ${selector}`)
  return found
}

/** @param {string} id the id of a <template> with one element @returns {HTMLElement} */
export function clone(id) {
  const template = document.getElementById(id)
  if (!(template instanceof HTMLTemplateElement)) throw new Error(`The page has no template ${id}`)
  return /** @type {HTMLElement} */ (/** @type {Element} */ (template.content.firstElementChild).cloneNode(true))
}

/**
 * @param {string} tag @param {string} className @param {...(Node|string)} children
 * @returns {HTMLElement}
 */
export function make(tag, className, ...children) {
  const element = document.createElement(tag)
  if (className) element.className = className
  element.append(...children)
  return element
}

/** Words for those who cannot see the picture beside them. @param {string} text */
export const spoken = (text) => make("span", "sr", text)

/** What people typed may run the other way. @param {string} text */
export function typed(text) {
  const element = make("span", "", text)
  element.dir = "auto"
  return element
}

/** As typed, in an element of its own. @param {string} tag @param {string} text */
export function words(tag, text) {
  const element = make(tag, "", text)
  element.dir = "auto"
  return element
}

/**
 * What a table says of a word that came from outside: "constructor" is in no table of ours.
 * @template Value
 * @param {Record<string, Value>} table @param {string} word @returns {Value|undefined}
 */
export const own = (table, word) => (Object.hasOwn(table, word) ? table[word] : undefined)

const SVG = "http://www.w3.org/2000/svg"

/** @param {string} name an icon of the page: its `<symbol id="i-…">` @param {string} [more] further classes */
export function icon(name, more = "") {
  const svg = document.createElementNS(SVG, "svg")
  svg.setAttribute("class", `icon ${more}`.trim())
  svg.setAttribute("aria-hidden", "true")
  const use = document.createElementNS(SVG, "use")
  use.setAttribute("href", `#i-${name}`)
  svg.append(use)
  return svg
}

/** @param {Node} node @param {string} text */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text
}

/** @type {WeakMap<Element, string>} */
const drawn = new WeakMap()

/**
 * Draw the inside anew only when what it shows has changed.
 * @param {Element} element @param {unknown} value what it shows, as JSON @param {() => (Node|string)[]} inside
 */
export function redraw(element, value, inside) {
  const sign = JSON.stringify(value)
  if (drawn.get(element) === sign) return
  drawn.set(element, sign)
  element.replaceChildren(...inside())
}

/** @param {Element} element @param {string} name @param {string|boolean|number} value */
export function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value))
}

/**
 * Children in the order of the list; an element lives as long as its key, and keeps the focus when it moves.
 * @template Thing
 * @param {Element} parent @param {Thing[]} list @param {(thing: Thing) => string} keyOf
 * @param {(thing: Thing) => HTMLElement} create @param {(element: HTMLElement, thing: Thing) => void} update
 */
export function keep(parent, list, keyOf, create, update) {
  const focused = /** @type {Document|ShadowRoot} */ (parent.getRootNode()).activeElement
  const held = new Map(
    [...parent.children].map((child) => [
      /** @type {HTMLElement} */ (child).dataset.key,
      /** @type {HTMLElement} */ (child),
    ]),
  )
  const wanted = new Set(list.map(keyOf))
  for (const [key, element] of held) if (key === undefined || !wanted.has(key)) element.remove()
  const elements = list.map((thing) => {
    const element = held.get(keyOf(thing)) ?? create(thing)
    element.dataset.key = keyOf(thing)
    return element
  })
  order(parent, elements)
  list.forEach((thing, place) => update(elements[place], thing))
  if (focused instanceof HTMLElement && focused !== /** @type {Document|ShadowRoot} */ (parent.getRootNode()).activeElement && parent.contains(focused))
    focused.focus({ preventScroll: true })
}

/** Puts the children in this order and moves as few as it can: each move is laid out anew. @param {Element} parent @param {HTMLElement[]} elements */
function order(parent, elements) {
  if (elements.every((one, place) => one === parent.children[place])) return
  const before = new Map([...parent.children].map((child, place) => [child, place]))
  const stays = rising(elements.map((one) => before.get(one) ?? -1))
  /** @type {Element|null} */
  let next = null
  for (let place = elements.length - 1; place >= 0; place -= 1) {
    if (!stays.has(place)) parent.insertBefore(elements[place], next)
    next = elements[place]
  }
}

/** Places of the longest row of numbers that rise; -1 is none of them. @param {number[]} numbers @returns {Set<number>} */
export function rising(numbers) {
  /** Where the row of each length ends that ends lowest. @type {number[]} */
  const ends = []
  /** @type {number[]} */
  const before = []
  numbers.forEach((number, place) => {
    if (number < 0) return
    let [low, high] = [0, ends.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (numbers[ends[middle]] < number) low = middle + 1
      else high = middle
    }
    before[place] = low > 0 ? ends[low - 1] : -1
    ends[low] = place
  })
  const found = new Set()
  for (let place = ends.at(-1) ?? -1; place >= 0; place = before[place]) found.add(place)
  return found
}

/** Two letters for a face; nothing when the name has none. @param {string} name */
export function initials(name) {
  const words = name
    .trim()
    .split(/\s+/)
    .filter((word) => /\p{L}/u.test(word))
  return words.length > 0 && !/\d/.test(name)
    ? [words[0], words.length > 1 ? words[words.length - 1] : ""]
        .map((word) => [...word][0] ?? "")
        .join("")
        .toUpperCase()
    : ""
}

/** @param {Element} element @param {string} name */
export function drawFace(element, name) {
  redraw(element, name, () => [initials(name) || icon("user")])
}
