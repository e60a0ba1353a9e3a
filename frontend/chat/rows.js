// @ts-check
/** What stands on the screen, as plain values: day separators, system lines and grouped bubbles, from the conversation. */

import { EVENT, isMine, isTheirs } from "./conversation.js"
import { isPicture, sizeWord, typeWord } from "../js/files.js"
import { gettext, say } from "../js/i18n.js"
import { forms, NO_FORMS } from "./forms.js"
import { INTERACTIVE, mayBeForm } from "../js/interactive_messages.js"
import { MARKDOWN, markdown } from "./markdown.js"

/**
 * @typedef {import("./conversation.js").State} State
 * @typedef {import("./conversation.js").Item} Item
 * @typedef {{key: string, kind: "text", text: string, status: string, rich: import("./markdown.js").Rich[],
 *   slot: Slot | null}} TextBubble `slot`: the words are the time that was chosen
 * @typedef {{key: string, kind: "file", name: string, facts: string, status: string, opens: string, picture: boolean}} FileBubble
 *   `opens`: the AttachmentId, when it can be fetched
 * @typedef {{at: string, offset: number | null}} Slot a time that was chosen, told as it was offered
 * @typedef {import("../js/interactive_messages.js").Form} Form
 * @typedef {{key: string, kind: "choices", form: Form, chosen: string}} ChoicesBubble
 * @typedef {TextBubble | FileBubble | ChoicesBubble} Bubble
 * @typedef {{kind: "day", key: string, at: string}} DayRow
 * @typedef {{kind: "system", key: string, at: string, text: string}} SystemRow
 * @typedef {{kind: "group", key: string, at: string, mine: boolean, who: string, author: string, bubbles: Bubble[],
 *   status: string, reason: string, last: string}} GroupRow `last` is the key of its last bubble
 * @typedef {DayRow | SystemRow | GroupRow} Row
 */

const GROUP_GAP = 5 * 60_000
const NOBODY = "SYSTEM_MESSAGE" // how Connect calls a flow
/** @type {Record<string, (who: string) => string>} `who` is empty for ourselves */
const LINES = {
  [`${EVENT}participant.joined`]: (who) => (who ? say("%(who)s joined", { who }) : gettext("You joined")),
  [`${EVENT}participant.left`]: (who) => (who ? say("%(who)s left", { who }) : gettext("You left")),
  [`${EVENT}participant.idle`]: (who) => (who ? say("Nothing from %(who)s for a while", { who }) : gettext("Nothing from you for a while")),
  [`${EVENT}participant.autodisconnection`]: () => gettext("Closed because nobody wrote"),
  [`${EVENT}transfer.succeeded`]: () => gettext("You were passed on to somebody else"),
  [`${EVENT}chat.ended`]: () => gettext("The chat has ended"),
}

/** @param {string} at @returns {string} the day of a time where the reader is */
export const localDay = (at) => new Date(at).toLocaleDateString("en-CA")

/**
 * @param {State} state @param {(at: string) => string} [day] @returns {Row[]}
 */
export function rows(state, day = localDay) {
  /** @type {Row[]} */
  const made = []
  const shown = state.items.map((item) => rowOf(state, item)).filter((row) => row !== null)
  let today = ""
  for (const row of [...shown, ...waiting(state)]) {
    if (day(row.at) !== today) {
      today = day(row.at)
      made.push({ kind: "day", key: `day ${today}`, at: row.at })
    }
    const last = made.at(-1)
    if (last && row.kind === "group" && belongs(last, row)) join(last, row)
    else made.push(row)
  }
  return withReceipt(state, made)
}

/** @param {State} state @param {Item} item @returns {SystemRow | GroupRow | null} */
function rowOf(state, item) {
  if (item.Type === "EVENT") return eventRow(state, item)
  const bubbles = bubblesOf(state, item)
  const speaks = isMine(state, item) || isTheirs(state, item) || item.ParticipantRole === "CUSTOMER"
  const [first] = bubbles
  if (!speaks && first?.kind === "text") return { kind: "system", key: item.Id, at: item.AbsoluteTime, text: first.text }
  return bubbles.length ? group(state, item, bubbles) : null
}

/** @param {State} state @param {Item} item @returns {SystemRow | null} */
function eventRow(state, item) {
  const line = LINES[item.ContentType]
  const mine = isMine(state, item)
  const who = mine ? "" : item.DisplayName
  // A flow joins too, as SYSTEM; nobody needs to be told that.
  if (!line || (item.ContentType.startsWith(`${EVENT}participant.`) && ((!who && !mine) || item.ParticipantRole === "SYSTEM"))) return null
  return { kind: "system", key: item.Id, at: item.AbsoluteTime, text: line(who ?? "") }
}

/** @param {State} state @param {Item} item @returns {Bubble[]} */
function bubblesOf(state, item) {
  const key = state.tokens[item.Id] ?? item.Id
  if (item.Type === "ATTACHMENT") return (item.Attachments ?? []).map((one, index) => file(`${key} ${index}`, one))
  if (!forms() && mayBeForm(item)) return [] // drawn once somebody has brought the forms
  const form = forms()?.readForm(item)
  if (form?.parts.some((one) => one.options.length > 0)) return [{ key, kind: "choices", form, chosen: choiceIn(state, item, form) }]
  if (form || item.ContentType === INTERACTIVE || (forms() === NO_FORMS && mayBeForm(item))) return [textBubble(state, key, [form?.parts[0].title, form?.parts[0].detail, gettext("(An interactive message of a kind that this page cannot show)")].filter(Boolean).join("\n"))]
  return item.Content ? [textBubble(state, key, item.Content, item.ContentType)] : []
}

/** @param {State} state @param {string} key @param {string} text @param {string} [contentType] @param {string} [status] @returns {TextBubble} */
function textBubble(state, key, text, contentType = "", status = "") {
  const slot = /^\d{4}-\d\d-\d\dT/.test(text) ? slotOf(state, text) : null
  return { key, kind: "text", text, status, rich: contentType === MARKDOWN ? markdown(text) : [text], slot }
}

/** The time slot that was offered in this chat and that these words choose; null: they are only words. @param {State} state @param {string} words @returns {Slot | null} */
function slotOf({ items }, words) {
  const offered = items.flatMap((item) => forms()?.readForm(item)?.parts ?? []).findLast((part) => part.options.some((one) => one.at === words))
  return offered ? { at: words, offset: offered.offset } : null
}

/** @param {string} key @param {import("./conversation.js").Attachment} one @returns {FileBubble} */
function file(key, one) {
  const states = { APPROVED: gettext("Checked"), REJECTED: gettext("Refused"), IN_PROGRESS: gettext("Being checked") }
  const name = one.AttachmentName ?? gettext("File")
  const facts = [typeWord(one.ContentType ?? ""), states[/** @type {keyof states} */ (one.Status)] ?? one.Status]
  const opens = one.Status === "APPROVED" ? one.AttachmentId ?? "" : ""
  return { key, kind: "file", name, facts: facts.filter(Boolean).join(", "), status: "", opens, picture: Boolean(opens) && isPicture(one.ContentType) }
}

/** The first answer after a question that is one of its choices. @param {State} state @param {Item} item @param {Form} form */
function choiceIn(state, item, form) {
  const later = state.items.slice(state.items.indexOf(item) + 1).filter((other) => isMine(state, other))
  const words = [...later.map((one) => one.Content), ...state.outgoing.map((one) => one.content)]
  return words.map((Content) => forms()?.chosen(form, { Content })).find(Boolean) ?? ""
}

/** @param {State} state @param {Item} item @param {Bubble[]} bubbles @returns {GroupRow} */
function group(state, item, bubbles) {
  const mine = isMine(state, item)
  return {
    kind: "group", key: bubbles[0].key, at: item.AbsoluteTime, mine, who: mine || item.DisplayName === NOBODY ? "" : item.DisplayName ?? "",
    author: item.ParticipantId ?? item.ParticipantRole ?? "", bubbles, status: "", reason: "", last: bubbles[bubbles.length - 1].key,
  }
}

/** What is not yet sent stands at the end, as it was written. @param {State} state @returns {GroupRow[]} */
function waiting(state) {
  const there = new Set(state.items.map((item) => item.Id))
  return state.outgoing.filter((one) => !one.id || !there.has(one.id)).map((one) => {
    const bubble = unsent(state, one)
    return {
      kind: "group", key: bubble.key, at: one.at, mine: true, who: "", author: state.me, status: one.status, reason: one.reason ?? "",
      bubbles: [bubble], last: one.clientToken,
    }
  })
}

/** @param {State} state @param {import("./conversation.js").Outgoing} one @returns {TextBubble | FileBubble} */
function unsent(state, { clientToken, content, contentType, size, status }) {
  if (size === undefined) return textBubble(state, clientToken, content, contentType, status)
  const facts = `${typeWord(contentType ?? "")}, ${sizeWord(size)}`
  return { key: `${clientToken} 0`, kind: "file", name: content, facts, status, opens: "", picture: false }
}

/** @param {Row} last @param {GroupRow} row whether the row continues the last one @returns {last is GroupRow} */
function belongs(last, row) {
  if (last.kind !== "group" || last.author !== row.author || last.who !== row.who) return false
  if (row.status === "failed" || last.status === "failed" || (row.status === "waiting") !== (last.status === "waiting")) return false
  if ((row.status === "checked") !== (last.status === "checked")) return false
  return Math.abs(Date.parse(row.at) - Date.parse(last.at)) < GROUP_GAP
}

/** @param {GroupRow} last @param {GroupRow} row */
function join(last, row) {
  last.bubbles = [...last.bubbles, ...row.bubbles]
  last.at = row.at
  last.status = row.status || last.status
  last.last = row.last
}

/**
 * The last group of ours that was sent says how far it came; a receipt is a high-water mark, it speaks for all before it.
 * @param {State} state @param {Row[]} made @returns {Row[]}
 */
function withReceipt(state, made) {
  const mine = state.items.filter((item) => isMine(state, item) && item.Type !== "EVENT")
  const last = made.findLast((row) => row.kind === "group" && row.mine && row.status === "")
  const newest = mine.at(-1)
  if (last?.kind === "group" && newest) last.status = state.receipts[newest.Id] ?? "sent"
  return made
}

/** The chat as a text, to keep. @param {State} state @returns {string} */
export function asText(state) {
  const lines = state.items.map((item) => [item, rowOf(state, item)]).filter(([, row]) => row)
  return lines.map(([item, row]) => `${/** @type {Item} */ (item).AbsoluteTime}  ${spokenRow(state, /** @type {any} */ (row))}`).join("\r\n") + "\r\n"
}

/** @param {State} state @param {SystemRow | GroupRow} row */
function spokenRow(state, row) {
  if (row.kind === "system") return `* ${row.text}`
  return `${row.mine ? state.name : row.who}: ${row.bubbles.map(bubbleWords).join(" ")}`
}

/** @param {Bubble} bubble */
function bubbleWords(bubble) {
  if (bubble.kind === "text") return bubble.text
  if (bubble.kind === "file") return `[${bubble.name}, ${bubble.facts}]`
  return [bubble.form.parts[0].title, ...bubble.form.parts.flatMap((one) => one.options).map((one) => `(${one.label || one.at})`)].join(" ")
}
