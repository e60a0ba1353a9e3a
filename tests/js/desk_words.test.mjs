import assert from "node:assert/strict"
import { afterEach, test } from "node:test"
import { told } from "../../agents/static/desk/js/lib/i18n.js"

const cause = { sentence: "the desk had lost its connection", values: {} }
const missed = { sentence: "no answer within %(seconds)s s: %(cause)s", values: { seconds: "20", cause } }

afterEach(() => delete globalThis.gettext)

test("a reason is told with what fills it, a reason inside as well", () => {
  assert.equal(told(missed), "no answer within 20 s: the desk had lost its connection")
})

test("each sentence of a reason is told in the reader's language, each value once", () => {
  const german = {
    [missed.sentence]: "keine Antwort: %(cause)s (%(seconds)s s)",
    [cause.sentence]: "die Verbindung war weg",
  }
  globalThis.gettext = (text) => german[text] ?? text
  assert.equal(told(missed), "keine Antwort: die Verbindung war weg (20 s)")
  assert.equal(told({ sentence: "%(name)s", values: { name: "%(name)s, $& and 100 %" } }), "%(name)s, $& and 100 %")
})

test("what was told already stays, and no reason is no words", () => {
  globalThis.gettext = () => "never asked"
  assert.equal(told("zu lang"), "zu lang")
  assert.equal(told(null), "")
})
