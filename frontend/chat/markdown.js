// @ts-check
/** Markdown as Connect's chat knows it (bold, italic, code, links, lists) as a tree; frontend/js/rich_text.js draws it. */
import { isSafe } from "../js/links.js"

/** @typedef {import("../js/rich_text.js").Rich} Rich */

export const MARKDOWN = "text/markdown"
/** In turn: escaped sign, code, [words](address), bold, italic, bare address. Lengths are bounded: a stranger writes them. */
const INLINE =
  /\\([\\`*_[\]()#.!>+-])|`([^`\n]{1,1000})`|\[([^\]\n]{1,500})\]\(([^()\s]{1,2000})\)|(\*\*|__)(?=\S)([^\n]{0,1000}?\S)\5|(?<![\p{L}\p{N}*_])([*_])(?=[^\s*_])([^\n*_]{0,1000}?[^\s*_])\7(?![\p{L}\p{N}*_])|(https?:\/\/[^\s<>"]{1,2000})/u
const BULLET = /^ {0,3}[-*+]\s+(.*)$/u
const NUMBERED = /^ {0,3}(\d{1,9})[.)]\s+(.*)$/u
const HEADING = /^ {0,3}#{1,6}\s+(.*)$/u
const QUOTE = /^ {0,3}>\s?(.*)$/u

/** Blocks of a markdown text. @param {string} text @returns {Rich[]} */
export function markdown(text) {
  /** @type {{tag: string, children: Rich[], start?: number}[]} */
  const blocks = []
  let open = false // the last block may go on with the next line
  for (const line of text.split(/\r\n?|\n/u)) {
    const { tag, words, start } = lineOf(line)
    const last = blocks.at(-1)
    if (tag === "") open = false
    else if (tag === "li") addItem(open && last?.tag === (start === undefined ? "ul" : "ol") ? last : begun(blocks, start), words)
    else if (open && last && last.tag === tag && tag !== "h") last.children.push("\n", ...inline(words))
    else blocks.push({ tag, children: inline(words) })
    if (tag) open = true
  }
  return blocks
}

/** @param {string} line @returns {{tag: string, words: string, start?: number}} */
function lineOf(line) {
  const [bullet, numbered, heading, quote] = [BULLET, NUMBERED, HEADING, QUOTE].map((one) => one.exec(line))
  if (bullet) return { tag: "li", words: bullet[1] }
  if (numbered) return { tag: "li", words: numbered[2], start: Number(numbered[1]) }
  if (heading) return { tag: "h", words: heading[1] }
  if (quote) return { tag: "blockquote", words: quote[1] }
  return { tag: line.trim() ? "p" : "", words: line }
}

/** @param {{tag: string, children: Rich[], start?: number}[]} blocks @param {number | undefined} start */
function begun(blocks, start) {
  const list = start === undefined ? { tag: "ul", children: [] } : { tag: "ol", children: [], start }
  blocks.push(list)
  return list
}

/** @param {{children: Rich[]}} list @param {string} words */
const addItem = (list, words) => void list.children.push({ tag: "li", children: inline(words) })

/** @param {string} text @param {number} [depth] @returns {Rich[]} */
function inline(text, depth = 0) {
  /** @type {Rich[]} */
  const made = []
  let rest = text
  for (let found = INLINE.exec(rest); found && depth < 5; found = INLINE.exec(rest)) {
    const [whole, nodes] = piece(found, depth)
    made.push(rest.slice(0, found.index), ...nodes)
    rest = rest.slice(found.index + whole.length)
  }
  return [...made, rest].filter((one) => one !== "")
}

/** @param {RegExpExecArray} found @param {number} depth @returns {[string, Rich[]]} what is used up, and what it becomes */
function piece([whole, sign, code, words, href, bold, strong, soft, em, address], depth) {
  const inside = (/** @type {string} */ one) => inline(one, depth + 1)
  if (sign) return [whole, [sign]]
  if (code) return [whole, [{ tag: "code", children: [code] }]]
  if (href) return [whole, [isSafe(href) ? { tag: "a", href, children: inside(words) } : whole]]
  if (bold) return [whole, [{ tag: "strong", children: inside(strong) }]]
  if (soft) return [whole, [{ tag: "em", children: inside(em) }]]
  return [address, [address]] // made a link when it is drawn; here no mark in it counts
}
