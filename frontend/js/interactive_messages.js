// @ts-check
/**
 * Interactive messages of Amazon Connect ("Interactive messages" of its administrator's guide): what the customer saw,
 * and what they answered. A customer's or a bot's JSON is nobody's friend: what cannot be read is null, never an error. Pure.
 */

/**
 * @typedef {{label: string, detail: string, answer: string, picture: string, at: string, minutes: number}} Option
 *   `answer`: what a customer's page sends when it is chosen; `at`: a time slot, else empty.
 * @typedef {{title: string, detail: string, picture: string, offset: number|null, options: Option[], more: number}} Part
 *   `offset`: minutes from UTC in which its slots are told; `more`: options left out.
 * @typedef {{template: string, parts: Part[]}} Form  A carousel has a part for itself and one for each of its cards.
 * @typedef {{action: string, fields: [string, string][]}} Answer
 * @typedef {{ContentType?: string, Content?: string|null, ParticipantRole?: string}} Item
 */

import { language } from "./dates.js"

export const INTERACTIVE = "application/vnd.amazonaws.connect.message.interactive"
/** Connect allows 40 time slots, less of everything else; a bot may not flood the desk with more. */
const MOST = 40
const LONGEST = 1_000

/** The form this item shows the customer; null: it is none, or it cannot be read. @param {Item} item @returns {Form|null} */
export function readForm(item) {
  if (!mayBeForm(item)) return null
  const told = parsed(item.Content)
  const body = bodyOf(told)
  const template = text(told?.templateType)
  if (!body || !template) return null
  const own = part(template, body)
  const cards = template === "Carousel" ? list(body.elements).slice(0, MOST).flatMap(card) : []
  return own.title || own.options.length > 0 || cards.length > 0 ? { template, parts: [own, ...cards] } : null
}

/** It says it is one; flows also send the JSON as plain text (that is what Lex-Web-UI draws). @param {Item} item */
export function mayBeForm({ ContentType, Content, ParticipantRole }) {
  if (ContentType === INTERACTIVE) return true
  return (
    ContentType === "text/plain" &&
    ParticipantRole !== "CUSTOMER" &&
    Boolean(Content?.startsWith("{") && Content.includes('"templateType"'))
  )
}

/** The contents of a template; older ones had no `content` around them. @param {any} told */
function bodyOf(told) {
  const data = told?.data
  const body = data?.content ?? data
  return body && typeof body === "object" && !Array.isArray(body) ? body : null
}

/** @param {any} told one card of a carousel: a list picker or a panel of its own @returns {Part[]} */
function card(told) {
  const body = bodyOf(told)
  const made = body && part(text(told.templateType), body)
  return made && (made.title || made.options.length > 0) ? [made] : []
}

/** @param {string} template @param {any} body @returns {Part} */
function part(template, body) {
  const all = template === "Carousel" ? [] : template === "TimePicker" ? slots(body) : elements(body)
  const offset = body.timeZoneOffset
  return {
    ...headed(body),
    picture: picture(body),
    offset: Number.isInteger(offset) && Math.abs(offset) <= 14 * 60 ? offset : null,
    options: all.slice(0, MOST),
    more: Math.max(0, all.length - MOST),
  }
}

/** A title and what stands below it; WhatsApp's messages have a header, a body and a footer. @param {any} body */
function headed(body) {
  const said = [body.title, worded(body.header), body.subtitle, worded(body.body), worded(body.footer)].map(text)
  const [title = "", ...rest] = said.filter(Boolean)
  return { title, detail: rest.join("\n") }
}

/** @param {any} part its text, or itself */
const worded = (part) => part?.text ?? part

/** Choices by all the names that AWS and WhatsApp have for them. @param {any} body @returns {any[]} */
const choicesOf = (body) => [
  ...list(body.elements),
  ...[body, body.action].flatMap((one) => [
    ...list(one?.buttons).map((button) => button?.reply ?? button),
    ...list(one?.sections).flatMap((section) => list(section?.rows)),
  ]),
]

/** @param {any} body @returns {Option[]} */
const elements = (body) =>
  choicesOf(body)
    .filter((one) => text(one?.title))
    .map((one) => ({
      label: text(one.title),
      detail: text(one.subtitle) || text(one.description),
      answer: text(one.title),
      picture: picture(one),
      at: "",
      minutes: 0,
    }))

/** @param {any} body @returns {Option[]} */
const slots = (body) =>
  list(body.timeslots)
    .filter((one) => !Number.isNaN(Date.parse(text(one?.date))))
    .map((one) => ({
      label: "",
      detail: "",
      answer: text(one.date),
      picture: "",
      at: text(one.date),
      minutes: Number.isFinite(one.duration) && one.duration > 0 ? Math.round(one.duration / 60) : 0,
    }))

/** A picture is named, never loaded: a stranger's server would learn who looks. @param {any} of */
const picture = (of) => (text(of.imageData) ? text(of.imageDescription) || "…" : "")

/**
 * The option that these words of the customer choose: the documented answer is the title, or the date of the slot;
 * pages that answer a carousel in JSON name the title inside of it.
 * @param {Form} form @param {Item} item @returns {string} its answer; empty: none
 */
export function chosen(form, item) {
  const words = item.ContentType === `${INTERACTIVE}.response` ? leaves(parsed(item.Content)) : [item.Content ?? ""]
  const said = new Set(words.map((one) => one.trim()).filter(Boolean))
  const option = form.parts.flatMap((one) => one.options).find((one) => said.has(one.answer.trim()))
  return option?.answer ?? ""
}

/** What a customer's page sends for a view: an action and fields; null: not readable. @param {Item} item @returns {Answer|null} */
export function readAnswer(item) {
  if (item.ContentType !== `${INTERACTIVE}.response`) return null
  const told = parsed(item.Content)
  if (!told || typeof told !== "object" || Array.isArray(told)) return null
  const data = told.data && typeof told.data === "object" ? told.data : {}
  const fields = Object.entries(data)
    .slice(0, MOST)
    .map(([name, value]) => /** @type {[string, string]} */ ([text(name), text(leaves(value).join(", "))]))
  const action = text(told.action)
  return action || fields.length > 0 ? { action, fields } : null
}

/** The words inside some JSON, not too deep. @param {unknown} value @param {number} [depth] @returns {string[]} */
function leaves(value, depth = 0) {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return [String(value)]
  if (!value || typeof value !== "object" || depth > 3) return []
  return Object.values(value)
    .slice(0, MOST)
    .flatMap((one) => leaves(one, depth + 1))
}

/** Time slots under their days, as the customer is shown them. @param {Part} part @returns {[string, Option[]][]} */
export function slotsByDay({ options, offset }) {
  /** @type {Map<string, Option[]>} */
  const byDay = new Map()
  for (const option of options) {
    const day = slotWords(option.at, offset, { weekday: "long", day: "numeric", month: "long" })
    byDay.set(day, [...(byDay.get(day) ?? []), option])
  }
  return [...byDay]
}

/** @param {string} at @param {number|null} offset minutes from UTC; null: the reader's own @param {Intl.DateTimeFormatOptions} how */
export function slotWords(at, offset, how) {
  const moment = new Date(Date.parse(at) + (offset ?? 0) * 60_000)
  return moment.toLocaleString(language(), { hourCycle: "h23", ...how, ...(offset === null ? {} : { timeZone: "UTC" }) })
}

/** All words of a form, for finding. @param {Form} form */
export const formWords = ({ parts }) =>
  parts
    .flatMap((one) => [one.title, one.detail, ...one.options.flatMap((option) => [option.label, option.detail])])
    .filter(Boolean)
    .join("\n")

/** @param {unknown} value */
const text = (value) => (typeof value === "string" ? value.slice(0, LONGEST) : "")

/** @param {unknown} value @returns {any[]} */
const list = (value) => (Array.isArray(value) ? value : [])

/** @param {string|null} content @returns {any} */
function parsed(content) {
  try {
    return JSON.parse(content ?? "")
  } catch {
    return null
  }
}
