// @ts-check
/** What a bot has heard and understood, and how it is told to Connect: attributes and `Bot Transcript: (i\N)`. Pure. */

const PART = 400
const NAME = /[^A-Za-z0-9_-]/g

/** @typedef {{says: string[], memory: object, intent: string|null, slots: Record<string, string>}} Turn */

export class Talk {
  /** @type {{who: "Bot"|"Customer", text: string}[]} */
  lines = []
  memory = {}
  /** @type {Record<string, string>} */
  attributes = {}

  /** @param {"Bot"|"Customer"} who @param {string} text */
  add(who, text) {
    this.lines.push({ who, text })
  }

  /** Session attributes as a bot's Lambda would set them: Lex Web UI passes on `topic` and what begins with `connect_`. @param {Turn} turn */
  understood(turn) {
    this.memory = turn.memory
    if (!turn.intent) return
    this.attributes = { topic: turn.intent, connect_intent: turn.intent }
    for (const [name, value] of Object.entries(turn.slots)) this.attributes[`connect_slot_${name.replace(NAME, "_")}`] = value
  }

  get text() {
    return this.lines.map(({ who, text }) => `${who}: ${text}`).join("\n")
  }

  /** In messages as Lex Web UI sends them. */
  get parts() {
    const letters = [...this.text]
    const of = Math.ceil(letters.length / PART)
    return Array.from({ length: of }, (_, i) => `Bot Transcript: (${i + 1}\\${of})\n${letters.slice(i * PART, (i + 1) * PART).join("")}`)
  }
}

/** Whether these words, exactly, ask for a person. @param {string} text @param {string} terms */
export const asksForPerson = (text, terms) =>
  terms.split(",").map((term) => term.trim().toLowerCase()).filter(Boolean).includes(text.trim().toLowerCase())
