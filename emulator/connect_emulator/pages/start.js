// @ts-check
/** The form a chat starts with: says what is wrong with an entry, starts the chat once, and keeps the words when that fails. */

import { INTERACTIVE } from "./frontend/js/interactive_messages.js"
import { messageError, nameError } from "./frontend/chat/limits.js"
import { MARKDOWN } from "./frontend/chat/markdown.js"
import { Refused } from "./frontend/chat/wire.js"

/** @typedef {(details: object) => Promise<import("./frontend/chat/wire.js").Started>} StartChat */

/**
 * @param {HTMLFormElement} form
 * @param {{startChat: StartChat, onStarted: (started: import("./frontend/chat/wire.js").Started, name: string) => void,
 *   draft: (field: string, text: string) => void, drafts: () => Record<string, string>}} needs
 */
export function startForm(form, { startChat, onStarted, draft, drafts }) {
  const name = /** @type {HTMLInputElement} */ (form.elements.namedItem("name"))
  const first = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("first"))
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"))
  const bad = /** @type {HTMLElement} */ (form.querySelector(".start__bad"))
  const checks = [
    { field: name, check: nameError },
    { field: first, check: messageError },
  ]
  let busy = false
  let unanswered = { words: "", token: "" } // tried again with the same words, it is the same chat and not a second one

  for (const { field, check } of checks) {
    field.addEventListener("input", () => {
      draft(field.name, field.value)
      if (field.getAttribute("aria-invalid") === "true") tell(field, check(field.value))
    })
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    for (const { field, check } of checks) tell(field, check(field.value))
    const wrong = checks.find(({ field, check }) => check(field.value))
    if (wrong) return wrong.field.focus()
    if (busy) return
    setBusy(true)
    await start().catch((error) => complain(error)).finally(() => setBusy(false))
  })

  async function start() {
    bad.hidden = true
    const displayName = name.value.trim()
    const details = {
      DisplayName: displayName,
      InitialMessage: { Content: first.value.trim(), ContentType: "text/plain" },
      SupportedMessagingContentTypes: ["text/plain", MARKDOWN, INTERACTIVE],
    }
    const words = JSON.stringify(details)
    if (unanswered.words !== words) unanswered = { words, token: crypto.randomUUID() }
    const started = await startChat({ ...details, ClientToken: unanswered.token })
    unanswered = { words: "", token: "" }
    first.value = ""
    draft("first", "")
    onStarted(started, displayName)
  }

  /** @param {boolean} on */
  function setBusy(on) {
    busy = on
    button.setAttribute("aria-busy", String(on))
    button.textContent = on ? "Starting…" : "Start the chat"
  }

  /** @param {unknown} error */
  function complain(error) {
    bad.textContent = error instanceof Refused
      ? `The chat was not started: ${error.message}`
      : "The chat service did not answer. Your words are kept: try again in a moment."
    bad.hidden = false
  }

  return {
    /** @param {string} [words] what was left unsent in the chat before */
    open(words = "") {
      name.value = drafts().name ?? ""
      first.value = [words, drafts().first].filter(Boolean).join("\n")
      draft("first", first.value)
      ;(name.value ? first : name).focus()
    },
  }
}

/** @param {HTMLInputElement | HTMLTextAreaElement} field @param {string} error */
function tell(field, error) {
  const line = /** @type {HTMLElement} */ (document.getElementById(`${field.id}-error`))
  line.textContent = error
  line.hidden = !error
  field.setAttribute("aria-invalid", String(Boolean(error)))
}
