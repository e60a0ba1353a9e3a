// @ts-check
/** Markdown and plain text on the page, addresses as links: nodes made of a tree by a table of known tags; no HTML is ever parsed (docs/decisions/0006). */
import { make } from "./dom.js"
import { isSafe, linked, shownLink } from "./links.js"

/** @typedef {string|{tag: string, children: Rich[], href?: string, start?: number}} Rich  A piece of markdown; made by chats/rich_text.py for the portal. */

/** What each piece becomes. A heading in a chat is a line in bold: the page has its own headings. */
const TAGS = {
  p: "p",
  h: "p",
  blockquote: "blockquote",
  ul: "ul",
  ol: "ol",
  li: "li",
  strong: "strong",
  em: "em",
  code: "code",
  pre: "pre",
  br: "br",
  hr: "hr",
}

/** @param {Rich[]} rich @returns {(Node|string)[]} */
export const richNodes = (rich) => rich.flatMap((one) => node(one, true))

/** Words as they were typed; what is an address in them is a link. @param {string} text @returns {(Node|string)[]} */
export const wordNodes = (text) => linked(text).flatMap((one) => (typeof one === "string" ? [one] : link(one.href, [one.text])))

/** The same in an element of its own: what people typed may run the other way. @param {string} text */
export function linkedWords(text) {
  const element = make("span", "", ...wordNodes(text))
  element.dir = "auto"
  return element
}

/** @param {Rich} one @param {boolean} links in a link, or in code, are none @returns {(Node|string)[]} */
function node(one, links) {
  if (typeof one === "string") return links ? wordNodes(one) : [one]
  const inside = one.children.flatMap((child) => node(child, links && !["a", "code", "pre"].includes(one.tag)))
  if (one.tag === "a") return link(one.href ?? "", inside)
  if (!Object.hasOwn(TAGS, one.tag)) return inside
  const element = make(TAGS[/** @type {keyof typeof TAGS} */ (one.tag)], one.tag === "h" ? "rich__head" : "", ...inside)
  if (one.tag === "ol" && Number.isInteger(one.start)) element.setAttribute("start", String(one.start))
  return [element]
}

/** It opens beside the page, and learns nothing of it. Who made the tree has looked at the address already. @param {string} address @param {(Node|string)[]} inside */
function link(address, inside) {
  if (!isSafe(address)) return inside
  const { href } = new URL(address)
  const said = inside.map((one) => (typeof one === "string" ? one : one.textContent)).join("")
  const { words, host } = shownLink(said, href)
  const element = make("a", "", ...(words === null ? inside : [words]), ...(host ? [` (${host})`] : []))
  element.setAttribute("href", href)
  element.setAttribute("target", "_blank")
  element.setAttribute("rel", "noopener noreferrer")
  element.title = href
  return [element]
}
