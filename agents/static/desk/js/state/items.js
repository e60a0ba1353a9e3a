// @ts-check
/** Items in the order of the screen, AbsoluteTime then Id, and what kind of thing an item is. Pure. */

/** @typedef {import("../lib/types.js").Item} Item */

const BOT_PART = /^Bot Transcript: \((\d+)\\(\d+)\)\n?/

/** @param {Item} a @param {Item} b */
export function byTime(a, b) {
  // Parsed, not compared as text: "…:31Z" would come after "…:31.5Z".
  return Date.parse(a.AbsoluteTime) - Date.parse(b.AbsoluteTime) || (a.Id < b.Id ? -1 : a.Id > b.Id ? 1 : 0)
}

/** In the order of the screen; the server sends them so. @param {Item[]} items */
export const inOrder = (items) =>
  items.every((item, place) => place === 0 || byTime(items[place - 1], item) < 0) ? items : items.toSorted(byTime)

/**
 * The list with the item in its place; the same list when it holds this or a newer change of it.
 * @param {Item[]} items @param {Item} item
 */
export function withItem(items, item) {
  const here = items.findLastIndex((other) => other.Id === item.Id)
  if (here >= 0 && items[here].Seq > item.Seq) return items
  const rest = here >= 0 ? items.toSpliced(here, 1) : items
  return rest.toSpliced(place(rest, item), 0, item)
}

/** @param {Item[]} items @param {Item} item */
function place(items, item) {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (byTime(items[middle], item) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * What a bot's transcript says line by line, as far as it names who speaks: "Bot: hello".
 * @param {string} text @returns {{who: string, words: string}[]}
 */
export function botLines(text) {
  /** @type {{who: string, words: string}[]} */
  const lines = []
  for (const line of text.trim().split("\n")) {
    const found = /^([^:]{1,40}): ?(.*)$/.exec(line)
    if (found) lines.push({ who: found[1], words: found[2] })
    else if (lines.length > 0) lines[lines.length - 1].words += `\n${line}`
    else lines.push({ who: "", words: line })
  }
  return lines
}

/** @param {Item} item */
export const isMessage = (item) => item.Type === "MESSAGE" || item.Type === "ATTACHMENT"

/** @param {Item} item */
export const isCustomers = (item) => isMessage(item) && item.ParticipantRole === "CUSTOMER"

/** A message on our side of the conversation: an agent, or the portal under the queue's public name. @param {Item} item */
export const isOurs = (item) =>
  isMessage(item) &&
  (item.Author !== null || ["AGENT", "CUSTOM_BOT", "SUPERVISOR"].includes(item.ParticipantRole ?? ""))

/** A person has answered: texts the portal sends by itself have no author. @param {Item} item */
export const isAnswer = (item) => isMessage(item) && item.Author !== null

/**
 * Lex-Web-UI sends what was said with its bot as `Bot Transcript: (i\N)` messages of the customer, right after the
 * hand-over.
 * @param {Item} item @returns {{part: number, of: number, text: string}|null}
 */
export function botPart(item) {
  // Most words are none: the pattern is for those that look like it.
  if (!item.Content?.startsWith("Bot Transcript: (")) return null
  if (!isCustomers(item)) return null
  const found = BOT_PART.exec(item.Content)
  return found && { part: Number(found[1]), of: Number(found[2]), text: item.Content.slice(found[0].length) }
}
