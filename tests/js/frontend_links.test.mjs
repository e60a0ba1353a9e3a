import assert from "node:assert/strict"
import { test } from "node:test"
import { linked, shownLink } from "../../frontend/js/links.js"

const links = (text) => linked(text).filter((one) => typeof one !== "string").map(({ text: shown, href }) => [shown, href])
const whole = (text) => linked(text).map((one) => (typeof one === "string" ? one : one.text)).join("")

test("web, mail and phone become links, and no letter is lost around them", () => {
  const text = "See https://example.org/order?id=1&x=2, or www.example.org/a_(b) (http://a.example), mail ida@example.org. Call +44 20 7946 0958!"
  assert.deepEqual(links(text), [
    ["https://example.org/order?id=1&x=2", "https://example.org/order?id=1&x=2"],
    ["www.example.org/a_(b)", "https://www.example.org/a_(b)"],
    ["http://a.example", "http://a.example/"],
    ["ida@example.org", "mailto:ida@example.org"],
    ["+44 20 7946 0958", "tel:+442079460958"],
  ])
  assert.equal(whole(text), text)
})

test("what is no address stays words", () => {
  for (const text of ["javascript:alert(1)", "data:text/html,x", "https://", "http://x", "e.g. this.that", "order 12345678", "+12", "@handle", "xhttps://a.example", "ftp://a.example/b", "https://bank.example@evil.example/"])
    assert.deepEqual(links(text).filter(([shown]) => !shown.includes("evil.example") || shown.includes("bank")), [], text)
})

test("a host that could be taken for another one is shown as its real letters", () => {
  assert.deepEqual(links("https://b\u00fccher.example/x"), [["https://b\u00fccher.example/x", "https://xn--bcher-kva.example/x"]])
  const [[shown, href]] = links("https://\u0430pple.com/login")
  assert.equal(shown, "https://xn--pple-43d.com/login")
  assert.equal(href, shown)
  assert.equal(links("\u0430 https://\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444/")[0][0], "https://\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444/")
})

test("sixteen kilobytes of almost addresses are looked through at once", () => {
  const since = performance.now()
  for (const one of ["www.", "a@", "+1 ", "https://", "a.b@c.", "((((", "))))"]) linked(one.repeat(16_000 / one.length))
  assert.ok(performance.now() - since < 2_000)
})

test("a link with words of its own shows its host where they could mislead", () => {
  const shown = (words, href) => Object.values(shownLink(words, new URL(href).href))
  for (const plain of [["our shop", "https://shop.example/a"], ["https://shop.example/a", "https://shop.example/b"], ["www.shop.example", "https://shop.example/"], ["shop.example", "https://www.shop.example/"], ["https://b\u00fccher.example", "https://b\u00fccher.example/"], ["write", "mailto:a@b.example"]])
    assert.deepEqual(shown(...plain), [null, ""], plain[0])
  assert.deepEqual(shown("https://\u0430pple.com/login", "https://\u0430pple.com/login"), ["https://xn--pple-43d.com/login", ""])
  assert.deepEqual(shown("\u0430pple.com", "https://\u0430pple.com/"), ["xn--pple-43d.com", ""])
  assert.deepEqual(shown("Apple", "https://\u0430pple.com/"), [null, "xn--pple-43d.com"])
  assert.deepEqual(shown("https://bank.example/", "https://evil.example/"), [null, "evil.example"])
  assert.deepEqual(shown("bank.example", "https://evil.example:8443/"), [null, "evil.example:8443"])
  assert.deepEqual(shown("see www.bank.example now", "https://evil.example/"), [null, "evil.example"])
  assert.deepEqual(shown("the bank", "https://bank.example@evil.example/"), [null, "evil.example"])
})
