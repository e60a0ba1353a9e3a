// @ts-check
/** Says to those who listen what others see, at most once in three seconds and never twice. */
import { find, setText } from "./dom.js"
import { ngettext, fill } from "./words.js"

const EVERY = 3_000
/** @type {string[]} */
let waiting = []
let last = 0
/** Something is about to be said: what comes until then goes with it, and never puts it off. */
let due = false

/** @param {string} text */
export function announce(text) {
  waiting.push(text)
  if (due) return
  due = true
  setTimeout(speak, Math.max(100, last + EVERY - Date.now()))
}

function speak() {
  const more = waiting.length - 1
  const text =
    more > 0
      ? `${waiting[0]}. ${fill(ngettext("%(n)s more message", "%(n)s more messages", more), { n: more })}`
      : waiting[0]
  waiting = []
  due = false
  last = Date.now()
  setText(find("#announce"), text)
}
