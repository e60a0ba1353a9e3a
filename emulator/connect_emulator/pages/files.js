// @ts-check
/** Which files Connect takes in a chat (adminguide/feature-limits), told before it has to refuse them. */

export const FILE_MAX = 20 * 1024 * 1024
const OPEN_XML = "application/vnd.openxmlformats-officedocument."

/** @type {Record<string, string>} the ContentType by the ending of a name, as emulator/connect_emulator/attachments/kinds.py has them */
export const TYPES = {
  csv: "text/csv",
  doc: "application/msword",
  docx: `${OPEN_XML}wordprocessingml.document`,
  heic: "image/heic",
  jfif: "image/jpeg",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  mov: "video/quicktime",
  mp4: "video/mp4",
  pdf: "application/pdf",
  png: "image/png",
  ppt: "application/vnd.ms-powerpoint",
  pptx: `${OPEN_XML}presentationml.presentation`,
  rtf: "application/rtf",
  txt: "text/plain",
  wav: "audio/wav",
  xls: "application/vnd.ms-excel",
  xlsx: `${OPEN_XML}spreadsheetml.sheet`,
}

/** @param {string} name */
const endingOf = (name) => (/\.([^.]+)$/.exec(name)?.[1] ?? "").toLowerCase()

/** @param {string} name @returns {string} empty: of no type that can be sent */
export function typeOf(name) {
  const ending = endingOf(name)
  return Object.hasOwn(TYPES, ending) ? TYPES[ending] : ""
}

/** @param {{name: string, size: number}} file @returns {string} what is wrong with it; empty when nothing is */
export function fileError({ name, size }) {
  if (!typeOf(name)) return `“${name}” cannot be sent: pictures, PDF, Office, text, sound and film files can.`
  if (size === 0) return `“${name}” is empty.`
  return size > FILE_MAX ? `“${name}” has ${sizeWord(size)}; 20 MB is the most.` : ""
}

/** @param {number} size */
export function sizeWord(size) {
  if (size < 1024) return `${size} bytes`
  const [many, unit] = size < 1024 * 1024 ? [size / 1024, "kB"] : [size / 1024 / 1024, "MB"]
  return `${many < 10 ? many.toFixed(1).replace(".0", "") : Math.round(many)} ${unit}`
}

/** PDF, JPEG, …: how people call it. @param {string} name @param {string} [contentType] */
export function typeWord(name, contentType = "") {
  const ending = endingOf(name)
  if (["jpg", "jfif", "jpeg"].includes(ending)) return "JPEG"
  return Object.hasOwn(TYPES, ending) ? ending.toUpperCase() : contentType
}

/** Pictures that every browser can show. @param {string} [contentType] */
export const isPicture = (contentType) => contentType === "image/png" || contentType === "image/jpeg"
