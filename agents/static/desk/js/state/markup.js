// @ts-check
/**
 * What an agent writes with marks: **bold**, lists and [links](https://…). One rule says how it goes to the customer: as
 * markdown where the chat takes it, else as plain text without the marks. Pure.
 */

export const MARKDOWN = "text/markdown"
export const PLAIN = "text/plain"

const BOLD = /(?<![\p{L}\p{N}\\])(\*\*|__)(?=[^\s*_])([^\n]{0,300}?[^\s\\])\1(?![\p{L}\p{N}])/u
const LINK = /(?<!\\)\[([^\]\n]{1,300})\]\(((?:https?:\/\/|mailto:|tel:)[^()\s]{1,2000})\)/iu
/** One line alone is a date or a dash, two are a list. */
const LIST = /^ {0,3}(?:[-*+] +\S.*\n {0,3}[-*+] +\S|\d{1,9}[.)] +\S.*\n {0,3}\d{1,9}[.)] +\S)/mu

/** @param {string} text */
export const hasMarks = (text) => [BOLD, LINK, LIST].some((one) => one.test(text))

/**
 * How these words go to the customer.
 * @param {string} text @param {boolean} takesMarkdown  The chat does, as far as is known.
 * @returns {{content: string, contentType: string, how: "formatted"|"unmarked"|""}} `how`: what the agent is told before
 */
export function outgoingWords(text, takesMarkdown) {
  if (!hasMarks(text)) return { content: text, contentType: PLAIN, how: "" }
  if (takesMarkdown) return { content: text, contentType: MARKDOWN, how: "formatted" }
  const content = unmarked(text)
  return { content, contentType: PLAIN, how: content === text ? "" : "unmarked" }
}

/** Lists read well as they are typed; stars and brackets do not. @param {string} text */
const unmarked = (text) =>
  text
    .replace(new RegExp(LINK, "giu"), (_, words, href) => (words === href ? href : `${words} (${href})`))
    .replace(new RegExp(BOLD, "gu"), "$2")
