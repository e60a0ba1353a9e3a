// @ts-check
/** Addresses in words as people typed them: http, https, www, mail and phone numbers become links, nothing else. Pure. */

/**
 * @typedef {{text: string, href: string}} Address  As it is shown, and where it leads.
 * @typedef {string|Address} Piece
 */

const SAFE = ["http:", "https:", "mailto:", "tel:"]

/** Whether a link may lead there: a script is no address. @param {string} href */
export const isSafe = (href) => URL.canParse(href) && SAFE.includes(new URL(href).protocol)

/** Longer texts are shown as they are: looking for addresses may not hold up the page. */
const LONGEST = 20_000

/** Begins no word: an address does not start in the middle of one. */
const STARTS = "(?<![\\p{L}\\p{N}@./_-])"
const WEB = `${STARTS}(?:https?://|www\\.)[^\\s<>"\\p{C}]{1,2000}`
const MAIL = `${STARTS}[\\p{L}\\p{N}][\\p{L}\\p{N}._%+-]{0,63}@(?:[\\p{L}\\p{N}-]{1,63}\\.){1,8}\\p{L}{2,24}(?![\\p{L}\\p{N}@-])`
/** Only with a country's number: an order number is none. */
const PHONE = `${STARTS}\\+[1-9](?:[ ()./-]{0,2}\\d){6,14}(?!\\d)`
const ANY = new RegExp(`(?<web>${WEB})|(?<mail>${MAIL})|(?<phone>${PHONE})`, "giu")

/** What ends a sentence ends no address; a bracket does when it was opened within. */
const END = /[.,;:!?'’”“»…*_~]$/u
/** @type {Record<string, string>} */
const BRACKETS = { ")": "(", "]": "[", "}": "{" }

/** @param {string} text @returns {Piece[]} */
export function linked(text) {
  if (text.length > LONGEST) return [text]
  /** @type {Piece[]} */
  const pieces = []
  let from = 0
  for (const found of text.matchAll(ANY)) {
    const typed = found.groups?.web ? trimmed(found[0]) : found[0]
    const address = addressOf(typed, found.groups ?? {})
    if (!address) continue
    if (found.index > from) pieces.push(text.slice(from, found.index))
    pieces.push(address)
    from = found.index + typed.length
  }
  if (from < text.length) pieces.push(text.slice(from))
  return pieces
}

/** @param {string} typed @param {Record<string, string|undefined>} kind @returns {Address|null} */
function addressOf(typed, { web, mail }) {
  if (mail) return { text: typed, href: `mailto:${encodeURIComponent(typed).replace("%40", "@")}` }
  if (!web) return { text: typed, href: `tel:${typed.replace(/[^+\d]/g, "")}` }
  const whole = /^www\./i.test(typed) ? `https://${typed}` : typed
  if (!URL.canParse(whole)) return null
  const { href, host, hostname, username, password, protocol } = new URL(whole)
  // Who reads "https://bank.example@evil.example" reads the wrong host.
  if (username || password || (protocol !== "http:" && protocol !== "https:") || !/[.:]|^localhost$/.test(hostname)) return null
  return { text: isConfusable(whole, hostname) ? typed.replace(/^(https?:\/\/)?[^/?#]+/i, `$1${host}`) : typed, href }
}

/**
 * What is shown of a link that has words of its own: those, and the host behind them wherever they do not name it: they
 * are an address of another host, or one that could be taken for another.
 * @param {string} words @param {string} href @returns {{words: string|null, host: string}} `words`: what to show in their
 *   place; null: themselves. `host`: what to add; empty: nothing
 */
export function shownLink(words, href) {
  const { hostname, host, username, password, protocol } = new URL(href)
  if (protocol !== "http:" && protocol !== "https:") return { words: null, host: "" }
  const typed = words.trim()
  const bare = /^[^\s/?#@:]+\.[^\s/?#@:]{2,}([/?#:]\S*)?$/.test(typed) ? `https://${typed}` : typed
  const named = /^https?:\/\//i.test(bare) && URL.canParse(bare) ? new URL(bare) : null
  const isNamed = named !== null && named.hostname.replace(/^www\./, "") === hostname.replace(/^www\./, "")
  if (isNamed && !isConfusable(bare, hostname)) return { words: null, host: username || password ? host : "" }
  if (isNamed) return { words: typed.replace(/^(https?:\/\/)?[^/?#]+/i, `$1${host}`), host: "" }
  const hides = named !== null || linked(typed).some((one) => typeof one !== "string") || Boolean(username || password)
  return { words: null, host: hides || /(^|\.)xn--/.test(hostname) ? host : "" }
}

/** A host that mixes scripts may look like another one: it is shown as its real letters (punycode). @param {string} typed @param {string} hostname */
function isConfusable(typed, hostname) {
  if (!/(^|\.)xn--/.test(hostname)) return false
  const host = /^https?:\/\/([^/?#]+)/i.exec(typed)?.[1] ?? ""
  return !SCRIPTS.some((script) => script.test(host))
}

/** All of a host, and not some of it, in one of these. */
const SCRIPTS = [
  /^[\p{Script=Latin}\d.:-]+$/u,
  ...["Cyrillic", "Greek", "Arabic", "Hebrew", "Thai", "Devanagari", "Hangul"].map((script) => new RegExp(`^[\\p{Script=${script}}\\d.:-]+$`, "u")),
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\d.:-]+$/u,
]

/** Without what belongs to the sentence around it. @param {string} typed */
function trimmed(typed) {
  let text = typed
  for (;;) {
    const last = text.slice(-1)
    const opened = BRACKETS[last]
    const isLoose = opened !== undefined && text.split(opened).length < text.split(last).length
    if (!isLoose && !END.test(text)) return text
    text = text.slice(0, -1)
  }
}
