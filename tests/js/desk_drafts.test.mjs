import assert from "node:assert/strict"
import { afterEach, beforeEach, mock, test } from "node:test"
import { LATEST, PAUSE, createDrafts } from "../../agents/static/desk/js/composer/drafts.js"
import { toServer, toTab } from "../../agents/static/desk/js/conversation/scroll_sync.js"

const begun = (reply, note = "") => ({ reply, note })
const settled = () => new Promise((done) => setImmediate(done))

/** What this tab keeps of Ada's. */
const left = (here) => here.left.ada?.words

/** A server that keeps drafts, and a tab's store. */
function house({ answer = "kept", left = {} } = {}) {
  const here = { answer, live: true, typing: false, told: { ada: begun("") }, asked: [], left }
  const server = {
    told: (contactId) => here.told[contactId] ?? null,
    live: () => here.live,
    typing: () => here.typing,
    async save(contactId, words) {
      here.asked.push([contactId, words])
      return here.answer
    },
  }
  const kept = { drafts: () => structuredClone(here.left), setDrafts: (all) => void (here.left = all) }
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
  assert.deepEqual([here.drafts.of("ada"), left(here)], ["Hello", begun("Hello")])
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
  assert.deepEqual([here.asked, left(here)], [[], begun("Hello")])
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

// ---- two machines of one agent -----------------------------------------------------------------------------------------

/** Written here and kept by the server. */
async function wrote(here, text, mode = "reply") {
  here.drafts.set("ada", mode, text)
  mock.timers.tick(PAUSE)
  await settled()
  here.told.ada = { ...here.told.ada, [mode]: text }
  here.drafts.settle()
}

/** The server says what another machine has written. */
function heard(here, reply, note = "") {
  here.told.ada = begun(reply, note)
  here.drafts.settle()
}

const both = (here) => [here.drafts.of("ada"), here.drafts.other("ada", "reply")]

test("words that another machine goes on with are displaced by nothing, and go when they are sent there", async () => {
  const here = house()
  await wrote(here, "I have look")
  heard(here, "I have looked it up")
  assert.deepEqual(both(here), ["I have looked it up", ""])
  heard(here, "")
  assert.deepEqual(both(here), ["", ""])
})

test("words that another machine has written over can be had again, and then theirs", async () => {
  const here = house()
  await wrote(here, "mine")
  heard(here, "theirs")
  assert.deepEqual(both(here), ["theirs", "mine"])
  here.drafts.swap("ada", "reply")
  assert.deepEqual(both(here), ["mine", "theirs"])
  mock.timers.tick(PAUSE)
  await settled()
  assert.deepEqual(here.asked.at(-1), ["ada", begun("mine")])
  here.drafts.drop("ada", "reply")
  assert.deepEqual([both(here), here.asked.length], [["mine", ""], 2])
})

test("what comes while somebody types here waits, and is written over by nobody but who types on", async () => {
  const here = house()
  await wrote(here, "mine")
  here.typing = true
  heard(here, "theirs")
  assert.deepEqual(both(here), ["mine", "theirs"])
  here.drafts.flush()
  mock.timers.tick(LATEST)
  assert.equal(here.asked.length, 1)
  here.drafts.set("ada", "reply", "mine, longer")
  mock.timers.tick(PAUSE)
  assert.deepEqual([both(here), here.asked.at(-1)], [["mine, longer", "theirs"], ["ada", begun("mine, longer")]])
})

test("a machine that comes back with old words does not write over the newer ones: it asks", async () => {
  const here = house()
  here.live = false
  here.drafts.set("ada", "reply", "on the train")
  mock.timers.tick(LATEST)
  const later = house({ left: here.left }) // and after a refresh
  heard(later, "at the office")
  later.drafts.flush()
  mock.timers.tick(LATEST)
  assert.deepEqual([both(later), later.asked], [["on the train", "at the office"], []])
  later.drafts.drop("ada", "reply")
  assert.deepEqual([both(later), later.asked], [["on the train", ""], [["ada", begun("on the train")]]])
})

test("a reply begun here and a note begun there are both kept", async () => {
  const here = house()
  here.drafts.set("ada", "reply", "mine")
  heard(here, "", "their note")
  mock.timers.tick(PAUSE)
  assert.deepEqual([both(here), here.asked], [["mine", ""], [["ada", begun("mine", "their note")]]])
})

test("two saves that cross: whichever the server took last is shown, the other can be had", async () => {
  const first = house()
  first.drafts.set("ada", "reply", "mine")
  mock.timers.tick(PAUSE) // on its way, unanswered; theirs was there before
  heard(first, "theirs")
  assert.deepEqual(both(first), ["mine", "theirs"])
  heard(first, "mine")
  assert.deepEqual(both(first), ["mine", "theirs"])
  const answered = house()
  answered.drafts.set("ada", "reply", "mine")
  mock.timers.tick(PAUSE)
  await settled()
  heard(answered, "theirs")
  assert.deepEqual(both(answered), ["theirs", "mine"])
  heard(answered, "mine") // it had come before after all
  assert.deepEqual(both(answered), ["mine", "theirs"])
})

test("the echo of one's own older words is nobody else's", async () => {
  const here = house()
  for (const text of ["Hel", "Hold"]) {
    here.drafts.set("ada", "reply", text)
    mock.timers.tick(PAUSE)
    await settled()
  }
  here.drafts.set("ada", "reply", "Hi")
  for (const text of ["Hel", "Hold"]) heard(here, text)
  assert.deepEqual(both(here), ["Hi", ""])
})

test("displaced words outlast a refresh", async () => {
  const here = house()
  await wrote(here, "mine")
  heard(here, "theirs")
  const later = house({ left: here.left })
  heard(later, "theirs")
  assert.deepEqual(both(later), ["theirs", "mine"])
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
  assert.deepEqual([here.drafts.of("ada"), left(here)], ["", begun("")])
  here.answer = "kept"
  here.drafts.flush()
  assert.deepEqual(here.asked.at(-1), ["ada", begun("")])
})
