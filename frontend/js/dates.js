// @ts-check
/** Times and spans in words, in the language of the page. */
import { chosenLanguage, fill, gettext } from "./i18n.js"

/** 0:41, 6:42, 2:14:36. @param {number} seconds */
export function clockwise(seconds) {
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0")
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}

/** 42 s, 12 min, 39 h 33 min. @param {number} seconds */
export function spoken(seconds) {
  if (seconds < 60) return fill(gettext("%(n)s s"), { n: seconds })
  if (seconds < 3600) return fill(gettext("%(n)s min"), { n: Math.floor(seconds / 60) })
  return fill(gettext("%(h)s h %(n)s min"), { h: Math.floor(seconds / 3600), n: Math.floor(seconds / 60) % 60 })
}

export const language = () => chosenLanguage() || globalThis.document?.documentElement.lang || "en"

/** @type {Map<string, Intl.DateTimeFormat>} making one takes a hundred times as long as using it */
const formats = new Map()

/** @param {string} iso @param {string} name @param {Intl.DateTimeFormatOptions} how */
function told(iso, name, how) {
  const key = `${name} ${language()}`
  let format = formats.get(key)
  if (!format) formats.set(key, (format = new Intl.DateTimeFormat(language(), how)))
  return format.format(new Date(iso))
}

/** 17:46. @param {string} iso */
export const hour = (iso) => told(iso, "hour", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" })

/** Wed, 18 Nov, 17:44:02. @param {string} iso */
export const exactly = (iso) =>
  told(iso, "exactly", {
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  })

/** @type {Intl.DateTimeFormatOptions} */
const DATE = { day: "numeric", month: "short", year: "numeric" }

/** 15 Nov 2026, 10:00, or without the hour for a day that is one everywhere. @param {string} iso */
export const date = (iso) =>
  iso.includes("T")
    ? told(iso, "moment", { ...DATE, hour: "2-digit", minute: "2-digit", hourCycle: "h23" })
    : told(iso, "day", { ...DATE, timeZone: "UTC" })

/** Today, Yesterday, Wednesday, 18 November. @param {string} iso @param {number} [now] */
export function day(iso, now = Date.now()) {
  const at = new Date(iso)
  const days = Math.round((midnight(new Date(now)) - midnight(at)) / 86_400_000)
  if (days === 0) return gettext("Today")
  if (days === 1) return gettext("Yesterday")
  const year = at.getFullYear() === new Date(now).getFullYear() ? undefined : "numeric"
  return at.toLocaleDateString(language(), { weekday: "long", day: "numeric", month: "long", year })
}

/** 2 Sep, 30 Nov 2025. @param {string} iso @param {number} [now] */
export function dayOfYear(iso, now = Date.now()) {
  const at = new Date(iso)
  const year = at.getFullYear() === new Date(now).getFullYear() ? undefined : "numeric"
  return at.toLocaleDateString(language(), { day: "numeric", month: "short", year })
}

/** @param {Date} at */
const midnight = (at) => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime()
