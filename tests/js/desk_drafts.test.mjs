import assert from "node:assert/strict"
import { afterEach, beforeEach, mock, test } from "node:test"
import { LATEST, PAUSE, createDrafts } from "../../agents/static/desk/js/drafts.js"
import { toServer, toTab } from "../../agents/static/desk/js/places.js"

const begun = (reply, note = "") => ({ reply, note })
const settled = () => new Promise((done) => setImmediate(done))

/** A server that keeps drafts, and a tab's store. */
function house({ answer = "kept", left = {} } = {}) {
  const here = { answer, live: true, told: { ada: begun("") }, asked: [], left }
  const server = {
    told: (contactId) => here.told[contactId] ?? null,
    live: () => here.live,
    async save(contactId, words) {
      here.asked.push([contactId, words])
      return here.answer
    },
  }
  const kept = { begun: () => here.left, setBegun: (all) => void (here.left = all) }
  return Object.assign(here, { drafts: createDrafts(server, kept) })
}

beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "Date"] }))
afterEach(() => mock.timers.reset())

test("words are saved when nobody has typed for a while", async () => {
  const here = house()
  for (const text of ["H", "He", "Hel"]) {
    here.drafts.set("ada", "reply", text)
    mock.timers.tick(PAUSE - 1)
  }
  assert.deepEqual([here.asked, here.drafts.of("ada")], [[], "Hel"])
  mock.timers.tick(1)
  assert.deepEqual(here.asked, [["ada", begun("Hel")]])
})

test("whoever never pauses is saved all the same", () => {
  const here = house()
  for (let n = 1; n * 100 <= LATEST; n += 1) {
    here.drafts.set("ada", "reply", "x".repeat(n))
    mock.timers.tick(100)
  }
  assert.equal(here.asked.length, 1)
})

test("what was sent is no draft any more, at once", () => {
  const here = house()
  here.drafts.set("ada", "reply", "Hello")
  here.drafts.set("ada", "reply", "")
  assert.deepEqual(here.asked, [["ada", begun("")]])
})

test("a reply and a note are two drafts, and a card shows either", () => {
  const here = house()
  const card = { contactId: "ada", draft: begun("", "on the server") }
  assert.equal(here.drafts.mark(card), "on the server")
  here.drafts.set("ada", "note", "third time")
  assert.deepEqual([here.drafts.of("ada"), here.drafts.of("ada", "note")], ["", "third time"])
  assert.equal(here.drafts.mark(card), "third time")
})

test("the server's word counts once it has said so, and from then on", async () => {
  const here = house()
  here.drafts.set("ada", "reply", "Hello")
  mock.timers.tick(PAUSE)
  await settled()
  assert.deepEqual([here.drafts.of("ada"), here.left], ["Hello", { ada: begun("Hello") }])
  here.told.ada = begun("Hello")
  here.drafts.settle()
  assert.deepEqual(here.left, {})
  here.told.ada = begun("from another machine")
  assert.equal(here.drafts.of("ada"), "from another machine")
})

test("words that were kept and changed elsewhere before this tab heard of it are those of elsewhere", async () => {
  const here = house()
  here.drafts.set("ada", "reply", "Hello")
  mock.timers.tick(PAUSE)
  await settled()
  here.drafts.settle()
  assert.equal(here.drafts.of("ada"), "Hello") // the server has said nothing since
  here.told.ada = begun("another machine was quicker")
  here.drafts.settle()
  assert.equal(here.drafts.of("ada"), "another machine was quicker")
})

test("what is typed while the line is cut is kept over a refresh and saved when it is back", async () => {
  const here = house()
  here.live = false
  here.drafts.set("ada", "reply", "Hello")
  mock.timers.tick(LATEST)
  assert.deepEqual([here.asked, here.left], [[], { ada: begun("Hello") }])
  const later = house({ left: here.left })
  assert.equal(later.drafts.of("ada"), "Hello")
  later.drafts.flush()
  assert.deepEqual(later.asked, [["ada", begun("Hello")]])
})

test("an answer to older words changes nothing of the newer ones", async () => {
  const here = house({ answer: "gone" })
  here.drafts.set("ada", "reply", "Hello")
  mock.timers.tick(PAUSE)
  here.drafts.set("ada", "reply", "Hello A")
  await settled()
  assert.equal(here.drafts.of("ada"), "Hello A")
})

test("what the server refuses stays here until it is changed; what happened to it is unknown: it is saved again", async () => {
  const here = house({ answer: "refused" })
  here.drafts.set("ada", "reply", "too long")
  mock.timers.tick(PAUSE)
  await settled()
  here.drafts.flush()
  assert.deepEqual([here.asked.length, here.drafts.of("ada")], [1, "too long"])
  here.answer = "unknown"
  here.drafts.set("ada", "reply", "long")
  mock.timers.tick(PAUSE)
  await settled()
  here.answer = "kept"
  mock.timers.tick(LATEST)
  assert.deepEqual(here.asked.slice(1), [["ada", begun("long")], ["ada", begun("long")]])
})

test("a draft goes with its contact", async () => {
  const here = house({ answer: "gone" })
  here.drafts.set("ada", "reply", "Hello")
  mock.timers.tick(PAUSE)
  await settled()
  assert.deepEqual([here.drafts.of("ada"), here.left], ["", {}])
})

test("a place goes by the item's Id on the way, by the bubble's key on screen", () => {
  const tokens = { "item-1": "token-1" }
  const place = { anchor: { key: "token-1", top: -12.4 }, end: false }
  assert.deepEqual(toServer(place, tokens), { key: "item-1", top: -12 })
  assert.deepEqual(toTab({ key: "item-1", top: -12 }, tokens), { anchor: { key: "token-1", top: -12 }, end: false })
  assert.deepEqual(toTab({ key: "item-1", top: -12 }, {}).anchor, { key: "item-1", top: -12 })
  assert.equal(toServer({ ...place, end: true }, tokens), null)
  assert.deepEqual(toTab(null, tokens), { anchor: null, end: true })
})

test("words that were cleared do not come back because an earlier save arrived alone", async () => {
  const here = house({ answer: "unknown" })
  here.drafts.set("ada", "reply", "On its way")
  mock.timers.tick(PAUSE) // saved; whether it arrived is not known yet
  here.drafts.set("ada", "reply", "")
  here.drafts.settle() // something else has changed on the desk: of these words the server has said nothing
  here.told.ada = begun("On its way") // the earlier save had arrived, the line was cut after it
  here.drafts.settle()
  await settled()
  assert.deepEqual([here.drafts.of("ada"), here.left], ["", { ada: begun("") }])
  here.answer = "kept"
  here.drafts.flush()
  assert.deepEqual(here.asked.at(-1), ["ada", begun("")])
})
