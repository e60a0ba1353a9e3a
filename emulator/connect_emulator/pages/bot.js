// @ts-check
/** The page of a customer whom a bot meets first: bot, name, live chat, and back to the bot. */

import { LiveChat } from "./bot_live.js"
import { settingsForm } from "./bot_settings.js"
import { asksForPerson, Talk } from "./bot_talk.js"
import { participantApi } from "./frontend/chat/wire.js"

/** @param {string} name @returns {any} */
const part = (name) => document.querySelector(`[data-part="${name}"]`)

class BotPage {
  /** @type {"bot" | "name" | "starting" | "live"} */
  #mode = "bot"
  #name = ""
  #talk = new Talk()
  /** @type {LiveChat | null} */
  #live = null

  constructor() {
    this.settings = settingsForm(part("settings"))
    this.api = participantApi(new URL("../", location.href))
    part("send").addEventListener("submit", (/** @type {Event} */ event) => this.#submitted(event))
    part("words").addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.#submitted(event)
    })
    part("end").addEventListener("click", () => this.#live?.leave().catch((error) => this.#failed(error)))
    new ResizeObserver(() => this.#toEnd()).observe(part("log"))
    this.#bot("Hello. I am the bot of Fenmark Home. What can I do for you?")
  }

  /** @param {Event} event */
  #submitted(event) {
    event.preventDefault()
    const text = part("words").value.trim()
    if (!text || this.#mode === "starting") return
    part("words").value = ""
    this.#said(text).catch((error) => this.#failed(error))
  }

  /** @param {string} text */
  async #said(text) {
    if (this.#mode === "live") return void (await this.#live?.say(text))
    this.#mine(text)
    if (this.#mode === "name") return this.#begin(text)
    this.#talk.add("Customer", text)
    const { ShouldEnableLiveChat, ConnectLiveChatTerms } = this.settings()
    if (ShouldEnableLiveChat === "true" && asksForPerson(text, ConnectLiveChatTerms)) return this.#askForName()
    await this.#askBot(text)
  }

  /** @param {string} text */
  async #askBot(text) {
    const body = JSON.stringify({ text, memory: this.#talk.memory })
    const answer = await fetch("bot", { method: "POST", body })
    const turn = await answer.json()
    if (!answer.ok) throw new Error(turn.message)
    this.#talk.understood(turn)
    for (const words of turn.says) this.#bot(words)
    this.#drawUnderstood()
  }

  #askForName() {
    const prompt = this.settings().ConnectPromptForNameMessage
    if (this.#name || !prompt) return this.#begin(this.#name || "Customer")
    this.#mode = "name"
    this.#draw("Bot", prompt)
  }

  /** @param {string} name */
  async #begin(name) {
    this.#name = name
    this.#mode = "starting"
    this.#live = new LiveChat(this.api, this.settings(), this.#talk, {
      say: (who, text) => this.#draw(who, text),
      mine: (text) => this.#mine(text),
      over: () => this.#over(),
    })
    await this.#live.start(name)
    this.#mode = "live"
    part("end").hidden = false
    part("presence").textContent = "Live chat"
  }

  #over() {
    this.#mode = "bot"
    this.#live = null
    this.#talk = new Talk()
    part("end").hidden = true
    part("presence").textContent = "Bot"
    this.#drawUnderstood()
  }

  /** @param {Error} error */
  #failed(error) {
    if (this.#mode === "starting") this.#over()
    this.#draw("", `That did not work: ${error.message}`)
  }

  /** @param {string} text */
  #bot(text) {
    this.#talk.add("Bot", text)
    this.#draw("Bot", text)
  }

  /** @param {string} text */
  #mine(text) {
    this.#append("group group--me", "", text)
  }

  /** @param {string} who @param {string} text */
  #draw(who, text) {
    if (who) return this.#append("group", who, text)
    const line = Object.assign(document.createElement("p"), { className: "system", textContent: text })
    this.#show(line)
  }

  /** @param {string} className @param {string} who @param {string} text */
  #append(className, who, text) {
    const group = Object.assign(document.createElement("div"), { className })
    if (who) group.append(Object.assign(document.createElement("p"), { className: "group__who", textContent: who }))
    group.append(Object.assign(document.createElement("div"), { className: "bubble", dir: "auto", textContent: text }))
    this.#show(group)
  }

  /** @param {HTMLElement} row */
  #show(row) {
    part("rows").append(row)
    this.#toEnd()
  }

  #toEnd() {
    part("log").scrollTop = part("log").scrollHeight
  }

  #drawUnderstood() {
    const known = Object.entries(this.#talk.attributes)
    part("understood").replaceChildren(
      ...known.flatMap(([name, value]) => [
        Object.assign(document.createElement("dt"), { textContent: name }),
        Object.assign(document.createElement("dd"), { textContent: value }),
      ]),
    )
    part("nothing").hidden = known.length > 0
  }
}

new BotPage()
