// @ts-check
/** Nodes of the log: copies of the page's templates, icons, and rich words by a table of known tags. */

/** @typedef {import("./rich.js").Rich} Rich */

/** What each piece becomes: a heading in a chat is a line in bold. @type {Record<string, string>} */
const TAGS = { p: "p", h: "p", blockquote: "blockquote", ul: "ul", ol: "ol", li: "li", strong: "strong", em: "em", code: "code" }

/** @param {string} name @returns {HTMLElement} a copy of the page's template of that name */
export function made(name) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(`t-${name}`))
  return /** @type {HTMLElement} */ (/** @type {Element} */ (template.content.firstElementChild).cloneNode(true))
}

/** @param {HTMLElement} node @param {string} selector @returns {HTMLElement} */
export const part = (node, selector) => /** @type {HTMLElement} */ (node.querySelector(selector))

/** @param {string} tag @param {string} className @param {(Node | string)[]} inside */
export function make(tag, className, ...inside) {
  const node = document.createElement(tag)
  if (className) node.className = className
  node.append(...inside)
  return node
}

/** @param {string} name */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg")
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use")
  svg.setAttribute("class", "icon")
  svg.setAttribute("aria-hidden", "true")
  use.setAttribute("href", `#i-${name}`)
  svg.append(use)
  return svg
}

/** @param {Rich[]} rich @returns {(Node | string)[]} */
export const richNodes = (rich) => rich.map((one) => (typeof one === "string" ? one : richNode(one)))

/** A link opens beside the chat, and learns nothing of it. @param {Exclude<Rich, string>} one */
function richNode({ tag, children, href, start }) {
  const node = make(tag === "a" ? "a" : TAGS[tag], tag === "h" ? "bubble__head" : "", ...richNodes(children))
  if (tag === "a") {
    for (const [name, value] of [["href", href ?? ""], ["target", "_blank"], ["rel", "noopener noreferrer"], ["title", href ?? ""]]) node.setAttribute(name, value)
  }
  if (start !== undefined) node.setAttribute("start", String(start))
  return node
}
