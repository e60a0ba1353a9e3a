// @ts-check
/** Which files Connect takes in a chat (adminguide/feature-limits), told before it has to refuse them. */
import { sizeWord, typeOf } from "../js/files.js"
import { say } from "../js/i18n.js"

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

/** @param {{name: string, size: number}} file @returns {string} what is wrong with it; empty when nothing is */
export function fileError({ name, size }) {
  if (!typeOf(name, TYPES)) return say("“%(name)s” cannot be sent: pictures, PDF, Office, text, sound and film files can.", { name })
  if (size === 0) return say("“%(name)s” is empty.", { name })
  return size > FILE_MAX ? say("“%(name)s” has %(size)s; 20 MB is the most.", { name, size: sizeWord(size) }) : ""
}
