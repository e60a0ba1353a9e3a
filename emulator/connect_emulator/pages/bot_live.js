// @ts-check
/** One live chat of the page with the bot: started, waited for, told as the settings say, ended by either side. */

import { Line } from "./frontend/chat/line.js"
import { startChat } from "./frontend/chat/wire.js"

const EVENT = "application/vnd.amazonaws.connect.event."
const PEOPLE = ["AGENT", "CUSTOM_BOT"]

/** @typedef {import("./frontend/chat/conversation.js").Item} Item */
/** @typedef {{say: (who: string, text: string) => void, mine: (text: string) => void, over: () => void}} Told */

export class LiveChat {
  /** @type {Set<string>} */
  #seen = new Set()
  #waiting = 0
  #sentTranscript = false
  /** @type {Line | null} */
  #line = null

  /** @param {import("./frontend/chat/wire.js").Api} api @param {Record<string, string>} settings @param {import("./bot_talk.js").Talk} talk @param {Told} told */
  constructor(api, settings, talk, told) {
    this.api = api
    this.settings = settings
    this.talk = talk
    this.told = told
  }

  /** @param {string} name */
  async start(name) {
    const { ConnectInstanceId, ConnectContactFlowId, ConnectWaitForAgentMessageIntervalInSeconds: every } = this.settings
    const started = await startChat(new URL("startChat", location.href), {
      DisplayName: name,
      Attributes: { ...this.talk.attributes },
      ClientToken: crypto.randomUUID(),
      ...(ConnectInstanceId && { InstanceId: ConnectInstanceId }),
      ...(ConnectContactFlowId && { ContactFlowId: ConnectContactFlowId }),
    })
    const seconds = Number(every)
    const wait = () => this.told.say("Bot", this.settings.ConnectWaitForAgentMessage)
    if (seconds > 0) this.#waiting = setInterval(wait, seconds * 1000)
    this.#line = new Line(this.api, started.ParticipantToken, {
      onItems: (items) => items.forEach((item) => this.#heard(item)),
      onState: (state) => state === "ended" && this.#end(),
    })
    this.#line.run()
  }

  /** @param {string} content */
  say(content) {
    return this.api.sendMessage(this.#token, { content, contentType: "text/plain", clientToken: crypto.randomUUID() })
  }

  leave() {
    return this.api.disconnect(this.#token, crypto.randomUUID())
  }

  get #token() {
    return this.#line?.token ?? ""
  }

  /** @param {Item} item */
  #heard(item) {
    if (this.#seen.has(item.Id)) return
    this.#seen.add(item.Id)
    if (item.Type === "MESSAGE") return this.#message(item)
    const person = PEOPLE.includes(item.ParticipantRole ?? "")
    if (item.ContentType === `${EVENT}participant.joined` && person) this.#joined(item)
    if (item.ContentType === `${EVENT}participant.left` && person) this.#tell(this.settings.ConnectAgentLeftMessage, item)
    if (item.ContentType === `${EVENT}chat.ended`) this.#line?.stop()
  }

  /** @param {Item} item */
  #message(item) {
    const text = item.Content ?? ""
    if (item.ParticipantRole === "CUSTOMER") return text.startsWith("Bot Transcript: (") || this.told.mine(text)
    this.told.say(item.DisplayName === "SYSTEM_MESSAGE" ? "" : (item.DisplayName ?? ""), text)
  }

  /** @param {Item} item */
  #joined(item) {
    clearInterval(this.#waiting)
    this.#tell(this.settings.ConnectAgentJoinedMessage, item)
    if (this.#sentTranscript) return
    this.#sentTranscript = true
    this.#sendTranscript().catch((error) => this.told.say("", `The transcript was not sent: ${error.message}`))
  }

  async #sendTranscript() {
    for (const part of this.talk.parts) await this.say(part)
    if (this.settings.ConnectAttachChatTranscript !== "true") return
    const bytes = new Blob([this.talk.text], { type: "text/plain" })
    const about = { name: "chatTranscript.txt", type: "text/plain", size: bytes.size }
    const { id, url, headers } = await this.api.startUpload(this.#token, about)
    await this.api.put(url, headers, bytes)
    await this.api.completeUpload(this.#token, id, crypto.randomUUID())
  }

  /** @param {string} text @param {Item} item */
  #tell(text, item) {
    this.told.say("", text.replaceAll("{Agent}", item.DisplayName ?? ""))
  }

  #end() {
    clearInterval(this.#waiting)
    this.told.say("", this.settings.ConnectChatEndedMessage)
    this.told.over()
  }
}
