import assert from "node:assert/strict"
import { test } from "node:test"
import * as desk from "../../agents/static/desk/js/state/index.js"
import {
  CHAT,
  ME,
  agentContact,
  contact,
  item,
  running,
  said,
  snapshotOfAgent,
  snapshotOfChat,
  outgoing,
} from "./wire.mjs"

const play = (state, ...frames) => frames.reduce((held, one) => desk.apply(held, one), state)
const at = (minute) => `2026-11-20T09:${String(minute).padStart(2, "0")}:00.000Z`
const chat = (id, items) =>
  snapshotOfChat(1, { contacts: [contact({ contactId: id, initialContactId: id })], items }, `conversation:${id}`)
const row = (id, changes = {}) => agentContact({ contactId: id, initialContactId: id, ...changes })
const deskOf = (contacts, ...chats) => play(desk.EMPTY, snapshotOfAgent(1, { contacts }), ...chats)
const names = (cards) =>
  Object.fromEntries(Object.entries(cards).map(([group, list]) => [group, list.map((card) => card.contactId)]))

test("the order is: offered, waiting for me longest first, answered newest first, ended, missed", () => {
  const held = deskOf(
    [
      row("m", { state: "missed" }),
      row("e", { state: "ended", endedAt: at(9) }),
      row("a1"),
      row("a2"),
      row("w1"),
      row("w2"),
      row("o", { state: "connecting" }),
      row("r", { state: "rejected" }),
      row("x", { state: "error", offeredAt: at(30) }),
    ],
    chat("a1", [said("1", "CUSTOM_BOT", { AbsoluteTime: at(5) })]),
    chat("a2", [said("2", "CUSTOM_BOT", { AbsoluteTime: at(6) })]),
    chat("w1", [item("3", { AbsoluteTime: at(8) })]),
    chat("w2", [item("4", { AbsoluteTime: at(7) })]),
  )
  assert.deepEqual(names(desk.cards(held)), {
    offers: ["o"],
    waiting: ["w2", "w1"],
    answered: ["a2", "a1"],
    ended: ["e"],
    missed: ["x", "m"],
  })
  assert.deepEqual(
    desk.inOrder(desk.cards(held)).map((card) => card.contactId),
    ["w2", "w1", "a2", "a1", "e"],
  )
})

test("a name that is learnt after the hand-over stands on the card", () => {
  const held = deskOf([row("c1", { customerName: "" })], chat("c1", []))
  const named = (customerName) =>
    play(held, { method: "contact", params: { stream: "conversation:c1", seq: 2, contact: contact({ contactId: "c1", customerName }) } })
  assert.equal(desk.cardOf(named("Ada Lind"), "c1").name, "Ada Lind")
  assert.equal(desk.cardOf(deskOf([row("c2", { customerName: "Bo" })]), "c2").name, "Bo") // handed on: no conversation
})

test("the customer waits from their first unanswered message until a person answers, read or not", () => {
  const items = [
    said("a", "CUSTOM_BOT", { AbsoluteTime: at(1) }),
    item("b", { AbsoluteTime: at(2) }),
    item("c", { AbsoluteTime: at(3) }),
  ]
  const held = play(
    running(),
    snapshotOfChat(2, { items }),
    snapshotOfAgent(2, { contacts: [agentContact({ readNumber: 99 })] }),
  )
  assert.equal(desk.cardOf(held, "c1").waitingSince, at(2))
  const text = said("d", "CUSTOM_BOT", { AbsoluteTime: at(4), Author: null })
  const automatic = play(held, snapshotOfChat(3, { items: [...items, text] }))
  assert.equal(desk.cardOf(automatic, "c1").waitingSince, at(2))
  const answered = play(
    held,
    snapshotOfChat(3, { items: [...items, said("d", "CUSTOM_BOT", { AbsoluteTime: at(4) })] }),
  )
  assert.equal(desk.cardOf(answered, "c1").waitingSince, null)
  assert.equal(desk.cardOf(answered, "c1").answeredAt, at(4))
})

test("unread counts messages and files of the customer above readNumber", () => {
  const items = [
    item("a", { Number: 1 }),
    item("b", { Number: 2, Type: "ATTACHMENT" }),
    item("c", { Number: 3, Type: "EVENT" }),
    said("d", "CUSTOM_BOT", { Number: 4 }),
    item("e", { Number: 5 }),
  ]
  const held = play(
    running(),
    snapshotOfChat(2, { items }),
    snapshotOfAgent(2, { contacts: [agentContact({ readNumber: 1 })] }),
  )
  assert.equal(desk.cardOf(held, "c1").unread, 2)
  assert.equal(desk.newestUnread(held, "c1").Id, "e")
  const read = play(held, snapshotOfAgent(3, { contacts: [agentContact({ readNumber: 5 })] }))
  assert.equal(desk.cardOf(read, "c1").unread, 0)
  assert.equal(desk.newestUnread(read, "c1"), null)
})

test("the waiting timer is calm, then soon, then overdue", () => {
  assert.deepEqual([0, 119, 120, 299, 300].map(desk.urgency), ["calm", "calm", "soon", "soon", "overdue"])
})

test("a card tells its last words, whose they are, and what failed", () => {
  const held = play(
    running(),
    snapshotOfChat(2, {
      items: [
        item("a"),
        said("b", "CUSTOM_BOT", { AbsoluteTime: at(1), Content: "Good morning" }),
        said("c", "CUSTOM_BOT", { AbsoluteTime: at(2), Author: null }),
        item("d", { AbsoluteTime: at(3), ParticipantRole: "SYSTEM" }),
      ],
      outgoing: [outgoing("t1", { state: "failed" }), outgoing("t2")],
    }),
  )
  const card = desk.cardOf(held, "c1")
  assert.deepEqual(card.last, { kind: "text", text: "Good morning", by: ME })
  assert.equal(card.failed, 1)
})

test("a file shows its name, a form its question, and what cannot be read shows nothing", () => {
  const last = (changes) => desk.cardOf(play(running(), snapshotOfChat(2, { items: [item("a", changes)] })), "c1").last
  const interactive = "application/vnd.amazonaws.connect.message.interactive"
  assert.deepEqual(last({ Type: "ATTACHMENT", Attachments: [{ AttachmentName: "note.pdf" }] }), {
    kind: "file",
    text: "note.pdf",
    by: null,
  })
  const form = JSON.stringify({ templateType: "ListPicker", data: { content: { title: "Which one?" } } })
  assert.deepEqual(last({ ContentType: interactive, Content: form }), { kind: "form", text: "Which one?", by: null })
  assert.deepEqual(last({ ContentType: interactive, Content: "{" }), { kind: "form", text: "", by: null })
})

test("of two rounds of one contact the newest is the card", () => {
  const held = deskOf(
    [row("c", { round: 1, state: "ended" }), row("c", { round: 2, state: "connecting" })],
    chat("c", []),
  )
  assert.deepEqual(names(desk.cards(held)), { offers: ["c"], waiting: [], answered: [], ended: [], missed: [] })
})

test("the order is held: nobody moves, who is gone goes, who is new comes last in their group", () => {
  const shown = { waiting: ["a", "b", "c"], answered: ["d"] }
  const wanted = { waiting: ["c", "a", "n"], answered: ["b", "d"] }
  assert.deepEqual(desk.holdOrder(shown, wanted), {
    order: { waiting: ["a", "b", "c", "n"], answered: ["d"] },
    moved: 2,
  })
  assert.deepEqual(desk.holdOrder(shown, shown), { order: shown, moved: 0 })
  assert.deepEqual(desk.holdOrder(shown, { waiting: ["a", "c"], answered: ["d"] }), {
    order: { waiting: ["a", "c"], answered: ["d"] },
    moved: 0,
  })
})

test("the people of a conversation: the customer, who serves now, who has written", () => {
  const held = play(
    running(),
    snapshotOfChat(2, { items: [said("a", "CUSTOM_BOT", { Author: { id: 8, name: "Jonas" } }), item("b")] }),
  )
  const chatNow = held.conversations.chat
  const found = desk
    .people(chatNow, chatNow.contacts.c1, 7)
    .map(({ name, role, here, me }) => ({ name, role, here, me }))
  assert.deepEqual(found, [
    { name: "Ada", role: "customer", here: true, me: false },
    { name: "Mira Okafor", role: "agent", here: true, me: true },
    { name: "Jonas", role: "agent", here: false, me: false },
  ])
})

test("a customer who has left is not here", () => {
  const left = item("l", {
    Type: "EVENT",
    ContentType: "application/vnd.amazonaws.connect.event.participant.left",
    Content: null,
  })
  const held = play(running(), snapshotOfChat(2, { items: [left] }))
  assert.equal(desk.people(held.conversations.chat, held.conversations.chat.contacts.c1, 7)[0].here, false)
  assert.equal(CHAT in held.cursors, true)
})

test("the customer is still here when only the agent's part has ended, and gone with the chat", () => {
  const here = (about) => {
    const held = play(running(), snapshotOfChat(2, { items: [item("a")] }))
    const chatNow = held.conversations.chat
    return desk.people(chatNow, { ...chatNow.contacts.c1, state: "ENDED", ...about }, 7)[0].here
  }
  assert.deepEqual(
    [here({ endReason: "agent" }), here({ endReason: "customer" }), here({ endReason: "agent", chatEnded: true })],
    [true, false, false],
  )
})

test("of several offers the one that rings is the first, whichever came first", () => {
  const behind = row("a", { state: "connecting", offeredAt: at(1) })
  const rings = row("b", { state: "connecting", offeredAt: at(2), expiresAt: at(3) })
  assert.deepEqual(names(desk.cards(deskOf([behind, rings]))).offers, ["b", "a"])
})

test("an offered customer waits in the queue since then, unless a colleague serves them", () => {
  const told = (changes) => {
    const of = contact({ contactId: "a", initialContactId: "a", waitingSince: at(2), ...changes })
    const held = snapshotOfChat(1, { contacts: [of], items: [] }, "conversation:a")
    return desk.cardOf(deskOf([row("a", { state: "connecting" })], held), "a").queuedSince
  }
  assert.equal(told({ state: "WAITING" }), at(2))
  assert.equal(told({ state: "CONNECTED" }), null)
})

test("after a transfer the agent is there since they serve, not since the first one did", () => {
  const one = contact({ connectedAt: at(1), servedSince: at(20) })
  const held = { contacts: { c1: one }, items: [] }
  assert.equal(desk.people(held, one, ME.id).find(({ me }) => me).since, at(20))
})
