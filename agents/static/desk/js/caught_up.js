// @ts-check
/** What is said after the line was cut: how long it was, and how much has been caught up. */
import { announce } from "./announce.js"
import { spoken } from "./clock.js"
import { fill, ngettext, say } from "./words.js"

const STAYS = 10_000
let sentence = ""
let until = 0

/** @param {number} seconds @param {number} count */
export function gapWords(seconds, count) {
  const values = { for: spoken(seconds), n: count }
  if (count === 0) return say("Offline %(for)s, nothing was missed", values)
  return fill(
    ngettext("Offline %(for)s, %(n)s message caught up", "Offline %(for)s, %(n)s messages caught up", count),
    values,
  )
}

/** The desk is whole again: all its conversations together. @param {number} seconds @param {import("./types.js").State} state */
export function tellCaughtUp(seconds, { conversations }) {
  const count = Object.values(conversations).reduce((all, { gap }) => all + (gap?.count ?? 0), 0)
  sentence = gapWords(seconds, count)
  until = Date.now() + STAYS
  announce(sentence)
  return count
}

/** The sentence about the last cut, while it is news. */
export const lastCut = () => (Date.now() < until ? sentence : "")
