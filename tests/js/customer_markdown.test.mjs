// Markdown on the customer's page: what becomes a list, bold, a link with words of its own; what stays as it was written.
import assert from "node:assert/strict"
import { test } from "node:test"

import { markdown } from "../../frontend/chat/markdown.js"

const a = (href, ...children) => ({ tag: "a", href, children: children.length ? children : [href] })
const p = (...children) => ({ tag: "p", children })

test("markdown is bold, italic, code, links and lists", () => {
  assert.deepEqual(markdown("# Done\n**Both** panels, *soon*:\n- `oak`\n- [guide](https://shop.example/g)\n\n3. three\n4) four\n> said"), [
    { tag: "h", children: ["Done"] },
    p({ tag: "strong", children: ["Both"] }, " panels, ", { tag: "em", children: ["soon"] }, ":"),
    { tag: "ul", children: [{ tag: "li", children: [{ tag: "code", children: ["oak"] }] }, { tag: "li", children: [a("https://shop.example/g", "guide")] }] },
    { tag: "ol", start: 3, children: [{ tag: "li", children: ["three"] }, { tag: "li", children: ["four"] }] },
    { tag: "blockquote", children: ["said"] },
  ])
  assert.deepEqual(markdown("one\ntwo\n\nthree"), [p("one", "\n", "two"), p("three")])
})

test("what is no markdown, or leads nowhere safe, stays as it was written", () => {
  for (const words of ["2 * 3 * 4", "snake_case_name", "\u202e**", "[x](javascript:alert(1)", "<b>x</b>"]) {
    assert.equal(JSON.stringify(markdown(words)).includes('"a"'), false, words)
    assert.deepEqual(markdown(words)[0].children.join(""), words)
  }
  assert.deepEqual(markdown("\\*not bold\\*"), [p("*", "not bold", "*")])
  for (const evil of ["javascript:alert(1)", "data:text/html,x", "/relative", "vbscript:x"]) {
    assert.equal(JSON.stringify(markdown(`[x](${evil})`)).includes('"a"'), false, evil)
  }
})

test("16 KB of half-open marks are read at once", () => {
  for (const part of ["**a ", "*a", "[a](", "`", "__", "- **a\n", "https://"]) {
    const begun = performance.now()
    markdown(part.repeat(16_384 / part.length))
    assert.ok(performance.now() - begun < 1_500, part)
  }
})
