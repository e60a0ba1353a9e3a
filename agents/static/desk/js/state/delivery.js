// @ts-check
/** Times of delivery as words, and where they stand on a scale. Pure. */
import { say } from "../lib/i18n.js"

const [SHORTEST, LONGEST] = [1, 10_000] // ms: of four powers of ten each has a quarter of the scale

/** @param {number} ms @returns {string} */
export function took(ms) {
  if (ms < 1_000) return say("%(n)s ms", { n: ms })
  return say("%(n)s s", { n: ms < 10_000 ? (ms / 1_000).toFixed(1) : Math.round(ms / 1_000) })
}

/** 0 to 1, by powers of ten. @param {number} ms */
export const ratioOnScale = (ms) => Math.log10(Math.min(Math.max(ms, SHORTEST), LONGEST)) / Math.log10(LONGEST)
