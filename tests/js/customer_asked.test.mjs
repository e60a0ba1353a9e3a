// What an interactive message asks on the customer's page: every documented template, and what is not understood.
import assert from "node:assert/strict"
import { test } from "node:test"

import { question } from "../../emulator/connect_emulator/pages/interactive.js"

const asked = (templateType, content) => question(JSON.stringify({ templateType, version: "1.0", data: { content } }))
const labels = (found) => found.choices.map((one) => [one.label, one.detail, one.answer])

const VARIANTS = {
  "a list picker": ["ListPicker", { title: "Go on?", elements: [{ title: "Yes" }, { title: "No" }] }],
  "a panel whose choices are buttons": ["Panel", { title: "Go on?", buttons: [{ title: "Yes" }, { title: "No" }] }],
  "reply buttons of WhatsApp": [
    "WhatsAppInteractiveReplyButton",
    { body: { text: "Go on?" }, action: { buttons: [{ type: "reply", reply: { id: "1", title: "Yes" } }, { reply: { title: "No" } }] } },
  ],
  "a list of WhatsApp": [
    "WhatsAppInteractiveList",
    { body: { text: "Go on?" }, action: { button: "Choose", sections: [{ rows: [{ id: "1", title: "Yes" }] }, { rows: [{ title: "No" }] }] } },
  ],
}
for (const [what, [template, content]] of Object.entries(VARIANTS))
  test(`${what} is asked with its choices, which are answered by their titles`, () => {
    const found = asked(template, content)
    assert.equal(found.title, "Go on?")
    assert.deepEqual(labels(found), [["Yes", "", "Yes"], ["No", "", "No"]])
  })

test("header, body and footer of a WhatsApp list stand above its choices", () => {
  const found = asked("WhatsAppInteractiveList", {
    header: { type: "text", text: "Shelves" }, body: { text: "Which one?" }, footer: { text: "By post" },
    action: { sections: [{ rows: [{ title: "Oak", description: "180 cm" }, null] }, null] },
  })
  assert.deepEqual([found.title, found.detail, labels(found)], ["Shelves", "Which one?\nBy post", [["Oak", "180 cm", "Oak"]]])
})
