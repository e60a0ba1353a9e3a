// @ts-check
/** Reads an interactive message of Connect: its title, and the choices that are answered with plain text. */

/**
 * @typedef {{label: string, detail: string, answer: string, date?: string}} Choice
 * @typedef {{title: string, detail: string, choices: Choice[]}} Question
 */

/** @param {unknown} value */
const text = (value) => (typeof value === "string" ? value : "")

/** Null when it is not such a message: the caller then shows the words as they are. @param {string | undefined} content @returns {Question | null} */
export function question(content) {
  const message = parsed(content)
  const body = message?.data?.content
  if (!body || typeof body !== "object" || !text(body.title)) return null
  return { title: text(body.title), detail: text(body.subtitle), choices: choices(text(message.templateType), body) }
}

/** @param {string | undefined} content @returns {any} */
function parsed(content) {
  try {
    return JSON.parse(content ?? "")
  } catch {
    return null
  }
}

/**
 * ListPicker, Panel and QuickReply are answered with the element's title, TimePicker with the slot's date
 * (Connect's "Interactive messages"); the elements of a Carousel are messages of their own and are only named.
 * @param {string} template @param {any} body @returns {Choice[]}
 */
function choices(template, body) {
  if (template === "TimePicker") return list(body.timeslots).filter((slot) => text(slot?.date)).map(slotChoice)
  if (!["ListPicker", "Panel", "QuickReply"].includes(template)) return []
  return list(body.elements).filter((one) => text(one?.title)).map((one) => ({ label: one.title, detail: text(one.subtitle), answer: one.title }))
}

/** @param {any} slot @returns {Choice} */
const slotChoice = (slot) => ({ label: slot.date, detail: minutes(slot.duration), answer: slot.date, date: slot.date })

/** @param {unknown} seconds */
const minutes = (seconds) => (typeof seconds === "number" && seconds > 0 ? `${Math.round(seconds / 60)} min` : "")

/** @param {unknown} value @returns {any[]} */
const list = (value) => (Array.isArray(value) ? value : [])
