// @ts-check
/** What a reference of a contact shows, by its type: whoever started the chat has written it, and it may be anything. Pure. */

/**
 * @typedef {import("../lib/types.js").Reference} Reference
 * @typedef {Object} Shown
 * @property {string} key
 * @property {string} label
 * @property {"link"|"mail"|"moment"|"day"|"file"|"text"} as
 * @property {string} value  The words; of a moment or a day, ISO 8601; of a file, how its scan went.
 * @property {string} href  Of a link and of mail, else empty.
 */

const LINKS = ["http:", "https:"]
/** One address and nothing beside it: what follows a "?" in mailto would be headers of the sender's making. */
const ADDRESS = /^[\w.!#$&'*+/=^`{|}~-]+@[a-z\d](?:[a-z\d.-]*[a-z\d])?$/i
/** API_Reference: "DATE must be of type Epoch timestamp", and not whether in seconds: in milliseconds it has more digits. */
const EPOCH = /^-?\d{1,11}$/
const EPOCH_MILLISECONDS = /^-?\d{12,14}$/
const DAY = /^\d{4}-\d\d-\d\d$/
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/

/** @param {Reference} reference @returns {Shown} */
export function shownReference({ name, type, value, status }) {
  const text = /** @type {Shown} */ ({ key: `${type} ${name}`, label: name, as: "text", value, href: "" })
  if (type === "URL") return { ...text, ...asLink(value) }
  if (type === "EMAIL") return { ...text, ...asMail(value) }
  if (type === "DATE") return { ...text, ...asDate(value.trim()) }
  if (type === "ATTACHMENT") return { ...text, as: "file", value: status ?? "" }
  return text
}

/**
 * The host first, as the browser will ask for it (never what stands before an "@", never another script's letters), and
 * the rest percent-encoded: no direction mark can turn it round.
 * @param {string} value @returns {Partial<Shown>}
 */
function asLink(value) {
  if (!URL.canParse(value)) return {}
  const { protocol, host, pathname, search, hash, href } = new URL(value)
  if (!LINKS.includes(protocol)) return {}
  const rest = `${pathname}${search}${hash}`
  return { as: "link", value: rest === "/" ? host : `${host}${rest}`, href }
}

/** @param {string} value @returns {Partial<Shown>} */
function asMail(value) {
  const address = value.trim()
  return ADDRESS.test(address)
    ? { as: "mail", value: address, href: `mailto:${encodeURIComponent(address).replace("%40", "@")}` }
    : {}
}

/** @param {string} value @returns {Partial<Shown>} */
function asDate(value) {
  if (EPOCH.test(value)) return asMoment(Number(value) * 1000)
  if (EPOCH_MILLISECONDS.test(value)) return asMoment(Number(value))
  if (MOMENT.test(value)) return asMoment(Date.parse(value))
  return DAY.test(value) && !Number.isNaN(Date.parse(value)) ? { as: "day", value } : {}
}

/** @param {number} time @returns {Partial<Shown>} */
function asMoment(time) {
  const moment = new Date(time)
  return Number.isNaN(moment.getTime()) ? {} : { as: "moment", value: moment.toISOString() }
}
