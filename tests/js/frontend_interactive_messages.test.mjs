import assert from "node:assert/strict"
import { test } from "node:test"
import * as desk from "../../agents/static/desk/js/state/index.js"
import { facesOf } from "../../agents/static/desk/js/state/item_renderers.js"
import { INTERACTIVE, chosen, readAnswer, readForm } from "../../frontend/js/interactive_messages.js"
import { frame, item, running, said, snapshotOfChat, CHAT, ME } from "./wire.mjs"

const at = (second) => `2026-11-20T09:00:${String(second).padStart(2, "0")}.000Z`
const form = (templateType, content, changes = {}) =>
  item("form", {
    ContentType: INTERACTIVE,
    ParticipantRole: "SYSTEM",
    DisplayName: "BOT",
    Content: JSON.stringify({ templateType, version: "1.0", data: { content } }),
    ...changes,
  })
const option = (label, more = {}) => ({ label, detail: "", answer: label, picture: "", at: "", minutes: 0, ...more })
const part = (title, options, more = {}) => ({
  title,
  detail: "",
  picture: "",
  offset: null,
  options,
  more: 0,
  ...more,
})
const shelves = { title: "Which one?", elements: [{ title: "Oak", subtitle: "180 cm" }, { title: "Ash" }] }

test("a list picker, a panel and a quick reply show their title and their choices", () => {
  for (const template of ["ListPicker", "Panel", "QuickReply"])
    assert.deepEqual(readForm(form(template, shelves)), {
      template,
      parts: [part("Which one?", [option("Oak", { detail: "180 cm" }), option("Ash")])],
    })
})

const VARIANTS = {
  "a panel whose choices are buttons": ["Panel", { title: "Go on?", buttons: [{ title: "Yes" }, { title: "No" }] }],
  "reply buttons of WhatsApp": [
    "WhatsAppInteractiveReplyButton",
    {
      body: { text: "Go on?" },
      action: { buttons: [{ type: "reply", reply: { id: "1", title: "Yes" } }, { type: "reply", reply: { id: "2", title: "No" } }] },
    },
  ],
  "a list of WhatsApp": [
    "WhatsAppInteractiveList",
    {
      body: { text: "Go on?" },
      action: { button: "Choose", sections: [{ title: "A", rows: [{ id: "1", title: "Yes" }] }, { rows: [{ id: "2", title: "No" }] }] },
    },
  ],
}
for (const [what, [template, content]] of Object.entries(VARIANTS))
  test(`${what}: its question and its choices`, () => {
    const told = readForm(form(template, content))
    assert.deepEqual(told, { template, parts: [part("Go on?", [option("Yes"), option("No")])] })
    assert.equal(chosen(told, item("a", { Content: "No" })), "No")
  })

test("header, body and footer of a WhatsApp list are its title and its detail, descriptions stand at the choices", () => {
  const told = readForm(
    form("WhatsAppInteractiveList", {
      header: { type: "text", text: "Shelves" },
      body: { text: "Which one?" },
      footer: { text: "By post" },
      action: { sections: [{ rows: [{ title: "Oak", description: "180 cm" }, null, { title: 7 }] }, null] },
    }),
  )
  assert.deepEqual(told.parts, [part("Shelves", [option("Oak", { detail: "180 cm" })], { detail: "Which one?\nBy post" })])
})

test("a time picker shows its slots in the hours the customer was shown", () => {
  const slots = [{ date: "2026-11-23T15:00+00:00", duration: 3600 }, { date: "never" }, { date: 7 }]
  assert.deepEqual(readForm(form("TimePicker", { title: "When?", timeZoneOffset: -420, timeslots: slots })).parts, [
    part("When?", [option("", { answer: slots[0].date, at: slots[0].date, minutes: 60 })], { offset: -420 }),
  ])
})

test("a carousel has a part for itself and one for each card", () => {
  const card = (title) => ({
    templateType: "Panel",
    data: { content: { title, elements: [{ title: `Choose ${title}` }] } },
  })
  const told = readForm(form("Carousel", { title: "Shelves", elements: [card("A"), card("B"), {}, null] }))
  assert.deepEqual(told, {
    template: "Carousel",
    parts: [part("Shelves", []), part("A", [option("Choose A")]), part("B", [option("Choose B")])],
  })
})

test("a picture is named, its address is forgotten", () => {
  const told = readForm(
    form("Panel", {
      title: "T",
      imageType: "URL",
      imageData: "https://x/y.png",
      imageDescription: "A shelf",
      elements: [],
    }),
  )
  assert.deepEqual(told.parts, [part("T", [], { picture: "A shelf" })])
  assert.equal(JSON.stringify(told).includes("https://"), false)
})

test("flows send forms as plain text too, customers do not", () => {
  const text = form("ListPicker", shelves, { ContentType: "text/plain" })
  assert.equal(readForm(text).parts[0].title, "Which one?")
  assert.equal(readForm({ ...text, ParticipantRole: "CUSTOMER" }), null)
})

test("more options than Connect allows are counted, not drawn", () => {
  const many = Array.from({ length: 90 }, (_, i) => ({ title: `Option ${i}` }))
  const [own] = readForm(form("ListPicker", { title: "T", elements: many })).parts
  assert.deepEqual([own.options.length, own.more], [40, 50])
})

const BROKEN = [
  "",
  "{",
  "null",
  "7",
  '"text"',
  "[]",
  "{}",
  '{"templateType":"ListPicker"}',
  '{"templateType":"ListPicker","data":null}',
  '{"templateType":"ListPicker","data":{"content":[]}}',
  '{"templateType":"ListPicker","data":{"content":{"elements":{"length":4}}}}',
  '{"templateType":"ListPicker","data":{"content":{"title":{"a":1},"elements":[null,7,{"title":[]}]}}}',
  '{"templateType":7,"data":{"content":{"title":"T"}}}',
  '{"templateType":"Carousel","data":{"content":{"elements":"x"}}}',
  `${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`,
]
for (const [place, Content] of BROKEN.entries())
  test(`what is no form is shown as it was written (${place})`, () => {
    const broken = form("", {}, { Content })
    assert.equal(readForm(broken), null)
    assert.deepEqual(facesOf(broken), [{ kind: "broken", text: Content }])
  })

test("the answer is the title of an option, or the date of a slot, and nothing else", () => {
  const picker = readForm(form("ListPicker", shelves))
  const answers = (Content, more = {}) => chosen(picker, item("a", { Content, ...more }))
  assert.equal(answers(" Oak "), "Oak")
  assert.equal(answers("oak please"), "")
  assert.equal(answers(null), "")
  const json = { ContentType: `${INTERACTIVE}.response` }
  assert.equal(answers('{"data":{"listTitle":"Which one?","selectedText":"Ash"}}', json), "Ash")
  assert.equal(answers("{", json), "")
})

test("a form keeps the customer's choice, by name and time, until the next form asks", () => {
  const held = desk.apply(
    running(),
    snapshotOfChat(2, {
      items: [
        form("QuickReply", shelves, { Id: "f1", AbsoluteTime: at(1) }),
        item("a1", { Content: "let me think", AbsoluteTime: at(2) }),
        item("a2", { Content: "Ash", AbsoluteTime: at(3) }),
        form("QuickReply", shelves, { Id: "f2", AbsoluteTime: at(4) }),
        said("b", "CUSTOM_BOT", { Content: "Oak", AbsoluteTime: at(5) }),
      ],
    }),
  )
  const bubbles = desk.bubbles(held.conversations.chat, [], { me: ME.id }).flatMap((row) => row.bubbles ?? [])
  assert.deepEqual(
    bubbles.filter((one) => one.face.kind === "form").map((one) => [one.key, one.choice]),
    [
      ["f1", { answer: "Ash", by: "Ada", at: at(3) }],
      ["f2", null],
    ],
  )
})

test("what the flow asks stands on our side, what it says is a line", () => {
  const held = desk.apply(
    running(),
    snapshotOfChat(2, {
      items: [
        item("s", { ParticipantRole: "SYSTEM", Content: "One moment", AbsoluteTime: at(1) }),
        form("Panel", shelves, { AbsoluteTime: at(2) }),
      ],
    }),
  )
  const rows = desk.bubbles(held.conversations.chat, [], { me: ME.id }).slice(1)
  assert.deepEqual(
    rows.map(({ kind, mine, automatic, who }) => [kind, mine, automatic, who]),
    [
      ["line", undefined, undefined, undefined],
      ["group", true, true, "BOT"],
    ],
  )
})

test("the answer of a view is an action and its fields", () => {
  const view = (Content) => readAnswer(item("v", { ContentType: `${INTERACTIVE}.response`, Content }))
  assert.deepEqual(view('{"action":"Submit","data":{"name":"Ada","when":{"day":2}}}'), {
    action: "Submit",
    fields: [
      ["name", "Ada"],
      ["when", "2"],
    ],
  })
  for (const broken of ["", "{", "[]", "null", "{}", '{"data":[]}']) assert.equal(view(broken), null)
})

test("each file of a message is a bubble, with what Connect tells of it", () => {
  const told = [
    { AttachmentId: "7", AttachmentName: "note.pdf", ContentType: "application/pdf", Status: "APPROVED", AttachmentSizeInBytes: 214_000 },
    { AttachmentName: "\u202egpj.exe", Status: "IN_PROGRESS" },
  ]
  const faces = (Attachments) =>
    facesOf(item("a", { Type: "ATTACHMENT", Content: null, Attachments })).map((one) => one.file)
  assert.deepEqual(faces(told), [
    { id: "7", name: "note.pdf", type: "application/pdf", bytes: 214_000, status: "APPROVED", token: "" },
    { id: "", name: "gpj.exe", type: "", bytes: null, status: "IN_PROGRESS", token: "" },
  ])
  assert.deepEqual(faces([]), [{ id: "", name: "", type: "", bytes: null, status: "", token: "" }])
})

test("rich text has its words, block by block, and an unchanged item keeps its face", () => {
  const Rich = [
    { tag: "p", children: ["a ", { tag: "strong", children: ["b"] }] },
    {
      tag: "ul",
      children: [
        { tag: "li", children: ["c"] },
        { tag: "li", children: ["d"] },
      ],
    },
  ]
  const told = item("m", { ContentType: "text/markdown", Content: "a **b**\n- c\n- d", Rich })
  assert.deepEqual(facesOf(told), [{ kind: "rich", text: "a b\nc\nd", rich: Rich }])
  assert.equal(facesOf(told), facesOf(told))
})

test("rows are the same array until something changes", () => {
  const rows = (state) => desk.bubbles(state.conversations.chat, [], { me: ME.id })
  const held = desk.apply(running(), snapshotOfChat(2, { items: [item("a")] }))
  assert.equal(rows(held), rows(held))
  const more = desk.apply(held, frame("item", CHAT, 3, { item: item("b", { AbsoluteTime: at(9) }) }))
  assert.notEqual(rows(held), rows(more))
})

test("somebody who never pauses is drawn in groups of twenty", () => {
  const items = Array.from({ length: 45 }, (_, i) => item(`i${i}`, { AbsoluteTime: at(i), Number: i }))
  const held = desk.apply(running(), snapshotOfChat(2, { items }))
  const groups = desk.bubbles(held.conversations.chat, [], { me: ME.id }).filter((row) => row.kind === "group")
  assert.deepEqual(
    groups.map((group) => [group.bubbles.length, group.named]),
    [
      [20, true],
      [20, false],
      [5, false],
    ],
  )
})

test("a bot's transcript is told line by line, as far as it names who speaks", () => {
  assert.deepEqual(desk.botLines("Bot: hello\nand more\nAda: a shelf: oak\n"), [
    { who: "Bot", words: "hello\nand more" },
    { who: "Ada", words: "a shelf: oak" },
  ])
  assert.deepEqual(desk.botLines("no names here"), [{ who: "", words: "no names here" }])
})
