// @ts-check
/** What the script tag says: its `data-` attributes, read once, with what is wrong about them. Pure: docs/widget.md lists them. */

/**
 * @typedef {{id: string, label: string, optional: boolean}} Field `name`, `email`, `phone`, `topic`, `message`, or one of the website's own
 * @typedef {{value: string, label: string}} Topic
 * @typedef {{start: string, portal: string, endpoint: string, site: string, flow: string, instance: string, attributes: Record<string, string>,
 *   name: string, fields: Field[], topics: Topic[], title: string, greeting: string, language: string, direction: string, theme: string,
 *   color: string, side: "left" | "right", open: boolean, launcher: boolean, files: boolean, persistent: boolean, rating: boolean,
 *   sound: boolean, hours: string, zone: string, closed: "notice" | "no-form" | "hidden", closedText: string, problems: string[]}} Settings
 * @typedef {{endpoint?: string, languages?: string[]}} Portal what the portal that serves the script knows
 */

export const ATTRIBUTES_MAX = 32_768
const NAME = /^[A-Za-z0-9_-]{1,127}$/
const RTL = ["ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"]

/**
 * @param {Record<string, string | undefined>} data the script's dataset @param {string} src its address
 * @param {{page?: string, language?: string, pageLanguage?: string, portal?: Portal}} [around] what is known beside the tag
 * @returns {Settings}
 */
export function readSettings(data, src, { page = src, language = "en", pageLanguage = "", portal = {} } = {}) {
  /** @type {string[]} */
  const problems = []
  const url = addresses(src, page, problems)
  const start = url("data-start", data.start, "/livechat")
  const region = data.region ? `https://participant.connect.${data.region}.amazonaws.com` : portal.endpoint ?? ""
  const endpoint = url("data-endpoint", data.endpoint, region)
  if (!endpoint) problems.push("data-endpoint or data-region: without one of them the chat service of Amazon Connect is not known.")
  const spoken = languageOf(data.lang || pageLanguage || language, portal.languages ?? ["en"])
  const one = choices(data, problems)
  return {
    start, endpoint: endpoint && endpoint.replace(/\/*$/, "/"), portal: new URL("/", src).href,
    site: data.site || `${start} ${data.flow ?? ""}`, flow: data.flow ?? "", instance: data.instance ?? "",
    attributes: attributes(data.attributes, problems), name: (data.name ?? "").trim(),
    fields: fields(data.fields ?? "name,message", Boolean(data.name?.trim()), problems), topics: topics(data.topics ?? ""),
    title: data.title ?? "", greeting: data.greeting ?? "", language: spoken,
    direction: one("dir", ["", "ltr", "rtl"]) || (RTL.includes(spoken.split("-")[0]) ? "rtl" : "ltr"),
    theme: one("theme", ["auto", "light", "dark"]), color: color(data.color, problems),
    side: /** @type {"left" | "right"} */ (one("side", ["right", "left"])),
    open: flag(data.open, false), launcher: data.launcher !== "none", files: flag(data.files, true), persistent: flag(data.persistent, false),
    rating: flag(data.rating, true), sound: flag(data.sound, true), hours: data.hours ?? "", zone: data.timeZone ?? "",
    closed: /** @type {Settings["closed"]} */ (one("closed", ["notice", "no-form", "hidden"])), closedText: data.closedText ?? "", problems,
  }
}

/** Addresses are read as the tag's neighbours are: those of the portal from the script, those of the website from its page. @param {string} src @param {string} page @param {string[]} problems */
function addresses(src, page, problems) {
  return (/** @type {string} */ name, /** @type {string | undefined} */ given, /** @type {string} */ usual) => {
    const base = given ? page : src
    const text = given || usual
    if (text && URL.canParse(text, base) && /^https?:/.test(new URL(text, base).protocol)) return new URL(text, base).href
    if (text) problems.push(`${name} is no address: ${text.slice(0, 100)}`)
    return given && usual ? new URL(usual, src).href : ""
  }
}

/** @param {Record<string, string | undefined>} data @param {string[]} problems */
function choices(data, problems) {
  return (/** @type {string} */ name, /** @type {string[]} */ allowed) => {
    const given = data[name] ?? allowed[0]
    if (allowed.includes(given)) return given
    problems.push(`data-${name} is ${given.slice(0, 40)}; it may be ${allowed.filter(Boolean).join(", ")}.`)
    return allowed[0]
  }
}

/** As HTML has it, an attribute alone means yes. @param {string | undefined} given @param {boolean} usual */
const flag = (given, usual) => (given === undefined ? usual : !["false", "no", "off", "0"].includes(given))

/** de-AT is German. @param {string} wanted @param {string[]} spoken @returns {string} with its region, of which dates and numbers are told */
export function languageOf(wanted, spoken) {
  const base = wanted.toLowerCase().split("-")[0]
  const known = spoken.includes(base) || RTL.includes(base)
  try {
    return known ? Intl.getCanonicalLocales(wanted)[0] : "en"
  } catch {
    return "en"
  }
}

/**
 * Contact attributes; a website that gives too much is told so, and its customers can still write.
 * @param {string | undefined} given JSON @param {string[]} problems @returns {Record<string, string>}
 */
function attributes(given, problems) {
  if (!given) return {}
  if (given.length > ATTRIBUTES_MAX) return wrong(problems, `has ${given.length} characters; Amazon Connect takes ${ATTRIBUTES_MAX} bytes`)
  let value
  try {
    value = JSON.parse(given)
  } catch {
    return wrong(problems, 'is no JSON, like {"topic": "billing"}')
  }
  return checkedAttributes(value, problems)
}

/** @param {unknown} value @param {string[]} problems @returns {Record<string, string>} */
export function checkedAttributes(value, problems) {
  if (!value || typeof value !== "object" || Array.isArray(value)) return wrong(problems, "must be an object of texts")
  const entries = Object.entries(value).map(([name, text]) => /** @type {[string, string]} */ ([name, String(text ?? "")]))
  const bad = entries.find(([name]) => !NAME.test(name))
  if (bad) return wrong(problems, `has the name ${bad[0].slice(0, 80)}: letters, digits, - and _ only`)
  const size = new TextEncoder().encode(entries.flat().join("")).length
  return size > ATTRIBUTES_MAX ? wrong(problems, `has ${size} bytes; Amazon Connect takes ${ATTRIBUTES_MAX}`) : Object.fromEntries(entries)
}

/** @param {string[]} problems @param {string} why @returns {Record<string, string>} */
function wrong(problems, why) {
  problems.push(`data-attributes ${why}. The chat goes without them.`)
  return {}
}

/** "name, email?, order=Order number?, message": a question mark leaves it to the customer. @param {string} given @param {boolean} named @param {string[]} problems @returns {Field[]} */
function fields(given, named, problems) {
  const listed = given.split(",").map((one) => one.trim()).filter(Boolean).map((one) => {
    const [id, label = ""] = one.replace(/\?$/, "").split("=").map((part) => part.trim())
    return { id, label, optional: one.endsWith("?") }
  })
  for (const { id } of listed) if (!NAME.test(id)) problems.push(`data-fields names ${id.slice(0, 80)}: letters, digits, - and _ only.`)
  const good = listed.filter(({ id }, at) => NAME.test(id) && listed.findIndex((other) => other.id === id) === at && !(named && id === "name"))
  return good.length ? good : [{ id: "message", label: "", optional: false }]
}

/** "Billing, Repairs=repair": what is read, and what the contact attribute says. @param {string} given @returns {Topic[]} */
const topics = (given) =>
  given.split(",").map((one) => one.split("=").map((part) => part.trim())).filter(([label]) => label).map(([label, value]) => ({ label, value: value || label }))

/** @param {string | undefined} given @param {string[]} problems */
function color(given, problems) {
  if (!given) return ""
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(given)
  const whole = short ? `#${short.slice(1).map((one) => one + one).join("")}` : given
  if (/^#[0-9a-f]{6}$/i.test(whole)) return whole.toLowerCase()
  problems.push(`data-color is ${given.slice(0, 40)}; write it like #1a6b4f.`)
  return ""
}
