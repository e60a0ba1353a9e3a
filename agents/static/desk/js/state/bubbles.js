// @ts-check
/** A conversation as rows from top to bottom: days, lines, groups of bubbles, what is not yet sent. Pure. */
import { facesOf, fileOf, wordsOf } from "./item_renderers.js"
import { chosen } from "../../../frontend/js/interactive_messages.js"
import { botPart, isCustomers, isMessage, isOurs } from "./items.js"
import { handovers } from "./handovers.js"
import { canGoAgain, isFinal } from "./retrying.js"

/**
 * @typedef {import("../lib/types.js").Conversation} Conversation
 * @typedef {import("../lib/types.js").Item} Item
 * @typedef {import("../lib/types.js").Outgoing} Outgoing
 * @typedef {import("../lib/types.js").Unsent} Unsent
 * @typedef {import("./item_renderers.js").Face} Face
 * @typedef {"read"|"delivered"|"sent"|"taken"|"queued"|"sending"|"failed"} Fate
 * @typedef {{answer: string, by: string, at: string}} Choice
 * @typedef {{key: string, face: Face, fate: Fate|null, choice: Choice|null, files?: Files, uploads?: true}} Bubble
 *   `choice`: what was chosen in a form; of a file, `files`: who may read it, `uploads`: the server has it not yet.
 * @typedef {{key: string, kind: "group", mine: boolean, me: boolean, automatic: boolean, who: string, named: boolean,
 *   bubbles: Bubble[], at: string, fate: Fate|null, why: import("../lib/i18n.js").Why|string|null, token: string|null, contactId: string,
 *   local: boolean, again: boolean, supervisor: boolean}} Group  `again`: it failed, and may be tried again;
 *   `supervisor`: who wrote it stepped in.
 * @typedef {{through: string, why: "over"|"custom"}} Files  `through`: the contact whose agent's participant may read
 *   files of this conversation; empty: nobody may, and why.
 * @typedef {{key: string, kind: "line", event: string, name: string, text: string, at: string, from?: string}} Line
 * @typedef {{key: string, kind: "bot", parts: number, of: number, text: string}} Bot
 * @typedef {{key: string, kind: "note", note: import("../lib/types.js").Note, text: string, me: boolean, at: string}} Written
 * @typedef {{key: string, kind: "day", at: string} | {key: string, kind: "new", count: number}
 *   | {key: string, kind: "gap", seconds: number, count: number} | Line | Bot | Written | Group} Row
 * @typedef {{me: number|null, mark?: {readNumber: number, count: number}|null, supervisors?: readonly number[],
 *   author?: number|null}} Eyes  Who looks, how far they had read, and who of the others is known to supervise; a `me` of null only
 *   looks on, but an `author` among them may send again what failed of theirs.
 */

/** Messages of one person further apart than this are two groups. */
const TOGETHER = 180_000
/** Somebody who never pauses: so many bubbles are one group, that a long transcript can be drawn piece by piece. */
const MOST_TOGETHER = 20

/** @type {WeakMap<Conversation, {unsent: Unsent[], eyes: Eyes, rows: Row[]}>} */
const drawn = new WeakMap()

/**
 * The same rows, as the same array, as long as nothing has changed.
 * @param {Conversation} held @param {Unsent[]} unsent @param {Eyes} eyes @returns {Row[]}
 */
export function bubbles(held, unsent, eyes) {
  const known = drawn.get(held)
  if (known && known.eyes.me === eyes.me && known.eyes.mark === eyes.mark && known.eyes.supervisors === eyes.supervisors && sameList(known.unsent, unsent))
    return known.rows
  const rows = rowsOf(held, unsent, eyes)
  drawn.set(held, { unsent, eyes, rows })
  return rows
}

/** @param {unknown[]} a @param {unknown[]} b */
const sameList = (a, b) => a.length === b.length && a.every((one, place) => one === b[place])

/** @param {Conversation} held @param {Unsent[]} unsent @param {Eyes} eyes */
function rowsOf(held, unsent, eyes) {
  /** @type {Row[]} */
  const rows = []
  const gapAt = gapPlace(held)
  const fateOf = fates(held)
  const mark = marker(eyes)
  const asked = asking()
  const noted = notes(held, eyes)
  let day = ""
  const turn = (/** @type {string} */ of, /** @type {string} */ at) => {
    if (of !== day) rows.push({ key: `day:${of}`, kind: "day", at })
    day = of
  }
  if (gapAt === -1) addGap(rows, held)
  held.items.forEach((item, place) => {
    for (const one of noted.before(item)) {
      turn(dayAt(one.at), one.at)
      rows.push(one)
    }
    turn(dayOf(item), item.AbsoluteTime)
    mark(rows, item)
    addItem(rows, item, { held, eyes, fate: fateOf(item, place), asked })
    if (gapAt === place) addGap(rows, held)
  })
  for (const one of noted.left()) {
    turn(dayAt(one.at), one.at)
    rows.push(one)
  }
  for (const one of pending(held)) add(rows, pendingGroup(one, eyes, held.contacts[one.contactId]))
  for (const one of unsent) add(rows, unsentGroup(one, eyes))
  return rows
}

/** @type {WeakMap<Item, string>} */
const days = new WeakMap()

/** The agent's own day, not that of the server. @param {Item} item */
function dayOf(item) {
  let day = days.get(item)
  if (day === undefined) days.set(item, (day = dayAt(item.AbsoluteTime)))
  return day
}

/** @param {string} iso */
function dayAt(iso) {
  const at = new Date(iso)
  return `${at.getFullYear()}-${at.getMonth() + 1}-${at.getDate()}`
}

/**
 * Notes and handovers stand at their time between the items; those from before what is held wait for their page.
 * @param {Conversation} held @param {Eyes} eyes
 */
function notes(held, { me }) {
  const first = held.earlier && held.items.length > 0 ? Date.parse(held.items[0].AbsoluteTime) : -Infinity
  const all = [...Object.values(held.notes).map((note) => written(note, me)), ...handovers(held)]
    .toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
    .filter((one) => Date.parse(one.at) >= first)
  let next = 0
  const until = (/** @type {number} */ time) => {
    const from = next
    while (next < all.length && Date.parse(all[next].at) < time) next += 1
    return all.slice(from, next)
  }
  return {
    /** @param {Item} item @returns {(Written|Line)[]} */
    before: (item) => (next < all.length ? until(Date.parse(item.AbsoluteTime)) : []),
    left: () => until(Infinity),
  }
}

/** @param {import("../lib/types.js").Note} note @param {number|null} me @returns {Written} */
const written = (note, me) => ({
  key: `note:${note.noteId}`,
  kind: "note",
  note,
  text: note.text,
  at: note.createdAt,
  me: me !== null && note.author?.id === me,
})

/** Puts the unread divider before the first item that was not read, once. @param {Eyes} eyes */
function marker({ mark }) {
  let due = Boolean(mark && mark.count > 0)
  return (/** @type {Row[]} */ rows, /** @type {Item} */ item) => {
    if (!due || !mark || !isCustomers(item) || item.Number <= mark.readNumber) return
    due = false
    rows.push({ key: "new", kind: "new", count: mark.count })
  }
}

/** Remembers the last form and sees whether the customer's next words choose something in it. */
function asking() {
  /** @type {Bubble|null} */
  let open = null
  return {
    /** @param {Bubble} bubble */
    ask(bubble) {
      open = bubble
    },
    /** @param {Item} item */
    answer(item) {
      if (open?.face.kind !== "form" || !isCustomers(item)) return
      const answer = chosen(open.face.form, item)
      if (!answer) return
      open.choice = { answer, by: item.DisplayName ?? "", at: item.AbsoluteTime }
      open = null
    },
  }
}

/** After which item the line was cut; null: it was not, or that item is above what is held. @param {Conversation} held */
function gapPlace({ gap, items }) {
  if (!gap) return null
  const place = items.findIndex((item) => item.Id === gap.afterId)
  return place >= 0 ? place : gap.afterId === null ? -1 : null
}

/** @param {Row[]} rows @param {Conversation} held */
function addGap(rows, { gap }) {
  if (gap) rows.push({ key: "gap", kind: "gap", seconds: gap.seconds, count: gap.count })
}

/** @param {Row[]} rows @param {Item} item @param {{held: Conversation, eyes: Eyes, fate: Fate|null, asked: ReturnType<typeof asking>}} about */
function addItem(rows, item, { held, eyes, fate, asked }) {
  const bot = botPart(item)
  if (bot) return addBot(rows, item, bot)
  if (isLine(item)) return rows.push(line(item))
  const next = itemGroup(item, held, eyes, fate)
  asked.answer(item)
  if (next.bubbles[0].face.kind === "form") asked.ask(next.bubbles[0])
  return add(rows, next)
}

/** Events, and what the flow says by itself; what it asks is drawn as the customer saw it. @param {Item} item */
function isLine(item) {
  if (!isMessage(item)) return true
  return (
    item.ParticipantRole === "SYSTEM" && item.Type === "MESSAGE" && ["text", "rich"].includes(facesOf(item)[0].kind)
  )
}

/** @param {Row[]} rows @param {Item} item @param {{part: number, of: number, text: string}} bot */
function addBot(rows, item, bot) {
  const last = rows.at(-1)
  if (last?.kind !== "bot")
    return rows.push({ key: `bot:${item.Id}`, kind: "bot", parts: 1, of: bot.of, text: bot.text })
  rows[rows.length - 1] = { ...last, parts: last.parts + 1, text: `${last.text}${bot.text}` }
  return rows.length
}

/** @param {Item} item @returns {Line} */
function line(item) {
  const event = item.Type === "MESSAGE" ? "" : (item.ContentType.split(".event.").at(-1) ?? item.ContentType)
  return {
    key: item.Id,
    kind: "line",
    event,
    name: item.DisplayName ?? "",
    text: item.Type === "MESSAGE" ? facesOf(item)[0].text : "",
    at: item.AbsoluteTime,
  }
}

/** @param {Item} item @param {Conversation} held @param {Eyes} eyes @param {Fate|null} fate @returns {Group} */
function itemGroup(item, held, eyes, fate) {
  const { me } = eyes
  const automatic = item.ParticipantRole === "SYSTEM"
  const key = held.tokens[item.Id] ?? item.Id
  const all = facesOf(item).map((face, place) => {
    const one = bubble(place === 0 ? key : `${key}#${place}`, face, fate)
    return face.kind === "file" ? { ...one, files: filesOf(held) } : one
  })
  return {
    ...group(key, item.AbsoluteTime, all),
    mine: automatic || isOurs(item),
    automatic,
    fate,
    contactId: item.ContactId,
    me: item.Author !== null && item.Author.id === me,
    who: item.Author?.name ?? item.DisplayName ?? "",
    supervisor: steppedIn(item.Author, held.contacts[item.ContactId], eyes),
  }
}

/** @type {WeakMap<Conversation["contacts"], Files>} */
const readable = new WeakMap()

/** Connect gives files to an agent's own participant, while it is in the chat. @param {Conversation} held @returns {Files} */
function filesOf({ contacts }) {
  let files = readable.get(contacts)
  if (!files) {
    const relayed = Object.values(contacts).filter((one) => one.relayed)
    const through = relayed.find((one) => one.state === "CONNECTED")?.contactId ?? ""
    readable.set(contacts, (files = { through, why: relayed.length > 0 ? "over" : "custom" }))
  }
  return files
}

/** @param {string} key @param {Face} face @param {Fate|null} fate @returns {Bubble} */
const bubble = (key, face, fate) => ({ key, face, fate, choice: null })

/** How far each of our messages has come: the customer's receipts are high-water marks. @param {Conversation} held */
function fates(held) {
  const customers = Object.values(held.receipts).filter((receipt) => receipt.role === "CUSTOMER")
  const upTo = (/** @type {"readId"|"deliveredId"} */ mark) =>
    Math.max(-1, ...customers.map((receipt) => held.items.findIndex((item) => item.Id === receipt[mark])))
  const read = upTo("readId")
  const delivered = upTo("deliveredId")
  return (/** @type {Item} */ item, /** @type {number} */ place) =>
    !isOurs(item) ? null : place <= read ? "read" : place <= delivered ? "delivered" : "sent"
}

/** @param {Conversation} held @returns {Outgoing[]} */
function pending(held) {
  return Object.values(held.outgoing)
    .filter((one) => one.kind !== "DISCONNECT")
    .toSorted((a, b) => a.position - b.position)
}

/** @param {Outgoing} one @param {Eyes} eyes @param {import("../lib/types.js").Contact|undefined} contact @returns {Group} */
function pendingGroup(one, eyes, contact) {
  const { me, author = me } = eyes
  const fate = one.state === "discarded" ? "failed" : one.state
  return {
    ...group(one.clientToken, one.createdAt, [
      bubble(one.clientToken, one.kind === "ATTACHMENT" ? fileOf(one) : wordsOf(one), fate),
    ]),
    fate,
    why: one.why,
    token: author !== null && one.author?.id === author ? one.clientToken : null,
    contactId: one.contactId,
    me: one.author !== null && one.author.id === me,
    who: one.author?.name ?? "",
    supervisor: steppedIn(one.author, contact, eyes),
    again: canGoAgain(one, contact),
  }
}

/** @param {Unsent} one @param {Eyes} eyes @returns {Group} */
function unsentGroup(one, { me }) {
  const fate = one.state === "refused" ? "failed" : one.size !== undefined && one.state === "asked" ? "sending" : "queued"
  const face = one.size === undefined ? wordsOf(one) : fileOf(one)
  const uploads = face.kind === "file" && (one.state === "waiting" || one.state === "asked")
  const shown = bubble(one.clientToken, face, fate)
  return {
    ...group(one.clientToken, one.createdAt, [uploads ? { ...shown, uploads } : shown]),
    fate,
    why: one.why,
    token: one.clientToken,
    contactId: one.contactId,
    me: me !== null,
    local: true,
    again: !isFinal(one.reason ?? ""),
  }
}

/** @param {string} key @param {string} at @param {Bubble[]} all @returns {Group} */
function group(key, at, all) {
  return {
    key: `group:${key}`,
    kind: "group",
    mine: true,
    me: false,
    automatic: false,
    who: "",
    named: true,
    bubbles: all,
    at,
    fate: null,
    why: null,
    token: null,
    contactId: "",
    local: false,
    again: false,
    supervisor: false,
  }
}

/** @param {Item["Author"]} author @param {import("../lib/types.js").Contact|undefined} contact @param {Eyes} eyes */
const steppedIn = (author, contact, { supervisors = [] }) =>
  author !== null && author.id !== contact?.owner?.id && supervisors.includes(author.id)

/** Put it at the end, inside the last group when it belongs there. @param {Row[]} rows @param {Group} next */
function add(rows, next) {
  const last = rows.at(-1)
  if (last?.kind !== "group" || !samePerson(last, next)) return rows.push(next)
  if (!together(last, next)) return rows.push({ ...next, named: false })
  rows[rows.length - 1] = { ...next, key: last.key, named: last.named, bubbles: [...last.bubbles, ...next.bubbles] }
  return rows.length
}

/** @param {Group} a @param {Group} b */
const samePerson = (a, b) =>
  a.mine === b.mine && a.me === b.me && a.automatic === b.automatic && (a.me || a.who === b.who)

/** A failed message stands alone: its reason and its buttons are about nothing else. @param {Group} a @param {Group} b */
const together = (a, b) =>
  a.fate !== "failed" &&
  b.fate !== "failed" &&
  a.bubbles.length < MOST_TOGETHER &&
  Date.parse(b.at) - Date.parse(a.at) < TOGETHER
