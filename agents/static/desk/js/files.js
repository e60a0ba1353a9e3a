// @ts-check
/**
 * A file in the conversation: its name, size, type and how its scan went. A custom participant may not read files
 * (GetAttachment answers AccessDenied, connectparticipant 2018-09-07), so the bubble says so instead of offering what would fail.
 */
import { chrome, icon, make, own, typed } from "./dom.js"
import { gettext, say } from "./words.js"

/** @typedef {import("./state/faces.js").File} File */

/** @param {File} file @param {boolean} mine @returns {Node[]} */
export function fileNodes(file, mine) {
  const mark = make("span", "file__icon", icon(file.type.startsWith("image/") ? "image" : "file"))
  mark.setAttribute("aria-hidden", "true")
  const name = make("bdi", "file__name", file.name || gettext("File without a name"))
  name.title = file.name
  const facts = [typeWord(file), file.bytes === null ? "" : sizeWord(file.bytes)].filter(Boolean).join(", ")
  return [mark, name, chrome(make("span", "file__facts", typed(facts), ...scan(file.status))), ...cannot(file, mine)]
}

/** Types whose own name says nothing to people. @type {Record<string, string>} */
const OFFICE = {
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PPTX",
  "application/msword": "DOC",
  "application/vnd.ms-excel": "XLS",
  "application/vnd.ms-powerpoint": "PPT",
}

/** PDF, JPEG: what Connect says it is, not what its name says; a type without a short name as it was told. @param {File} file */
function typeWord({ type }) {
  if (type === "text/plain") return gettext("Text")
  const short = /^[a-z]+\/(?:x-)?([a-z0-9]{2,5})$/.exec(type)?.[1].toUpperCase()
  return own(OFFICE, type) ?? short ?? type.slice(0, 60)
}

/** 214 kB, 1.8 MB. @param {number} bytes */
export function sizeWord(bytes) {
  const [unit, by] = bytes < 1_000 ? ["byte", 1] : bytes < 1_000_000 ? ["kilobyte", 1_000] : ["megabyte", 1_000_000]
  const form = new Intl.NumberFormat(document.documentElement.lang || "en", {
    style: "unit",
    unit: String(unit),
    maximumFractionDigits: bytes / Number(by) < 10 && by !== 1 ? 1 : 0,
  })
  return form.format(bytes / Number(by))
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

/** Until files can be read another way, this is the place where a file would be opened. @param {File} file @param {boolean} mine */
function cannot({ status }, mine) {
  if (mine) return []
  const words =
    status === "REJECTED"
      ? gettext("Amazon Connect has refused this file: the customer can send another one.")
      : status === "IN_PROGRESS"
        ? gettext("Amazon Connect is still looking at this file.")
        : gettext("Amazon Connect lets no custom participant read files: ask the customer to write down what matters.")
  return [chrome(make("span", "file__cannot", words))]
}
