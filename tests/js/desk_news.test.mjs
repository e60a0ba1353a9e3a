import assert from "node:assert/strict"
import { test } from "node:test"
import { apply } from "../../agents/static/desk/js/state/index.js"
import { MOST, allRead, gathered, lineCut, merged, newsOf, unreadNews, wayTo } from "../../agents/static/desk/js/state/news.js"
import { AGENT, CHAT, ME, agentContact, contact, frame, outgoing, running } from "./wire.mjs"

const GONE = { sentence: "gone", values: {} }
const END = "2026-11-20T09:20:00.000Z"
const kinds = (state) => newsOf(state).map(({ kind, why }) => [kind, why])
const after = (...frames) => frames.reduce((held, one) => apply(held, one), running())
const row = (changes, seq = 2) => frame("agentContact", AGENT, seq, { agentContact: agentContact(changes) })
const chat = (changes, seq = 2) => frame("contact", CHAT, seq, { contact: contact(changes) })

test("a quiet desk has no news", () => assert.deepEqual(newsOf(running()), []))

test("a missed offer tells why", () => {
  const why = { sentence: "no tab showed it", values: {} }
  assert.deepEqual(kinds(after(row({ state: "missed", why }))), [["missed", why]])
})

test("what the customer ended is news, what the agent ended is not", () => {
  const ended = (endReason) => after(chat({ state: "ENDED", endReason, endedAt: END }), row({ state: "ended", endedAt: END }))
  assert.deepEqual(kinds(ended("customer")), [["ended", "customer"]])
  for (const mine of ["agent", "agentLeft", ""]) assert.deepEqual(kinds(ended(mine)), [])
})

test("a transfer is news when it came back, each time anew", () => {
  const back = (state, settledAt, askedAt = END) => ({
    transfer: { state, sender: ME, endpoint: { type: "agent", id: "8", name: "Jonas" }, comment: "", why: null, askedAt, settledAt },
  })
  assert.deepEqual(kinds(after(chat(back("offered", null)))), [])
  const first = newsOf(after(chat(back("declined", END))))
  assert.deepEqual(first.map(({ kind, to }) => [kind, to]), [["declined", "Jonas"]])
  const again = newsOf(after(chat(back("declined", END, "2026-11-20T09:30:00.000Z"))))
  assert.equal(gathered(first, again).length, 2)
})

test("a message that failed is news once, as the server has it or as this tab was told", () => {
  const failed = after(frame("outgoing", CHAT, 2, { outgoing: outgoing("t1", { state: "failed", why: GONE }) }))
  assert.deepEqual(kinds(failed), [["failed", GONE]])
  const refused = { ...running(), unsent: { t2: { ...outgoing("t2"), initialContactId: "chat", state: "refused", why: "too long" } } }
  assert.deepEqual(kinds(refused), [["failed", "too long"]])
  const known = allRead(gathered([], newsOf(failed)))
  assert.equal(gathered(known, newsOf(failed)), known)
  assert.equal(unreadNews(known), 0)
})

test("the newest stand first, and the oldest are let go", () => {
  const cut = (minute) => lineCut({ seconds: 9, count: 0 }, `2026-11-20T${String(9 + Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}:00.000Z`)
  const all = Array.from({ length: MOST + 5 }, (_, minute) => cut(minute))
  const kept = gathered([], all)
  assert.equal(kept.length, MOST)
  assert.deepEqual(kept[0], cut(MOST + 4))
  assert.equal(gathered(kept, all), kept)
})

test("news leads to the desk, to the history of what was served, or nowhere", () => {
  const about = (kind, contactId = "ada") => ({ ...lineCut({ seconds: 1, count: 0 }, END), kind, contactId })
  assert.deepEqual(["ended", "missed"].map((kind) => wayTo(about(kind), true)), ["desk", "desk"])
  assert.deepEqual(["ended", "failed", "declined", "missed"].map((kind) => wayTo(about(kind), false)), ["history", "history", "history", ""])
  assert.equal(wayTo(about("line", ""), false), "")
})

test("that the server put the agent where nothing is offered is news, with why", () => {
  const why = { sentence: "%(n)s offers in a row were not answered", values: { n: 3 } }
  const held = running()
  const stopped = { ...held.agent, state: { name: "Not responding", type: "not_routable" }, stateSince: END, stateWhy: why }
  const told = newsOf({ ...held, agent: stopped })
  assert.deepEqual(told.map(({ kind, name, at }) => [kind, name, at]), [["state", "Not responding", END]])
  assert.deepEqual(told[0].why, why)
  assert.deepEqual(newsOf({ ...held, agent: { ...stopped, stateWhy: null } }), [])
})

test("what a former agent could not send is no news to the agent who serves now", () => {
  const failed = (author) => [{ ...running(), me: ME.id }, frame("outgoing", CHAT, 2, { outgoing: outgoing("t1", { state: "failed", why: GONE, author }) })].reduce((held, one) => apply(held, one))
  assert.deepEqual(kinds(failed({ id: ME.id + 1, name: "Jonas" })), [])
  assert.deepEqual(kinds(failed(ME)), [["failed", GONE]])
  assert.deepEqual(kinds(failed(null)), [["failed", GONE]])
})

test("read in one tab is read in all, and one cut of the line is one news", () => {
  const one = { key: "a", kind: "failed", contactId: "c", name: "", why: null, to: "", at: END, read: false, gap: null }
  const other = { ...one, key: "b" }
  assert.deepEqual(merged([one], [{ ...one, read: true }, other]).map(({ key, read }) => [key, read]), [["a", true], ["b", false]])
  assert.deepEqual(merged([{ ...one, read: true }], [one]).map(({ read }) => read), [true])
  const known = [one, other]
  assert.equal(merged(known, known), known)
  const cut = (second) => lineCut({ seconds: 4, count: 1 }, `2026-11-20T09:20:0${second}.000Z`)
  const cuts = [cut(1)]
  assert.equal(merged(cuts, [cut(3)]), cuts)
  assert.deepEqual(merged(cuts, [{ ...cut(3), read: true }]).map(({ read }) => read), [true])
})
