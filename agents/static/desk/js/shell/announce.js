// @ts-check
/** Says to those who listen what others see, at most once in three seconds. */
import { find } from "../lib/dom.js"
import { fill, ngettext, say } from "../lib/i18n.js"

const EVERY = 3_000
/** What is so now, by what it is about: of two such sentences the older one is not true any more. @type {Map<string, string>} */
const facts = new Map()
/** What people have said: when there is much of it, it is counted. @type {string[]} */
let messages = []
let last = 0
/** Something is about to be said: what comes until then goes with it, and never puts it off. */
let due = false

/** @param {string} text @param {string} [about] what has not been said about the same yet is left out */
export function announce(text, about = text) {
  facts.delete(about)
  facts.set(about, text)
  speakSoon()
}

/** @param {string} name @param {string} words what they have said */
export function announceMessage(name, words) {
  messages.push(say("%(name)s: %(words)s", { name, words }))
  speakSoon()
}

function speakSoon() {
  if (due) return
  due = true
  setTimeout(speak, Math.max(100, last + EVERY - Date.now()))
}

function speak() {
  const more = messages.length - 1
  const counted = more > 0 ? [fill(ngettext("%(n)s more message", "%(n)s more messages", more), { n: more })] : []
  const told = [...facts.values(), ...messages.slice(0, 1), ...counted]
  facts.clear()
  messages = []
  due = false
  last = Date.now()
  // A node of its own each time: who says the same again is heard again.
  find("#announce").replaceChildren(told.join(". "))
}
