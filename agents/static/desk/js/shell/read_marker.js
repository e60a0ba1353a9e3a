// @ts-check
/** What is said after the line was cut: how long it was, and how much has been caught up. */
import { announce } from "./announce.js"
import { spoken } from "../lib/clock.js"
import { caughtUp } from "../state/index.js"
import { fill, ngettext, say } from "../lib/i18n.js"

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

/** Remembers what was held when the line was cut: what is there beyond it afterwards has been caught up. @param {import("../state/store.js").Store} store */
export function watchCuts(store) {
  /** @type {import("../lib/types.js").State|null} */
  let cutAt = null
  return {
    /** @param {import("../lib/socket.js").Status} status */
    told({ kind }) {
      if (kind === "reconnecting" || kind === "readonly") cutAt ??= store.state
    },
    /** The page is whole again: marks the place in each conversation, and says so. @param {number|null} seconds @returns {number|null} how many messages; null: there was no cut to speak of */
    over(seconds) {
      const before = cutAt
      cutAt = null
      if (!before || !seconds) return null
      store.change((held) => caughtUp(before, held, seconds))
      return tell(seconds, store.state)
    },
  }
}

/** All conversations together. @param {number} seconds @param {import("../lib/types.js").State} state */
function tell(seconds, { conversations }) {
  const count = Object.values(conversations).reduce((all, { gap }) => all + (gap?.count ?? 0), 0)
  sentence = gapWords(seconds, count)
  until = Date.now() + STAYS
  announce(sentence)
  return count
}

/** The sentence about the last cut, while it is news. */
export const lastCut = () => (Date.now() < until ? sentence : "")
