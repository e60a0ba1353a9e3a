// @ts-check
/**
 * A file in the conversation: its name, size, type and how its scan went. Connect gives files to an agent's own participant,
 * never to a custom one (GetAttachment answers AccessDenied, connectparticipant 2018-09-07): then the bubble says so instead of
 * offering what would fail. Bytes never become part of the page, but for a picture that the server has found to be one.
 */
import { chrome, icon, make, own, typed } from "../lib/dom.js"
import { isPicture, sizeWord, typeWord } from "../../../frontend/js/files.js"
import { gettext, say } from "../lib/i18n.js"

/**
 * @typedef {import("../state/item_renderers.js").File} File
 * @typedef {import("../state/bubbles.js").Files} Files
 */

/** So many pictures stay in memory while one scrolls. */
const MOST_PICTURES = 40

/** @param {File} file @param {{mine: boolean, uploads: boolean, files: Files|null}} about @returns {Node[]} */
export function fileNodes(file, { mine, uploads, files }) {
  const opens = file.status === "APPROVED" && file.id && files?.through ? pathOf(files.through, file) : ""
  const mark = make("span", "file__icon", icon(file.type.startsWith("image/") ? "image" : "file"))
  mark.setAttribute("aria-hidden", "true")
  const facts = [typeWord(file.type), file.bytes === null ? "" : sizeWord(file.bytes)].filter(Boolean).join(", ")
  const told = make("span", "file__facts", typed(facts), ...scan(file.status))
  const shown = opens && isPicture(file.type) ? [picture(file, opens)] : []
  const more = uploads ? [progress(file), cancel(file)] : cannot(file, mine, files)
  return [...shown, mark, nameOf(file, opens), chrome(told), ...more]
}

/** @param {File} file @param {string} opens */
function nameOf(file, opens) {
  const words = file.name || gettext("File without a name")
  const name = make("bdi", "file__name", words)
  name.title = words
  if (!opens) return name
  const link = anchor("file__open", opens, name, icon("download"))
  link.setAttribute("aria-label", say("Download %(name)s", { name: words }))
  return link
}

/** Opened by the browser itself, in a tab of its own: the desk stays where it is, whatever becomes of it. @param {string} className @param {string} href @param {...Node} inside */
function anchor(className, href, ...inside) {
  const link = /** @type {HTMLAnchorElement} */ (make("a", className, ...inside))
  link.href = href
  link.target = "_blank"
  link.rel = "noopener"
  return link
}

/** @param {string} contactId @param {File} file */
const pathOf = (contactId, { id }) => `/contacts/${encodeURIComponent(contactId)}/files/${encodeURIComponent(id)}/`

/** @type {Map<string, HTMLElement>} rows come and go while one scrolls: a picture is fetched once */
const pictures = new Map()

/** @param {File} file @param {string} path */
function picture(file, path) {
  const known = pictures.get(path)
  pictures.delete(path)
  const made = known ?? makePicture(file, `${path}?preview`)
  pictures.set(path, made)
  if (pictures.size > MOST_PICTURES) pictures.delete([...pictures.keys()][0])
  return made
}

/** @param {File} file @param {string} src */
function makePicture(file, src) {
  const image = document.createElement("img")
  image.alt = ""
  image.src = src
  image.decoding = "async"
  const link = anchor("file__picture", src, image)
  link.setAttribute("aria-label", say("Open the picture %(name)s", { name: file.name }))
  // What is no picture after all, or too large to be shown, is only a file.
  image.addEventListener("error", () => (link.hidden = true))
  return link
}

/** @type {Map<string, number>} how much of a file is uploaded, by its token */
const uploaded = new Map()

/** Not part of the state: it changes many times a second, and nothing else with it. @param {string} token @param {number} part */
export function setProgress(token, part) {
  uploaded.set(token, part)
  const bar = document.querySelector(`#rows progress[data-token="${CSS.escape(token)}"]`)
  if (bar instanceof HTMLProgressElement) bar.value = part
}

/** @param {File} file */
function progress({ name, token }) {
  const bar = /** @type {HTMLProgressElement} */ (make("progress", "file__progress"))
  bar.dataset.token = token
  bar.max = 1
  bar.value = uploaded.get(token) ?? 0
  bar.setAttribute("aria-label", say("Upload of %(name)s", { name }))
  return chrome(bar)
}

/** @param {File} file */
function cancel({ name, token }) {
  const button = make("button", "icon-button icon-button--s file__cancel", icon("close"))
  button.setAttribute("type", "button")
  button.setAttribute("aria-label", say("Do not send %(name)s", { name }))
  button.dataset.cancel = token
  return chrome(button)
}

/** ArtifactStatus of Connect: APPROVED, IN_PROGRESS, REJECTED. @param {string} status */
function scan(status) {
  /** @type {Record<string, [string, string, string]>} */
  const known = {
    APPROVED: ["scan scan--ok", "shield", gettext("Scanned")],
    IN_PROGRESS: ["scan scan--busy", "clock", gettext("Being scanned")],
    REJECTED: ["scan scan--bad", "fail", gettext("Refused by the scan")],
  }
  if (!status) return []
  const [look, name, word] = own(known, status) ?? [
    "scan",
    "fail",
    say("State: %(state)s", { state: status.slice(0, 40) }),
  ]
  return [make("span", look, icon(name), word)]
}

/** This is the place where a file would be opened. @param {File} file @param {boolean} mine @param {Files|null} files @returns {Node[]} */
function cannot({ status }, mine, files) {
  const words = whyNot(status, mine, files)
  return words ? [chrome(make("span", "file__cannot", words))] : []
}

/** @param {string} status @param {boolean} mine @param {Files|null} files */
function whyNot(status, mine, files) {
  if (status === "REJECTED" && mine) return gettext("Amazon Connect has refused this file: the customer does not get it.")
  if (mine) return ""
  if (status === "REJECTED") return gettext("Amazon Connect has refused this file: the customer can send another one.")
  if (status === "IN_PROGRESS") return gettext("Amazon Connect is still looking at this file.")
  if (files?.through) return ""
  if (files?.why === "over") return gettext("Amazon Connect gives files out only while the agent is in the chat.")
  return gettext("Amazon Connect lets no custom participant read files: ask the customer to write down what matters.")
}
