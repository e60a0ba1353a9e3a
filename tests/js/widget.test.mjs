// The widget's own decisions: what its tag says, what it asks the portal for, what it keeps, when it is open, which colours it makes.
import assert from "node:assert/strict"
import { test } from "node:test"

import { Refused, Unreachable } from "../../frontend/chat/wire.js"
import { speak } from "../../frontend/js/i18n.js"
import { accent } from "../../frontend/widget/colors.js"
import { isOpen, readHours } from "../../frontend/widget/hours.js"
import { ATTRIBUTES_MAX, languageOf, readSettings } from "../../frontend/widget/settings.js"
import { linkNews, linkRefused } from "../../frontend/widget/sheets.js"
import { begin, refusalText, startDetails } from "../../frontend/widget/start.js"
import { box, Memory, memory } from "../../frontend/widget/storage.js"

const SRC = "https://portal.example/widget.js"
const settings = (data = {}, more = {}) => readSettings(data, SRC, { page: "https://shop.example/orders/1", portal: { endpoint: "https://participant.example", languages: ["en", "de"] }, ...more })

test("without attributes everything is the portal's", () => {
  const all = settings()
  assert.deepEqual([all.start, all.portal, all.endpoint], ["https://portal.example/livechat", "https://portal.example/", "https://participant.example/"])
  assert.deepEqual([all.fields.map((one) => one.id), all.theme, all.side, all.language, all.direction], [["name", "message"], "auto", "right", "en", "ltr"])
  assert.deepEqual(all.problems, [])
})

test("addresses of the website are its page's neighbours; a region names AWS", () => {
  const all = settings({ start: "/api/chat", region: "eu-central-1" })
  assert.deepEqual([all.start, all.endpoint], ["https://shop.example/api/chat", "https://participant.connect.eu-central-1.amazonaws.com/"])
})

test("what is wrong is told to the developer, and the usual stands in", () => {
  const all = settings({ side: "top", color: "green", theme: "blue", start: "javascript:alert(1)", fields: "na me, message", attributes: "{" })
  assert.equal(all.problems.length, 6)
  assert.deepEqual([all.side, all.color, all.theme, all.start, all.attributes], ["right", "", "auto", "https://portal.example/livechat", {}])
  assert.deepEqual(all.fields.map((one) => one.id), ["message"])
})

test("attributes of a megabyte are left out with a word, not sent", () => {
  const all = settings({ attributes: JSON.stringify({ note: "x".repeat(1_000_000) }) })
  assert.deepEqual(all.attributes, {})
  assert.match(all.problems[0], new RegExp(`Amazon Connect takes ${ATTRIBUTES_MAX} bytes`))
  assert.match(settings({ attributes: JSON.stringify({ note: "ä".repeat(20_000) }) }).problems[0], /40004 bytes/)
})

test("a field that the website knows is not asked, one with a question mark is optional", () => {
  const all = settings({ name: "Ada", fields: "name, email?, order=Order number, message", topics: "Billing, Repairs=repair" })
  assert.deepEqual(all.fields, [{ id: "email", label: "", optional: true }, { id: "order", label: "Order number", optional: false }, { id: "message", label: "", optional: false }])
  assert.deepEqual(all.topics, [{ label: "Billing", value: "Billing" }, { label: "Repairs", value: "repair" }])
})

test("a language nobody has translated is English, in the direction of its own script", () => {
  assert.deepEqual(["de-AT", "DE", "fr", "ar-EG", "not a language"].map((one) => languageOf(one, ["en", "de"])), ["de-AT", "de", "en", "ar-EG", "en"])
  assert.equal(settings({ lang: "ar" }).direction, "rtl")
  assert.equal(settings({ lang: "ar", dir: "ltr" }).direction, "ltr")
})

test("what is filled in becomes the name, the first message and contact attributes", () => {
  const details = startDetails(settings({ attributes: '{"topic": "lamps"}', flow: "f-1", persistent: "" }), { name: " Ada ", email: "a@b.example", order: "7", message: "Hi" }, "t-1", "c-0")
  assert.equal(details.ParticipantDetails.DisplayName, "Ada")
  assert.deepEqual(details.Attributes, { topic: "lamps", connect_email: "a@b.example", connect_order: "7" })
  assert.deepEqual([details.InitialMessage.Content, details.ClientToken, details.ContactFlowId], ["Hi", "t-1", "f-1"])
  assert.deepEqual(details.PersistentChat, { RehydrationType: "ENTIRE_PAST_SESSION", SourceContactId: "c-0" })
})

test("a past chat that cannot be gone on with makes a new one instead of none", async (t) => {
  const asked = []
  t.mock.method(globalThis, "fetch", async (_url, { body }) => {
    asked.push(JSON.parse(body))
    return asked.length === 1
      ? Response.json({ data: { Error: { code: "InvalidRequest", message: "PersistentChat is switched off here." } } }, { status: 400 })
      : Response.json({ data: { startChatResult: { ContactId: "c", ParticipantId: "p", ParticipantToken: "t" }, featurePermissions: { ATTACHMENTS: false } } })
  })
  const begun = await begin(settings({ persistent: "" }), { name: "Ada" }, "t-1", "c-0")
  assert.deepEqual([asked.map((one) => "PersistentChat" in one), begun.seat.ContactId, begun.key, begun.files], [[true, false], "c", "", false])
  assert.notEqual(asked[0].ClientToken, asked[1].ClientToken)
})

test("a refusal is said to the customer, with the time to wait", () => {
  assert.match(refusalText(new Refused(429, "TooManyChats", "", 240)), /try again in 4 minutes/)
  assert.match(refusalText(new Refused(429, "TooManyChats", "", 5)), /Everybody is busy/)
  assert.match(refusalText(new Refused(503, "Unavailable", "", 5)), /cannot be started at the moment/)
  assert.match(refusalText(new Refused(403, "OriginNotAllowed", "")), /from this website/)
  assert.match(refusalText(new Unreachable("x")), /cannot be reached/)
  assert.match(refusalText(new Refused(400, "InvalidRequest", "Name is wrong")), /Name is wrong/)
})

test("news of a link are told once it is used; a link that is used says so to who comes later", () => {
  assert.equal(linkNews(null), "")
  assert.equal(linkNews({ used: false, refused: 0 }), "")
  assert.match(linkNews({ used: true, refused: 0 }), /opened on another device/)
  assert.match(linkNews({ used: true, refused: 2 }), /tried again/)
  assert.match(linkRefused("LinkUsed"), /used already/)
  assert.match(linkRefused("LinkUnknown"), /too old/)
})

const SEAT = { ContactId: "c-1", ParticipantId: "p", ParticipantToken: "t", name: "Ada" }
const chat = (more = {}) => ({ seat: SEAT, key: "k", files: true, ended: false, seen: "", rated: false, ...more })
const kept = (more = {}) => ({ seat: SEAT, items: [], outgoing: [], receipts: {}, marks: { delivered: "", read: "" }, ended: false, ...more })

test("two websites on one origin keep apart, tabs of one share the chat and not what is unsent", () => {
  const shared = memory()
  const [one, tab] = [new Memory("shop", shared, memory()), new Memory("shop", shared, memory())]
  one.keepChat(chat())
  one.save(kept({ outgoing: [{ clientToken: "x" }] }))
  assert.equal(tab.chat().seat.ContactId, "c-1")
  assert.deepEqual([one.restored(one.chat()).outgoing.length, tab.restored(tab.chat()).outgoing.length], [1, 0])
  assert.equal(new Memory("blog", shared, memory()).chat(), null)
})

test("a tab whose chat another one has replaced keeps nothing of it, and the past chat is known", () => {
  const shared = memory()
  const one = new Memory("shop", shared, memory())
  one.keepChat(chat())
  one.keepChat(chat({ seat: { ...SEAT, ContactId: "c-2" } }))
  one.save(kept({ ended: true }))
  assert.equal(one.chat().ended, false)
  one.forgetChat()
  assert.deepEqual([one.chat(), one.last], [null, "c-2"])
})

test("a browser that keeps nothing, or nothing more, is no error", () => {
  const off = box(() => { throw new Error("SecurityError") })
  const one = new Memory("shop", off, off)
  one.keepChat(chat())
  assert.deepEqual([one.lasts, one.chat().key], [false, "k"])
  const full = { ...memory(), setItem() { throw new Error("QuotaExceededError") } }
  new Memory("shop", memory(), full).keepWord("words", "x")
  const broken = { ...memory(), getItem: () => "{" }
  assert.equal(new Memory("shop", broken, broken).chat(), null)
})

test("opening hours of a week, over midnight, in their own time zone", () => {
  const hours = readHours("Mon-Fri 09:00-18:00; Sat 22:00-02:00")
  const open = (at) => isOpen(hours, "Europe/Berlin", new Date(at))
  assert.deepEqual(["2026-12-01T07:59Z", "2026-12-01T08:00Z", "2026-12-01T16:59Z", "2026-12-01T17:00Z"].map(open), [false, true, true, false])
  assert.deepEqual(["2026-12-05T21:30Z", "2026-12-06T00:59Z", "2026-12-06T01:00Z"].map(open), [true, true, false])
  assert.equal(readHours("whenever"), null)
  assert.deepEqual(readHours(""), [])
})

test("any colour of a website leaves its words readable", () => {
  const part = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4)
  const light = (color) => [1, 3, 5].map((at) => part(Number.parseInt(color.slice(at, at + 2), 16))).reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0)
  const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05)
  for (const color of ["#ffffff", "#000000", "#ffe600", "#1f6f54", "#ff6600", "#777777", "#00ffff"]) {
    const made = accent(color)
    const [onLight, onDark] = made["--accent-text"].match(/#[0-9a-f]{6}/g)
    assert.ok(contrast(made["--accent"], made["--on-accent"]) >= 4.5, `on ${color}`)
    assert.ok(contrast(onLight, "#ffffff") >= 4.5 && contrast(onDark, "#181c22") >= 4.5, `${color} as words`)
  }
})

test("sentences that are brought along are told in their language", () => {
  speak("de", { "This link is too old, or not complete. Make a new one on the other device.": "Zu alt." })
  assert.equal(linkRefused("LinkUnknown"), "Zu alt.")
  speak("", {})
})
