import assert from "node:assert/strict"
import { test } from "node:test"
import * as desk from "../../agents/static/desk/js/state/index.js"
import { CHAT, ME, frame, item, outgoing, running, said, snapshotOfChat } from "./wire.mjs"

process.env.TZ = "UTC"
const play = (state, ...frames) => frames.reduce((held, one) => desk.apply(held, one), state)
const eyes = { me: ME.id }
const groups = (state, look = eyes) =>
  desk.bubbles(state.conversations.chat, Object.values(state.unsent), look).filter((row) => row.kind === "group")
const at = (minute, second = 0) =>
  `2026-11-20T09:${String(minute).padStart(2, "0")}:${String(second).padStart(2, "0")}.000Z`
const queued = (state, token, words = "hello") =>
  desk.queueMessage(state, {
    contactId: "c1",
    initialContactId: "chat",
    clientToken: token,
    content: words,
    contentType: "text/plain",
    createdAt: at(9),
  })
const shown = (state) =>
  groups(state).flatMap((group) => group.bubbles.map((bubble) => [bubble.key, bubble.face.text, bubble.fate]))

test("the customer stands left under a name, the agent right, and the reader is 'me'", () => {
  const held = play(
    running(),
    snapshotOfChat(2, {
      items: [
        said("a", "CUSTOMER", { AbsoluteTime: at(1) }),
        said("b", "CUSTOM_BOT", { AbsoluteTime: at(2) }),
        said("c", "CUSTOM_BOT", { AbsoluteTime: at(3), Author: { id: 8, name: "Jonas" } }),
        said("d", "CUSTOM_BOT", { AbsoluteTime: at(4), Author: null, DisplayName: "Shop" }),
      ],
    }),
  )
  assert.deepEqual(
    groups(held).map(({ mine, me, who }) => ({ mine, me, who })),
    [
      { mine: false, me: false, who: "Ada" },
      { mine: true, me: true, who: "Mira Okafor" },
      { mine: true, me: false, who: "Jonas" },
      { mine: true, me: false, who: "Shop" },
    ],
  )
})

test("messages of one person within three minutes are one group, named once", () => {
  const held = play(
    running(),
    snapshotOfChat(2, {
      items: [
        said("a", "CUSTOMER", { AbsoluteTime: at(1) }),
        said("b", "CUSTOMER", { AbsoluteTime: at(3, 59) }),
        said("c", "CUSTOMER", { AbsoluteTime: at(7) }),
      ],
    }),
  )
  assert.deepEqual(
    groups(held).map((group) => [group.bubbles.map((one) => one.key), group.named]),
    [
      [["a", "b"], true],
      [["c"], false],
    ],
  )
})

test("a new day begins with a line, by the reader's own clock", () => {
  const held = play(
    running(),
    snapshotOfChat(2, {
      items: [item("a", { AbsoluteTime: "2026-11-19T23:59:00Z" }), item("b", { AbsoluteTime: "2026-11-20T00:01:00Z" })],
    }),
  )
  const rows = desk.bubbles(held.conversations.chat, [], eyes)
  assert.deepEqual(
    rows.map((row) => row.key),
    ["day:2026-11-19", "group:a", "day:2026-11-20", "group:b"],
  )
})

test("the unread divider stands before the first unread message of the customer, once", () => {
  const held = play(
    running(),
    snapshotOfChat(2, {
      items: [
        item("a", { Number: 1 }),
        item("b", { Number: 2, AbsoluteTime: at(1) }),
        item("c", { Number: 3, AbsoluteTime: at(1, 1) }),
      ],
    }),
  )
  const rows = desk.bubbles(held.conversations.chat, [], { me: 7, mark: { readNumber: 1, count: 2 } })
  assert.deepEqual(
    rows.map((row) => row.key),
    ["day:2026-11-20", "group:a", "new", "group:b"],
  )
})

test("events and the system's words are lines", () => {
  const held = play(
    running(),
    snapshotOfChat(2, {
      items: [
        item("e", {
          Type: "EVENT",
          ContentType: "application/vnd.amazonaws.connect.event.participant.joined",
          Content: null,
        }),
        item("s", { ParticipantRole: "SYSTEM", Content: "One moment, please", AbsoluteTime: at(1) }),
      ],
    }),
  )
  const rows = desk.bubbles(held.conversations.chat, [], eyes).filter((row) => row.kind === "line")
  assert.deepEqual(
    rows.map(({ event, text }) => ({ event, text })),
    [
      { event: "participant.joined", text: "" },
      { event: "", text: "One moment, please" },
    ],
  )
})

test("what was said with the bot is folded into one", () => {
  const part = (Id, i, words, second) =>
    item(Id, { Content: `Bot Transcript: (${i}\\3)\n${words}`, AbsoluteTime: at(1, second) })
  const held = play(
    running(),
    snapshotOfChat(2, {
      items: [part("a", 1, "Bot: hello\n", 1), part("b", 2, "Ada: a shelf\n", 2), item("c", { AbsoluteTime: at(2) })],
    }),
  )
  const rows = desk.bubbles(held.conversations.chat, [], eyes)
  assert.deepEqual(rows[1], { key: "bot:a", kind: "bot", parts: 2, of: 3, text: "Bot: hello\nAda: a shelf\n" })
  assert.deepEqual(
    rows.map((row) => row.kind),
    ["day", "bot", "group"],
  )
})

test("the customer's receipts are high-water marks", () => {
  const receipt = { contactId: "c1", participantId: "p-customer", role: "CUSTOMER", deliveredId: "b", readId: "a" }
  const mine = ["a", "b", "c"].map((Id, i) => said(Id, "CUSTOM_BOT", { AbsoluteTime: at(i * 5) }))
  const held = play(running(), snapshotOfChat(2, { items: mine, receipts: [receipt] }))
  assert.deepEqual(
    shown(held).map(([, , fate]) => fate),
    ["read", "delivered", "sent"],
  )
})

test("a queued message keeps its key and place until its item is here, echo before or after the answer", () => {
  const under = (changes) => ({ outgoing: outgoing("t1", { content: "hello", ...changes }) })
  const sent = frame("outgoing", CHAT, 4, under({ state: "sent", itemId: "i1" }))
  const echo = (seq) =>
    frame("item", CHAT, seq, { item: said("i1", "CUSTOM_BOT", { Content: "hello", AbsoluteTime: at(9) }) })
  const start = desk.acknowledge(desk.setAsked(queued(running(), "t1"), "t1"), "t1", "queued")
  assert.deepEqual(shown(start), [["t1", "hello", "queued"]])

  const after = play(start, frame("outgoing", CHAT, 3, under({})), sent)
  assert.deepEqual(shown(after), [["t1", "hello", "sent"]])
  assert.deepEqual(shown(play(after, echo(5))), [["t1", "hello", "sent"]])

  const late = { ...sent, params: { ...sent.params, seq: 6 } }
  assert.deepEqual(shown(play(start, frame("outgoing", CHAT, 3, under({})), echo(5), late)), [["t1", "hello", "sent"]])
})

test("what fails stands alone with its reason, and only it", () => {
  const why = { sentence: "the chat service did not answer", values: {} }
  const failed = outgoing("t1", { state: "failed", why, position: 1 })
  const held = play(
    running(),
    snapshotOfChat(2, { outgoing: [failed, outgoing("t2", { position: 2 }), outgoing("t3", { position: 3 })] }),
  )
  assert.deepEqual(
    groups(held).map((group) => [group.bubbles.length, group.fate, group.why, group.token]),
    [
      [1, "failed", why, "t1"],
      [2, "queued", null, "t3"],
    ],
  )
})

test("words under way stand below everything, in the order they were written", () => {
  const held = play(
    queued(queued(running(), "u1", "first"), "u2", "second"),
    snapshotOfChat(2, {
      items: [said("a", "CUSTOMER", { AbsoluteTime: at(59) })],
      outgoing: [outgoing("t1", { position: 4 })],
    }),
  )
  assert.deepEqual(
    groups(held).flatMap((group) => group.bubbles.map((one) => one.key)),
    ["a", "t1", "u1", "u2"],
  )
})

test("a disconnect we owe is no bubble", () => {
  const held = play(running(), frame("outgoing", CHAT, 2, { outgoing: outgoing("t1", { kind: "DISCONNECT" }) }))
  assert.deepEqual(groups(held), [])
})

test("offline words wait with their token, go in order, and are erased when the server has them", () => {
  const held = queued(queued(running(), "u1"), "u2")
  assert.deepEqual(
    desk.toSend(held).map((one) => one.clientToken),
    ["u1", "u2"],
  )
  const asked = desk.setAsked(held, "u1")
  assert.deepEqual(
    desk.toSend(asked).map((one) => one.clientToken),
    ["u2"],
  )
  const kept = desk.acknowledge(asked, "u1", "queued")
  assert.equal(kept.unsent.u1.state, "kept")
  assert.deepEqual(Object.keys(desk.apply(kept, frame("outgoing", CHAT, 2, { outgoing: outgoing("u1") })).unsent), [
    "u2",
  ])
})

test("an answer after the frame, or 'sent' for a token the server knew, leaves nothing behind", () => {
  const held = desk.setAsked(queued(running(), "u1"), "u1")
  const told = desk.apply(held, frame("outgoing", CHAT, 2, { outgoing: outgoing("u1") }))
  assert.deepEqual(desk.acknowledge(told, "u1", "queued").unsent, {})
  assert.deepEqual(desk.acknowledge(held, "u1", "sent").unsent, {})
})

test("after a cut or a refresh, what the server has not settled is asked for again under its token", () => {
  const four = ["u1", "u2", "u3", "u4"].reduce(queued, running())
  const held = desk.refuse(desk.acknowledge(desk.setAsked(four, "u1"), "u2", "queued"), "u3", "The chat has ended.")
  const again = desk.unsettled(held)
  assert.deepEqual(
    desk.toSend(again).map((one) => one.clientToken),
    ["u1", "u2", "u4"],
  )
  assert.equal(again.unsent.u3.state, "refused")
  const calm = running()
  assert.equal(desk.unsettled(calm), calm)
})

test("a refused message keeps its words and token for another try", () => {
  const held = desk.refuse(desk.setAsked(queued(running(), "u1"), "u1"), "u1", "The chat has ended.")
  assert.deepEqual(
    groups(held).map((group) => [group.fate, group.why, group.token, group.local]),
    [["failed", "The chat has ended.", "u1", true]],
  )
  assert.deepEqual(
    desk.toSend(desk.retryUnsent(held, "u1")).map((one) => one.clientToken),
    ["u1"],
  )
  assert.deepEqual(desk.dropUnsent(held, "u1").unsent, {})
})

test("a snapshot that holds a message under way takes it from the tab's own queue", () => {
  const held = desk.apply(
    desk.setAsked(queued(running(), "u1"), "u1"),
    snapshotOfChat(2, { outgoing: [outgoing("u1")] }),
  )
  assert.deepEqual(held.unsent, {})
  assert.deepEqual(
    shown(held).map(([key]) => key),
    ["u1"],
  )
})

const note = (noteId, changes = {}) => ({
  noteId,
  contactId: "c1",
  clientToken: noteId,
  author: ME,
  text: `note ${noteId}`,
  createdAt: at(2, 30),
  editedAt: null,
  deleted: false,
  ...changes,
})

test("notes stand at their time, those from before what is held wait for their page", () => {
  const items = [2, 3].map((minute) => item(`i${minute}`, { AbsoluteTime: at(minute), Number: minute }))
  const notes = [
    note("late", { createdAt: at(9) }),
    note("early", { createdAt: at(1) }),
    note("between", { author: { id: 8, name: "Ida" } }),
    note("tomorrow", { createdAt: "2026-11-21T00:00:00.000Z" }),
  ]
  const held = (earlier) => play(running(), snapshotOfChat(2, { items, notes, earlier }))
  const keys = (state) => desk.bubbles(state.conversations.chat, [], eyes).map((row) => row.key)
  const after = ["group:i2", "note:between", "group:i3", "note:late", "day:2026-11-21", "note:tomorrow"]
  assert.deepEqual(keys(held(false)), ["day:2026-11-20", "note:early", ...after])
  assert.deepEqual(keys(held(true)), ["day:2026-11-20", ...after])
  const mine = desk.bubbles(held(true).conversations.chat, [], eyes).filter((row) => row.me && row.kind === "note")
  assert.deepEqual(mine.map((row) => row.text), ["note late", "note tomorrow"])
})

test("a note is changed in its place, a deleted one is gone, and an old change changes nothing", () => {
  const held = play(
    running(),
    frame("note", CHAT, 2, { note: note("a") }),
    frame("note", CHAT, 3, { note: note("b") }),
    frame("note", CHAT, 4, { note: note("a", { text: "newer", editedAt: at(4) }) }),
    frame("note", CHAT, 3, { note: note("a", { text: "older" }) }),
    frame("note", CHAT, 5, { note: note("b", { text: "", deleted: true }) }),
  )
  const rows = desk.bubbles(held.conversations.chat, [], eyes).filter((row) => row.kind === "note")
  assert.deepEqual(rows.map(({ key, text }) => [key, text]), [["note:a", "newer"]])
})

test("where a contact came to be another's a line says so, at its time", () => {
  const contact = (transfer) => ({ contactId: "c1", initialContactId: "chat", transfer })
  const transfer = { state: "takenOver", sender: { id: 2, name: "Jonas" }, by: { id: 3, name: "Ida" }, endpoint: { type: "agent", id: "3", name: "Ida" }, settledAt: at(2) }
  const lines = (told) => {
    const items = [said("a", "CUSTOMER", { AbsoluteTime: at(1) }), said("b", "CUSTOMER", { AbsoluteTime: at(3) })]
    const held = { ...play(running(), snapshotOfChat(2, { items })).conversations.chat, contacts: { c1: contact(told) } }
    return desk.bubbles(held, [], eyes).flatMap((row) => (row.kind === "line" ? [[row.event, row.name, row.from, row.text]] : row.kind === "group" ? [row.bubbles.length] : []))
  }
  assert.deepEqual(lines(transfer), [1, ["handed.takenOver", "Ida", "Jonas", "Ida"], 1])
  assert.deepEqual(lines({ ...transfer, sender: null }), [1, ["handed.taken", "Ida", "", "Ida"], 1])
  assert.deepEqual(lines({ ...transfer, state: "declined" }), [2])
  assert.deepEqual(lines({ ...transfer, state: "offered", settledAt: null }), [2])
})
