// @ts-check
/** Files in words: what they are, how large they are, which are pictures. */
import { language } from "./dates.js"
import { own } from "./dom.js"
import { gettext } from "./i18n.js"

/** The content type of a file by the ending of its name; empty: of none of these. @param {string} name @param {Record<string, string>} types */
export const typeOf = (name, types) => own(types, (/\.([^.]+)$/.exec(name)?.[1] ?? "").toLowerCase()) ?? ""

/** What a page may show, by what Connect says it is. @param {string} [type] */
export const isPicture = (type) => type === "image/png" || type === "image/jpeg"

/** Types whose own name says nothing to people. @type {Record<string, string>} */
const OFFICE = {
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PPTX",
  "application/msword": "DOC",
  "application/vnd.ms-excel": "XLS",
  "application/vnd.ms-powerpoint": "PPT",
}

/** PDF, JPEG: what Connect says it is, not what its name says; a type without a short name as it was told. @param {string} type */
export function typeWord(type) {
  if (type === "text/plain") return gettext("Text")
  const short = /^[a-z]+\/(?:x-)?([a-z0-9]{2,5})$/.exec(type)?.[1].toUpperCase()
  return own(OFFICE, type) ?? short ?? type.slice(0, 60)
}

/** 214 kB, 1.8 MB. @param {number} bytes */
export function sizeWord(bytes) {
  const [unit, by] = bytes < 1_000 ? ["byte", 1] : bytes < 1_000_000 ? ["kilobyte", 1_000] : ["megabyte", 1_000_000]
  const form = new Intl.NumberFormat(language(), {
    style: "unit",
    unit: String(unit),
    maximumFractionDigits: bytes / Number(by) < 10 && by !== 1 ? 1 : 0,
  })
  return form.format(bytes / Number(by))
}
