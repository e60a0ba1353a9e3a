// @ts-check
/** The widget's elements and icons, made without HTML: a page that wants Trusted Types gets none to check. */

/** @typedef {Record<string, string | boolean | number | null | undefined | ((event: any) => void)>} Attributes `onclick` and the like listen */

/** @param {string} tag @param {Attributes} [attributes] @param {...(Node | string | null | false)} children @returns {any} */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value)
    else if (value === true) element.setAttribute(name, "")
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value))
  }
  element.append(.../** @type {(Node | string)[]} */ (children.filter((one) => one !== null && one !== false)))
  return element
}

const SVG_ELEMENTS = "http://www.w3.org/2000/svg"
/** What the button itself shows; the others come with the window. @type {Record<string, string>} */
export const FIRST = {
  chat: "M3.5 5.5a2 2 0 0 1 2-2h9a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H9l-3.5 3v-3a2 2 0 0 1-2-2zM7 7.3h6M7 10h3.8",
  down: "m5 8 5 5 5-5",
}

/** @param {string} tag @param {Record<string, string>} attributes @param {...Node} children */
export function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG_ELEMENTS, tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children)
  return element
}

/** @param {keyof typeof FIRST} name @param {string} more */
export const line = (name, more) => svg("svg", { class: `icon ${more}`, viewBox: "0 0 20 20", "aria-hidden": "true" }, svg("path", { d: FIRST[name] }))

/** @param {string} css @returns {CSSStyleSheet} a Content Security Policy has nothing against this one */
export function styles(css) {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(css)
  return sheet
}
