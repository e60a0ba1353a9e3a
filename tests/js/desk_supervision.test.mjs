import assert from "node:assert/strict"
import { test } from "node:test"
import * as desk from "../../agents/static/desk/js/state/index.js"
import { actionsFor, outcomeOf, paramsOf } from "../../agents/static/desk/js/state/actions.js"
import { callsOf, helpAsked, keptMutes, newCalls, standing } from "../../agents/static/desk/js/state/help.js"
import { actOf } from "../../agents/static/desk/js/state/supervisors_acts.js"
import { freshWhispers, linesOf, threadOf, unheard } from "../../agents/static/desk/js/state/whispers.js"
import { ME, frame } from "./wire.mjs"

const IDA = { id: 3, name: "Ida Ravn" }
const STREAM = "whispers:11"
const at = (second) => `2026-11-20T09:10:${String(second).padStart(2, "0")}.000Z`
const whisper = (n, changes = {}) => ({
  whisperId: `w${n}`, contactId: "c1", author: IDA, text: `whisper ${n}`, at: at(n), clientToken: `t${n}`, ...changes,
})
const told = (frames, state = desk.EMPTY) => frames.reduce((held, one) => desk.apply(held, one), state)
const begun = () => told([frame("snapshot", STREAM, 1, { whispers: [whisper(1)] })])

test("whispers are held by stream, in order, once, and forgotten with it", () => {
  const two = told([frame("whisper", STREAM, 2, { whisper: whisper(2, { author: ME }) }), frame("whisper", STREAM, 2, { whisper: whisper(2) })], begun())
  assert.deepEqual(threadOf(two, "c1").map((one) => one.whisperId), ["w1", "w2"])
  assert.deepEqual(threadOf(two, "c2"), [])
  assert.deepEqual(desk.apply(two, { method: "closedStream", params: { stream: STREAM } }).whispers, {})
})

test("what others wrote after the last read whisper is unheard, and the name stands above the first of several", () => {
  const thread = [whisper(1), whisper(2, { author: ME }), whisper(3), whisper(4)]
  assert.deepEqual(["", "w1", "w3", "w4"].map((read) => unheard(thread, read, ME.id)), [3, 2, 1, 0])
  assert.deepEqual(linesOf(thread, ME.id).map(({ mine, named }) => [mine, named]), [[false, true], [true, true], [false, true], [false, false]])
})

test("a whisper calls when it comes, not when the page is loaded, and never its author", () => {
  const before = begun()
  const after = told([frame("whisper", STREAM, 2, { whisper: whisper(2) }), frame("whisper", STREAM, 3, { whisper: whisper(3, { author: ME }) })], before)
  assert.deepEqual(freshWhispers(after, before, ME.id).map((one) => one.whisperId), ["w2"])
  assert.deepEqual(freshWhispers(before, desk.EMPTY, ME.id), [])
  const open = { ...desk.EMPTY, cursors: { "agent:mira": 4 } }
  assert.deepEqual(freshWhispers(told([frame("snapshot", STREAM, 1, { whispers: [whisper(1)] })], open), open, ME.id).length, 1)
})

const verbs = (kind, rows, me) => actionsFor(kind, rows, me).map((one) => one.verb)
const served = { contactId: "c1", customerName: "Ada", agent: ME, state: "CONNECTED" }
const waits = { contactId: "c2", customerName: "Bo", agent: null, state: "WAITING" }
const agent = { agentId: "a1", name: "Mira" }
const ALL = ["whisper", "barge_in", "take_over", "assign_contacts", "end_contacts", "manage_agents", "answer_help"]

test("only what these rows allow and this supervisor may do is offered", () => {
  for (const [kind, rows, me, wanted] of [
    ["contact", [served], { userId: 3, isAgent: true, may: ALL }, ["takeOver", "reassignContact", "requeueContact", "endContact", "clearStuckContact"]],
    ["contact", [served], { userId: ME.id, isAgent: true, may: ["take_over"] }, []],
    ["contact", [served], { userId: 3, isAgent: false, may: ["take_over"] }, []],
    ["contact", [waits], { userId: 3, isAgent: false, may: ["assign_contacts"] }, ["reassignContact", "setPriority"]],
    ["contact", [served, waits], { userId: 3, isAgent: true, may: ALL }, ["reassignContact", "endContact", "clearStuckContact"]],
    ["contact", [{ ...served, help: { takenBy: null } }], { userId: 3, isAgent: false, may: ["answer_help"] }, ["takeHelp", "lowerHand"]],
    ["agent", [agent], { userId: 3, isAgent: false, may: ALL }, ["forceAgentState", "setAgentCapacity", "setAgentQueues", "signOutAgent"]],
    ["agent", [agent, { agentId: "a2", name: "Jo" }], { userId: 3, isAgent: false, may: ALL }, ["forceAgentState", "signOutAgent"]],
    ["agent", [agent], { userId: 3, isAgent: false, may: [] }, []],
    ["contact", [], { userId: 3, isAgent: true, may: ALL }, []],
  ])
    assert.deepEqual(verbs(kind, rows, me), wanted)
})

test("verbs on several name all ids, the others one, and empty answers are left out", () => {
  const one = (verb) => actionsFor("contact", [served], { userId: 3, isAgent: true, may: ALL }).find((action) => action.verb === verb)
  assert.deepEqual(paramsOf(one("reassignContact"), [served, waits], { agentId: "a1", reason: "" }), {
    method: "reassignContact", params: { contactIds: ["c1", "c2"], seenOwners: { c1: ME.id, c2: null }, agentId: "a1" },
  })
  assert.deepEqual(paramsOf(one("takeOver"), [served], { reason: "He is stuck" }), {
    method: "takeOver", params: { contactId: "c1", seenOwner: ME.id, reason: "He is stuck" },
  })
})

test("what became of each is told by name", () => {
  const refusal = { reason: "contactEnded", why: { sentence: "It has ended.", values: {} } }
  assert.deepEqual(outcomeOf("contact", [served, waits], { results: [{ id: "c1", ok: true }, { id: "c2", ok: false, refusal }] }), {
    done: 1, contacts: [], refused: [{ id: "c2", name: "Bo", refusal }],
  })
  assert.deepEqual(outcomeOf("contact", [served], {}), { done: 1, contacts: [], refused: [] })
  const kept = [{ contactId: "c1", outcome: "kept" }]
  assert.deepEqual(outcomeOf("agent", [{ agentId: "a1", name: "Mira" }], { results: [{ id: "a1", ok: true, contacts: kept }] }).contacts, kept)
})

const hand = (n, changes = {}) => ({ contactId: `c${n}`, customerName: "Ada", help: { reason: "", raisedAt: at(n), takenBy: null, escalated: false, ...changes } })

test("hands call until one takes them, the escalated first; what was muted calls no more", () => {
  const before = callsOf([hand(1), hand(2), hand(3, { takenBy: IDA }), { contactId: "c4", customerName: "", help: null }])
  assert.deepEqual(before.map((one) => one.contactId), ["c1", "c2"])
  const after = callsOf([hand(1), hand(2, { escalated: true }), hand(5)])
  assert.deepEqual(after.map((one) => one.contactId), ["c2", "c1", "c5"])
  assert.deepEqual(newCalls(after, before, []).map((one) => one.contactId), ["c2", "c5"])
  assert.deepEqual(newCalls(after, before, [after[0].key]).map((one) => one.contactId), ["c5"])
  assert.deepEqual(keptMutes([before[0].key, "gone"], after), [before[0].key])
  assert.deepEqual([null, hand(1).help, hand(1, { escalated: true }).help, hand(1, { takenBy: IDA, escalated: true }).help].map(standing), ["down", "up", "escalated", "taken"])
})

test("/help with a reason or without asks for help, other words are for the customer", () => {
  for (const [text, wanted] of [["/help", ""], ["/help  The printer\nburns ", "The printer\nburns"], ["/HELP me", "me"], ["/helpful", null], ["Say /help", null]])
    assert.equal(helpAsked(text), wanted)
})

test("what a supervisor did to the agent or their contact is told once, in the server's words", () => {
  const row = { contactId: "c1", initialContactId: "chat", round: 1, offeredAt: at(0), state: "connected", customerName: "Ada", why: null }
  const agent = { name: "Mira", stateSince: at(0), stateWhy: null }
  const state = told([frame("snapshot", "agent:mira", 1, { agent: { agent, contacts: [row], viewing: "" } })])
  const act = (method, params) => actOf(state, frame(method, "agent:mira", 2, params))
  const why = (code) => ({ code, sentence: "x", values: {} })
  const gone = (code) => act("agentContact", { agentContact: { ...row, state: "ended", why: why(code) } })
  assert.deepEqual(gone("taken_over"), { name: "Ada", why: why("taken_over") })
  const because = { code: "because", sentence: "%(what)s: %(reason)s", values: { what: why("taken_over"), reason: "She knows me" } }
  assert.deepEqual(act("agentContact", { agentContact: { ...row, state: "ended", why: because } }), { name: "Ada", why: because })
  assert.equal(gone("declined"), null)
  assert.deepEqual(act("agent", { agent: { ...agent, stateSince: at(9), stateWhy: why("state_forced") } }), { name: "", why: why("state_forced") })
  assert.equal(act("agent", { agent: { ...agent, stateWhy: why("state_forced") } }), null)
  assert.equal(actOf(state, frame("agentContact", "agent:mira", 1, { agentContact: { ...row, why: why("taken_over") } })), null)
})
