// @ts-check
/** The eleven settings of Lex Web UI's live chat, under the names of its CloudFormation template, kept in this browser. */

/** @typedef {Record<string, string>} Settings */

const KEY = "connect-emulator.bot"

/** Name, default, what it does; `kind` is how it is entered. */
export const FIELDS = [
  { name: "ShouldEnableLiveChat", value: "true", kind: "check", hint: "Whether the bot hands over to people" },
  { name: "ConnectLiveChatTerms", value: "live chat", hint: "What starts a live chat, with commas" },
  { name: "ConnectInstanceId", value: "", hint: "Empty: the emulator's own" },
  { name: "ConnectContactFlowId", value: "", hint: "Empty: the first flow" },
  { name: "ConnectPromptForNameMessage", value: "Before starting a live chat, please tell me your name?", hint: "Asked once; the answer is the customer's name" },
  { name: "ConnectWaitForAgentMessage", value: "Thanks for waiting. An agent will be with you shortly.", hint: "Said until somebody comes" },
  { name: "ConnectWaitForAgentMessageIntervalInSeconds", value: "60", kind: "number", hint: "0: never, the flow says it" },
  { name: "ConnectAgentJoinedMessage", value: "{Agent} has joined.", hint: "{Agent} is the name" },
  { name: "ConnectAgentLeftMessage", value: "{Agent} has left.", hint: "{Agent} is the name" },
  { name: "ConnectChatEndedMessage", value: "Chat ended.", hint: "Said when the chat is over" },
  { name: "ConnectAttachChatTranscript", value: "false", kind: "check", hint: "The bot's talk as a file, too" },
]

/** Draws the form; the answer tells the settings as they are. @param {HTMLElement} box @returns {() => Settings} */
export function settingsForm(box) {
  const kept = stored()
  box.append(...FIELDS.map((field) => drawn(field, kept[field.name] ?? field.value)))
  const now = () => Object.fromEntries(FIELDS.map(({ name }) => [name, valueOf(name)]))
  box.addEventListener("input", () => keep(now()))
  return now
}

/** @param {(typeof FIELDS)[number]} field @param {string} value */
function drawn({ name, hint, kind = "text" }, value) {
  const row = document.createElement("div")
  row.className = kind === "check" ? "setting setting--check" : "setting"
  const label = Object.assign(document.createElement("label"), { htmlFor: name, textContent: name })
  const input = Object.assign(document.createElement("input"), { id: name, type: kind === "check" ? "checkbox" : kind })
  if (kind === "check") input.checked = value === "true"
  else input.value = value
  if (kind === "number") input.min = "0"
  const note = Object.assign(document.createElement("small"), { id: `${name}-hint`, textContent: hint })
  input.setAttribute("aria-describedby", note.id)
  row.append(label, input, note)
  return row
}

/** @param {string} name */
function valueOf(name) {
  const input = /** @type {HTMLInputElement} */ (document.getElementById(name))
  return input.type === "checkbox" ? String(input.checked) : input.value.trim()
}

/** @returns {Settings} */
function stored() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}")
  } catch {
    return {}
  }
}

/** @param {Settings} settings */
function keep(settings) {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings))
  } catch {
    // Storage is switched off: they hold until the page is loaded again.
  }
}
