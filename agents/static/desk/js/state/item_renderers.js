// @ts-check
/** What one item looks like, whoever sent it and whatever became of it: words, rich text, a form, an answer, files. Pure. */
import { INTERACTIVE, formWords, readAnswer, readForm } from "../../../frontend/js/interactive_messages.js"

/**
 * @typedef {import("../lib/types.js").Item} Item
 * @typedef {import("../lib/types.js").Rich} Rich
 * @typedef {{id: string, name: string, type: string, bytes: number|null, status: string, token: string}} File
 *   `id`: Connect's, of one that is an item; `token`: ours, of one on its way.
 * @typedef {{kind: "text"|"broken", text: string} | {kind: "rich", text: string, rich: Rich[]}
 *   | {kind: "form", text: string, form: import("../../../frontend/js/interactive_messages.js").Form}
 *   | {kind: "answer", text: string, answer: import("../../../frontend/js/interactive_messages.js").Answer}
 *   | {kind: "file", text: string, file: File}} Face  `text`: the words that can be found in it.
 */

/** @type {WeakMap<object, Face[]>} an item never changes, a changed one is another object */
const known = new WeakMap()

/** Usually one; a message may carry several files. @param {Item} item @returns {Face[]} */
export function facesOf(item) {
  let faces = known.get(item)
  if (!faces) known.set(item, (faces = look(item)))
  return faces
}

/** Words of ours that are no item yet. @param {{content: string, rich?: Rich[]|null}} one @returns {Face} */
export const wordsOf = ({ content, rich }) =>
  rich ? { kind: "rich", text: richWords(rich), rich } : { kind: "text", text: content }

/**
 * A file of ours that is no item yet: its name stands where a message has its words.
 * @param {{content: string, contentType: string, size?: number|null, clientToken: string}} one @returns {Face}
 */
export const fileOf = ({ content, contentType, size, clientToken }) => ({
  kind: "file",
  text: harmless(content),
  file: { id: "", name: harmless(content), type: contentType, bytes: size ?? null, status: "", token: clientToken },
})

/** @param {Item} item @returns {Face[]} */
function look(item) {
  if (item.Type === "ATTACHMENT") return item.Attachments.length > 0 ? item.Attachments.map(file) : [file({})]
  const form = readForm(item)
  if (form) return [{ kind: "form", text: formWords(form), form }]
  const answer = readAnswer(item)
  if (answer) return [{ kind: "answer", text: answerWords(answer), answer }]
  if (item.ContentType.startsWith(INTERACTIVE)) return [{ kind: "broken", text: item.Content ?? "" }]
  return [wordsOf({ content: item.Content ?? "", rich: item.Rich })]
}

/** @param {Record<string, any>} told @returns {Face} */
function file(told) {
  const name = harmless(String(told.AttachmentName ?? ""))
  const bytes = Number.isFinite(told.AttachmentSizeInBytes) ? Number(told.AttachmentSizeInBytes) : null
  return {
    kind: "file",
    text: name,
    file: {
      id: String(told.AttachmentId ?? ""),
      name,
      type: String(told.ContentType ?? ""),
      bytes,
      status: String(told.Status ?? ""),
      token: "",
    },
  }
}

/** Marks of direction turn "exe.gpj" into "jpg.exe": names and facts go without them. @param {string} name */
export const harmless = (name) => name.replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "")

const BLOCKS = new Set(["p", "h", "blockquote", "ul", "ol", "li", "pre", "br", "hr"])

/** The words of a tree, blocks on lines of their own. @param {Rich[]} rich @returns {string} */
export function richWords(rich) {
  return rich.map(nodeWords).join("").replace(/\n+/g, "\n").trim()
}

/** @param {Rich} node @returns {string} */
function nodeWords(node) {
  if (typeof node === "string") return node
  const inside = node.children.map(nodeWords).join("")
  return BLOCKS.has(node.tag) ? `\n${inside}\n` : inside
}

/** @param {import("../../../frontend/js/interactive_messages.js").Answer} answer */
const answerWords = ({ action, fields }) =>
  [action, ...fields.flatMap(([name, value]) => [name, value])].filter(Boolean).join("\n")
