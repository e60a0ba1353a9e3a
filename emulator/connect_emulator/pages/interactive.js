// @ts-check
/** Reads an interactive message of Connect: its title, and the choices that are answered with plain text. */

/**
 * @typedef {{label: string, detail: string, answer: string, date?: string}} Choice
 * @typedef {{title: string, detail: string, picture: string, choices: Choice[]}} Card `picture`: what it shows, never its address
 * @typedef {Card & {kind: "list" | "times" | "quick" | "cards", offset: number | null, cards: Card[]}} Question
 *   `offset`: minutes from UTC in which its times are told; null: the reader's own
 */

const CHOSEN = ["ListPicker", "Panel", "QuickReply", "WhatsAppInteractiveList", "WhatsAppInteractiveReplyButton"]
/** @type {Record<string, Question["kind"]>} */
const KINDS = { WhatsAppInteractiveReplyButton: "quick", ListPicker: "list", Panel: "list", TimePicker: "times", QuickReply: "quick", Carousel: "cards" }
/** Connect allows 40 time slots, fewer of everything else. */
const MOST = 40

/** @param {unknown} value */
const text = (value) => (typeof value === "string" ? value : "")

/** Null when it is not such a message: the caller then shows the words as they are. @param {string | undefined} content @returns {Question | null} */
export function question(content) {
  const message = parsed(content)
  const body = message?.data?.content
  if (!body || typeof body !== "object" || !headed(body).title) return null
  const template = text(message.templateType)
  const offset = Number.isInteger(body.timeZoneOffset) && Math.abs(body.timeZoneOffset) <= 14 * 60 ? body.timeZoneOffset : null
  return { ...card(template, body), kind: KINDS[template] ?? "list", offset, cards: template === "Carousel" ? cards(body) : [] }
}

/** @typedef {{date: string, offset: number | null}} Slot a time that was chosen, told as it was offered */

/** The time among these questions that these words choose; null: they are only words. @param {Question[]} asked @param {string} words @returns {Slot | null} */
export function slotOf(asked, words) {
  const of = asked.findLast((one) => one.choices.some((choice) => choice.date === words))
  return of ? { date: words, offset: of.offset } : null
}

/** Every choice of it, wherever it stands. @param {Question} asked @returns {Choice[]} */
export const allChoices = (asked) => [asked, ...asked.cards].flatMap((one) => one.choices)

/** @param {string | undefined} content @returns {any} */
function parsed(content) {
  try {
    return JSON.parse(content ?? "")
  } catch {
    return null
  }
}

/** A card of a carousel is a list picker or a panel of its own. @param {any} body @returns {Card[]} */
const cards = (body) =>
  list(body.elements)
    .filter((one) => text(one?.data?.content?.title))
    .slice(0, MOST)
    .map((one) => card(text(one.templateType), one.data.content))

/** A picture is named, not loaded: another server would learn who looks. @param {string} template @param {any} body @returns {Card} */
const card = (template, body) => ({
  ...headed(body),
  picture: text(body.imageData) && text(body.imageDescription),
  choices: choices(template, body).slice(0, MOST),
})

/**
 * ListPicker, Panel and QuickReply are answered with the element's title, also on a card of a Carousel; TimePicker with the
 * slot's date (Connect's "Interactive messages").
 * @param {string} template @param {any} body @returns {Choice[]}
 */
function choices(template, body) {
  if (template === "TimePicker") return list(body.timeslots).filter((slot) => !Number.isNaN(Date.parse(text(slot?.date)))).map(slotChoice)
  if (!CHOSEN.includes(template)) return []
  return choicesOf(body)
    .filter((one) => text(one?.title))
    .map((one) => ({ label: one.title, detail: text(one.subtitle) || text(one.description), answer: one.title }))
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

/** @param {any} slot @returns {Choice} */
const slotChoice = (slot) => ({ label: slot.date, detail: minutes(slot.duration), answer: slot.date, date: slot.date })

/** @param {unknown} seconds */
const minutes = (seconds) => (typeof seconds === "number" && seconds > 0 ? `${Math.round(seconds / 60)} min` : "")

/** @param {unknown} value @returns {any[]} */
const list = (value) => (Array.isArray(value) ? value : [])
