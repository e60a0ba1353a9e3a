// @ts-check
/** One row of a transcript: a day, a line, a group of bubbles. */
import { gapWords } from "../shell/read_marker.js"
import { day, exactly, hour } from "../lib/clock.js"
import { chrome, icon, keep, make, own, redraw, refresh, typed } from "../lib/dom.js"
import { fileNodes } from "./files.js"
import { answerNodes, formNodes } from "./interactive_messages.js"
import { createNote, drawNote } from "./notes.js"
import { linkedWords, richNodes, wordNodes } from "../../../frontend/js/rich_text.js"
import { botLines } from "../state/index.js"
import { fill, gettext, ngettext, told } from "../lib/i18n.js"

/**
 * @typedef {import("../state/bubbles.js").Row} Row
 * @typedef {import("../state/bubbles.js").Group} Group
 * @typedef {import("../state/bubbles.js").Bubble} Bubble
 * @typedef {import("../state/item_renderers.js").Face} Face
 */

/** @param {Row} row @returns {HTMLElement} */
export function createRow(row) {
  if (row.kind === "day") return make("h3", "day")
  if (row.kind === "new") return make("h3", "new")
  if (row.kind === "gap") return make("p", "gap")
  if (row.kind === "line") return make("p", "system")
  if (row.kind === "note") return createNote()
  return row.kind === "bot" ? createBot() : createGroup()
}

/** @param {HTMLElement} element @param {Row} row */
export function drawRow(element, row) {
  if (row.kind === "group") return drawGroup(element, row)
  if (row.kind === "note") return drawNote(element, row)
  if (row.kind === "day") return redraw(element, day(row.at), () => [timeOf(row.at, day(row.at), row.at.slice(0, 10))])
  if (row.kind === "new")
    return redraw(element, row.count, () => [
      make("span", "", fill(ngettext("%(n)s unread", "%(n)s unread", row.count), { n: row.count })),
    ])
  if (row.kind === "gap")
    return redraw(element, row, () => [icon("offline"), make("span", "", gapWords(row.seconds, row.count))])
  if (row.kind === "line")
    return redraw(element, row, () => [...lineWords(row), row.event ? " " : " · ", timeOf(row.at, hour(row.at))])
  return drawBot(element, row)
}

/** Connect's events in a sentence; one we do not know by its own name. @param {{event: string, name: string, text: string, from?: string}} line */
function lineWords({ event, name, text, from = "" }) {
  if (!event) return [linkedWords(text)]
  /** @type {Record<string, string>} */
  const known = {
    "participant.joined": gettext("%(name)s joined"),
    "participant.left": gettext("%(name)s left"),
    "participant.idle": gettext("%(name)s is idle"),
    "participant.returned": gettext("%(name)s is back"),
    "participant.autodisconnection": gettext("%(name)s was disconnected for being idle"),
    "participant.invited": gettext("%(name)s was invited"),
    "chat.ended": gettext("The chat ended"),
    "chat.rehydrated": gettext("The chat was opened again"),
    "transfer.succeeded": gettext("The chat was transferred"),
    "transfer.failed": gettext("The transfer failed"),
    "handed.takenOver": gettext("%(name)s took over from %(from)s, and wraps up"),
    "handed.taken": gettext("%(name)s took it over, and wraps up"),
    "handed.reassigned": gettext("%(name)s reassigned it to %(to)s"),
    "handed.requeued": gettext("%(name)s put it back into %(to)s"),
    "handed.accepted": gettext("%(to)s took it from %(from)s"),
    "handed.queued": gettext("%(name)s transferred it to %(to)s"),
  }
  return [typed(fill(own(known, event) ?? event, { name: name || gettext("Somebody"), from, to: text }))]
}

function createBot() {
  const details = make("details", "bot")
  details.append(chrome(make("summary", "")), make("ol", "bot__words"))
  return details
}

/** @param {HTMLElement} element @param {import("../state/bubbles.js").Bot} row */
function drawBot(element, row) {
  const parts = ngettext("%(n)s part, sent before you joined", "%(n)s parts, sent before you joined", row.parts)
  redraw(/** @type {Element} */ (element.firstElementChild), row.parts, () => [
    icon("bot"),
    make(
      "span",
      "",
      make("b", "", gettext("Conversation with the bot")),
      make("span", "quiet", fill(parts, { n: row.parts })),
    ),
    icon("down"),
  ])
  redraw(/** @type {Element} */ (element.lastElementChild), row.text, () => botLines(row.text).map(botLine))
}

/** @param {{who: string, words: string}} line */
const botLine = ({ who, words }) => make("li", "", ...(who ? [make("b", "", typed(who))] : []), linkedWords(words))

function createGroup() {
  const group = make("div", "group")
  group.append(make("p", "group__who"), make("div", "group__bubbles"), make("p", "group__meta"), make("p", "group__do"))
  return group
}

/** @param {HTMLElement} element @param {Group} row */
function drawGroup(element, row) {
  const [who, bubbles, meta, actions] = /** @type {HTMLElement[]} */ ([...element.children])
  element.className = row.mine ? "group group--me" : "group"
  // One's own words need no name for the eye; those who listen do not see the side.
  who.className = row.me ? "sr" : "group__who"
  who.hidden = !row.named
  redraw(who, [row.who, row.me, row.supervisor], () => [row.me ? gettext("You") : typed(speaker(row))])
  keep(
    bubbles,
    row.bubbles,
    (bubble) => bubble.key,
    createBubble,
    (bubble, one) => drawBubble(bubble, one, row),
  )
  meta.className = row.fate === "failed" ? "group__meta is-failed" : "group__meta"
  redraw(meta, [row.at, row.fate, row.why], () => metaWords(row))
  const open = row.fate === "failed" && row.token !== null
  actions.hidden = !open
  Object.assign(element.dataset, { token: row.token ?? "", contact: row.contactId, local: row.local ? "1" : "" })
  const isFile = row.bubbles[0].face.kind === "file"
  redraw(actions, [open, isFile, row.again], () => (open ? failedButtons(isFile, row.again) : []))
}

/** The flow has no name for people; a bot of Lex is called BOT. @param {Group} row */
function speaker({ automatic, who, supervisor }) {
  if (supervisor) return fill(gettext("%(name)s (supervisor)"), { name: who })
  return automatic && (!who || who === "SYSTEM_MESSAGE") ? gettext("Automatic message") : who
}

/** @type {Record<Bubble["face"]["kind"], string>} */
const SHAPES = {
  text: "bubble",
  rich: "bubble rich",
  broken: "bubble",
  answer: "bubble rich",
  form: "ask",
  file: "file",
}

/** @param {Bubble} bubble */
function createBubble({ face }) {
  const element = make("div", SHAPES[face.kind])
  element.dir = "auto"
  if (face.kind === "form") {
    element.setAttribute("role", "group")
    element.setAttribute("aria-label", gettext("Interactive message"))
  }
  return element
}

/** @param {HTMLElement} element @param {Bubble} bubble @param {Group} row */
function drawBubble(element, bubble, row) {
  const { face, choice, fate } = bubble
  element.classList.toggle("is-queued", fate === "queued" || fate === "sending" || fate === "taken")
  element.classList.toggle("is-failed", fate === "failed")
  refresh(element, [sign(face), choice?.answer, bubble.files, bubble.uploads], () => faceNodes(bubble, row.mine))
}

/** What is on its way is told again and again, and is the same. @param {Face} face */
function sign(face) {
  if (face.kind === "text") return face.text
  return face.kind === "file" ? JSON.stringify(face.file) : face
}

/** Nobody reads JSON. */
const JSON_LIKE = /^\s*[[{"]|^\s*(null|true|false|-?\d+)\s*$/

/** @param {Bubble} bubble @param {boolean} mine @returns {(Node|string)[]} */
function faceNodes({ face, choice, files, uploads }, mine) {
  if (face.kind === "rich") return richNodes(face.rich)
  if (face.kind === "form") return formNodes(face.form, choice)
  if (face.kind === "answer") return answerNodes(face.answer)
  if (face.kind === "file") return fileNodes(face.file, { mine, uploads: uploads ?? false, files: files ?? null })
  if (face.kind === "text") return wordNodes(face.text)
  const kind = make("span", "bubble__kind", icon("list"), gettext("Interactive message that cannot be read"))
  return [chrome(kind), ...(JSON_LIKE.test(face.text) ? [] : [face.text])]
}

/** @param {Group} row @returns {(Node|string)[]} */
function metaWords(row) {
  if (row.fate === "failed")
    return [icon("fail"), make("span", "", told(row.why) || gettext("Not sent"))]
  return row.fate ? [timeOf(row.at, hour(row.at)), receipt(row.fate, told(row.why))] : [timeOf(row.at, hour(row.at))]
}

/** @param {Exclude<Group["fate"], "failed"|null>} fate @param {string} why it is queued still, if that is known */
function receipt(fate, why) {
  const looks = {
    queued: ["clock", why || gettext("Queued")],
    sending: ["clock", gettext("Sending")],
    taken: ["shield", gettext("Being scanned")],
    sent: ["tick", gettext("Sent")],
    delivered: ["ticks", gettext("Delivered")],
    read: ["read", gettext("Read")],
  }
  const [look, word] = looks[fate]
  return make("span", fate === "read" ? "receipt is-read" : "receipt", icon(look), word)
}

/** @param {boolean} isFile @param {boolean} again */
function failedButtons(isFile, again) {
  /** @type {[string, string, string][]} */
  const all = [
    ["retry", "retry", gettext("Retry")],
    ["copy", "copy", gettext("Copy")],
    ["discard", "close", gettext("Discard")],
  ]
  const possible = all.filter(([what]) => (what !== "copy" || !isFile) && (what !== "retry" || again))
  return possible.map(([what, look, word]) => {
    const button = make("button", "", icon(look), word)
    button.setAttribute("type", "button")
    button.dataset.do = what
    return button
  })
}

/** @param {string} iso @param {string} words @param {string} [machine] */
function timeOf(iso, words, machine = iso) {
  const time = document.createElement("time")
  time.dateTime = machine
  time.title = exactly(iso)
  time.append(words)
  return time
}
