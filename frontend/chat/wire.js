// @ts-check
/** The participant API as a browser speaks it: its HTTP calls and its websocket, nothing else. */

import { uuid } from "./uuid.js"

/** @typedef {import("./conversation.js").Item} Item */
/** @typedef {{ContactId: string, ParticipantId: string, ParticipantToken: string}} Started */
/** @typedef {{url: string, token: string, expires: number}} Connection */

const HEARTBEAT = 10_000
const PATIENCE = 15_000

/** The service has answered, and the answer is no. */
export class Refused extends Error {
  /** @param {number} status @param {string} type @param {string} message @param {number} [seconds] after which to try again */
  constructor(status, type, message, seconds = 0) {
    super(message || type || `HTTP ${status}`)
    this.status = status
    this.type = type
    this.seconds = seconds
  }

  /** Whether the same call may succeed a moment later. */
  get passing() {
    return this.status >= 500 || this.status === 429 || this.status === 402
  }
}

/** Nothing came back: it is not known whether the call arrived. */
export class Unreachable extends Error {}

/** @param {string | URL} url @param {string} token empty: none @param {object} body @returns {Promise<any>} */
export async function post(url, token, body) {
  // As plain text where no header of ours goes with it: a browser then asks nothing before it.
  const headers = token ? { "Content-Type": "application/json", "X-Amz-Bearer": token } : { "Content-Type": "text/plain;charset=UTF-8" }
  let answer, text
  try {
    answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body), signal: AbortSignal.timeout(PATIENCE) })
    text = await answer.text()
  } catch (error) {
    throw new Unreachable(String(error))
  }
  const value = parsed(text)
  if (answer.ok) return value
  const type = (answer.headers.get("x-amzn-errortype") ?? value?.data?.Error?.code ?? "").split(":")[0]
  throw new Refused(answer.status, type, messageOf(value), Number(answer.headers.get("Retry-After")) || 0)
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

/** Participant errors say `Message`; the page's own back end says `data.Error`, as the public samples do. @param {any} value */
function messageOf(value) {
  const error = value?.data?.Error ?? value?.error
  return String(value?.Message ?? value?.message ?? error?.message ?? error?.Message ?? (typeof error === "string" ? error : ""))
}

/** @param {string | URL} endpoint of the participant service: the address under which `participant/connection` stands */
export function participantApi(endpoint) {
  const participant = (/** @type {string} */ verb) => new URL(`participant/${verb}`, endpoint)
  return {
    /** @param {string} participantToken @returns {Promise<Connection>} */
    async connect(participantToken) {
      const answer = await post(participant("connection"), participantToken, { Type: ["WEBSOCKET", "CONNECTION_CREDENTIALS"] })
      const ends = [answer.Websocket.ConnectionExpiry, answer.ConnectionCredentials.Expiry].map(Date.parse).filter(Number.isFinite)
      return { url: answer.Websocket.Url, token: answer.ConnectionCredentials.ConnectionToken, expires: Math.min(...ends) }
    },

    /** @param {string} token @param {{content: string, contentType: string, clientToken: string}} words @returns {Promise<{Id: string, AbsoluteTime: string}>} */
    sendMessage: (token, words) =>
      post(participant("message"), token, { Content: words.content, ContentType: words.contentType, ClientToken: words.clientToken }),

    /** @param {string} token @param {string} contentType @param {object} [content] @returns {Promise<unknown>} */
    sendEvent: (token, contentType, content) =>
      post(participant("event"), token, {
        ContentType: contentType, ClientToken: uuid(), ...(content && { Content: JSON.stringify(content) }),
      }),

    /** Every page, newest first: nothing in the protocol tells what a closed socket has missed. @param {string} token @returns {Promise<Item[]>} */
    async transcript(token) {
      const items = []
      let next
      do {
        const asked = { MaxResults: 100, ScanDirection: "BACKWARD", SortOrder: "ASCENDING", StartPosition: {}, ...(next && { NextToken: next }) }
        const page = await post(participant("transcript"), token, asked)
        items.push(...page.Transcript)
        next = page.NextToken
      } while (next)
      return items
    },

    /** Where the bytes of a file go. @param {string} token @param {{name: string, type: string, size: number}} file @returns {Promise<{id: string, url: string, headers: Record<string, string>}>} */
    async startUpload(token, { name, type, size }) {
      const asked = { AttachmentName: name, ContentType: type, AttachmentSizeInBytes: size, ClientToken: uuid() }
      const answer = await post(participant("start-attachment-upload"), token, asked)
      return { id: answer.AttachmentId, url: answer.UploadMetadata.Url, headers: answer.UploadMetadata.HeadersToInclude ?? {} }
    },

    /** @param {string} url @param {Record<string, string>} headers @param {Blob} bytes */
    async put(url, headers, bytes) {
      let answer
      try {
        answer = await fetch(url, { method: "PUT", headers, body: bytes })
      } catch (error) {
        throw new Unreachable(String(error))
      }
      if (!answer.ok) throw new Refused(answer.status, "", /<Message>(.*?)<\/Message>/.exec(await answer.text())?.[1] ?? "the file was not taken")
    },

    /** @param {string} token @param {string} id @param {string} clientToken @returns {Promise<unknown>} */
    completeUpload: (token, id, clientToken) =>
      post(participant("complete-attachment-upload"), token, { AttachmentIds: [id], ClientToken: clientToken }),

    /** Where a file can be fetched for some minutes. @param {string} token @param {string} id @param {"INLINE" | "ATTACHMENT"} how @returns {Promise<string>} */
    attachment: async (token, id, how) =>
      (await post(participant("attachment"), token, { AttachmentId: id, UrlContentDisposition: how })).Url,

    /** @param {string} token @param {string} clientToken @returns {Promise<unknown>} */
    disconnect: (token, clientToken) => post(participant("disconnect"), token, { ClientToken: clientToken }),
  }
}

/** @typedef {ReturnType<typeof participantApi>} Api */

/** What a website's back end is asked for a chat (docs/integrate.md). @param {string | URL} url @param {object} details @returns {Promise<Started>} */
export const startChat = async (url, details) => (await post(url, "", details)).data.startChatResult

/** One websocket: subscribed, kept alive by heartbeats, and closed as soon as an answer to one is missing. */
export class ChatSocket {
  /**
   * @param {string} url
   * @param {{onReady: () => void, onItem: (item: Item) => void, onClose: () => void}} told
   */
  constructor(url, told) {
    this.told = told
    this.answered = true
    this.socket = new WebSocket(url)
    this.socket.onopen = () => this.#opened()
    this.socket.onmessage = (event) => this.#heard(event.data)
    this.socket.onclose = () => this.close()
    this.limit = setTimeout(() => this.close(), PATIENCE)
  }

  #opened() {
    this.#tell("aws/subscribe", { topics: ["aws/chat"] })
    this.#beat()
    this.timer = setInterval(() => (this.answered ? this.#beat() : this.close()), HEARTBEAT)
  }

  #beat() {
    this.answered = false
    this.#tell("aws/ping")
    this.#tell("aws/heartbeat")
  }

  /** @param {string} topic @param {object} [content] */
  #tell(topic, content) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ topic, ...(content && { content }) }))
  }

  /** @param {string} data */
  #heard(data) {
    const frame = parsed(data)
    if (frame.topic === "aws/heartbeat") this.answered = true
    else if (frame.topic === "aws/ping" && frame.statusCode !== 200) this.close()
    else if (frame.topic === "aws/subscribe") this.#subscribed(frame.content?.status)
    else if (frame.topic === "aws/chat") this.told.onItem(parsed(frame.content))
  }

  /** @param {string} status */
  #subscribed(status) {
    clearTimeout(this.limit)
    if (status === "success") this.told.onReady()
    else this.close()
  }

  /** Asks now whether the other end is still there: after sleep a dead socket looks alive. @param {number} patience */
  probe(patience) {
    this.#beat()
    setTimeout(() => this.answered || this.close(), patience)
  }

  close() {
    if (this.closed) return
    this.closed = true
    clearTimeout(this.limit)
    clearInterval(this.timer)
    this.socket.onmessage = this.socket.onclose = null
    this.socket.close(1000)
    this.told.onClose()
  }
}
