import assert from "node:assert/strict"
import { test } from "node:test"
import { shownReference } from "../../agents/static/desk/js/state/references.js"

const shown = (type, value, changes = {}) => {
  const { as, value: words, href } = shownReference({ name: "n", type, value, status: "", ...changes })
  return href ? [as, words, href] : [as, words]
}
const text = (type, ...values) => {
  for (const value of values) assert.deepEqual(shown(type, value), ["text", value])
}

test("a web address is a link that shows the host the browser will ask, first", () => {
  const url = "https://shop.example/orders/7?full=1#end"
  assert.deepEqual(shown("URL", url), ["link", "shop.example/orders/7?full=1#end", url])
  assert.deepEqual(shown("URL", "http://shop.example:8080"), ["link", "shop.example:8080", "http://shop.example:8080/"])
  assert.equal(shown("URL", "https://bank.example@evil.example/x")[1], "evil.example/x")
  assert.equal(shown("URL", "https://bаnk.example/")[1], "xn--bnk-6cd.example", "with a Cyrillic а")
  assert.equal(shown("URL", "https://shop.example/\u202egnp.exe")[1], "shop.example/%E2%80%AEgnp.exe")
})

test("what is no address of the web stays text", () => {
  text("URL", "javascript:alert(1)", " JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "file:///etc/passwd")
  text("URL", "vbscript:x", "blob:https://shop.example/1", "ftp://shop.example", "//shop.example", "shop.example", "")
})

test("one address is mail, without headers of the sender's making", () => {
  assert.deepEqual(shown("EMAIL", " ada+lamp@shop.example "), ["mail", "ada+lamp@shop.example", "mailto:ada%2Blamp@shop.example"])
  text("EMAIL", "ada@shop.example?bcc=eve@evil.example", "ada@shop.example,eve@evil.example", "Ada <ada@shop.example>")
  text("EMAIL", "javascript:alert(1)", "a\nb@shop.example", "ada", "@shop.example", "ada@", "")
})

test("a date is a moment, whichever way it is written, and a day is one everywhere", () => {
  for (const value of ["1794736800", " 1794736800000", "2026-11-15T10:00:00Z", "2026-11-15T11:00:00.000+01:00"])
    assert.deepEqual(shown("DATE", value), ["moment", "2026-11-15T10:00:00.000Z"])
  assert.deepEqual(shown("DATE", "0"), ["moment", "1970-01-01T00:00:00.000Z"])
  assert.deepEqual(shown("DATE", "2026-11-15"), ["day", "2026-11-15"])
  text("DATE", "tomorrow", "2026-13-45", "2026-11-15T99:00:00Z", "9".repeat(40), "999999999999999", "1e9", "")
})

test("a file is named, and tells how its scan went", () => {
  assert.deepEqual(shown("ATTACHMENT", "s3/1", { status: "APPROVED" }), ["file", "APPROVED"])
  assert.deepEqual(shown("ATTACHMENT", "s3/1"), ["file", ""])
})

test("numbers, words and types of tomorrow are text", () => {
  assert.deepEqual(["NUMBER", "STRING", "constructor"].map((type) => shown(type, "7")), Array(3).fill(["text", "7"]))
})
