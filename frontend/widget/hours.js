// @ts-check
/** Opening hours by attribute, for websites whose chats no portal queues: "Mon-Fri 09:00-18:00; Sat 10:00-14:00". Pure. */

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
const RANGE = /^(mon|tue|wed|thu|fri|sat|sun)(?:-(mon|tue|wed|thu|fri|sat|sun))?\s+(\d\d):(\d\d)-(\d\d):(\d\d)$/i

/** @typedef {{days: number[], opens: number, closes: number}} Range minutes of the day; closes not after it opens: on the next day */

/** @param {string} text @returns {Range[] | null} null: it cannot be read */
export function readHours(text) {
  const ranges = text.split(";").map((one) => one.trim()).filter(Boolean).map(rangeOf)
  return ranges.includes(null) ? null : /** @type {Range[]} */ (ranges)
}

/** @param {string} text @returns {Range | null} */
function rangeOf(text) {
  const found = RANGE.exec(text)
  if (!found) return null
  const [first, last = first] = found.slice(1, 3).filter(Boolean).map((day) => DAYS.indexOf(day.toLowerCase()))
  const [opens, closes] = [3, 5].map((at) => Number(found[at]) * 60 + Number(found[at + 1]))
  const count = ((last - first + 7) % 7) + 1
  return opens > 24 * 60 || closes > 24 * 60 ? null : { days: Array.from({ length: count }, (_, at) => (first + at) % 7), opens, closes }
}

/** @param {Range[]} ranges @param {string} zone of the IANA database; empty: the reader's @param {Date} now */
export function isOpen(ranges, zone, now) {
  const { day, minute } = there(zone, now)
  const yesterday = (day + 6) % 7
  return ranges.some(({ days, opens, closes }) => {
    const over = closes <= opens
    return (days.includes(day) && minute >= opens && (over || minute < closes)) || (over && days.includes(yesterday) && minute < closes)
  })
}

/** @param {string} zone @param {Date} now */
function there(zone, now) {
  const parts = new Intl.DateTimeFormat("en", { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(zone && { timeZone: zone }) }).formatToParts(now)
  const part = (/** @type {string} */ type) => parts.find((one) => one.type === type)?.value ?? ""
  return { day: DAYS.indexOf(part("weekday").toLowerCase()), minute: Number(part("hour")) * 60 + Number(part("minute")) }
}
