/**
 * The other end, as docs/socket.md has it, as far as cuts matter: rows with numbers, frames after each change, a resume
 * from the client's cursors, the same token the same message. And the wire between, which the test lets through frame by frame.
 */
import { AGENT, ME, agentContact, contact, frame, item, outgoing, snapshotOfAgent, snapshotOfChat } from "../wire.mjs"

/** Beyond so many changes a viewer gets a snapshot instead. */
const MOST_CHANGES = 8
const TAIL = 15
const PAGE = 10
const seqOf = (row) => row.Seq ?? row.seq
const stream = (id) => `conversation:${id}`

export class Portal {
  constructor(names) {
    this.seqs = { [AGENT]: 1 }
    this.viewing = { contactId: names[0], seq: 1 }
    this.parts = new Map()
    this.chats = new Map()
    this.sockets = new Set()
    this.clock = Date.parse("2026-11-20T09:00:00Z")
    for (const id of names) this.hand(id)
  }

  hand(id, state = "connected") {
    this.seqs[stream(id)] = 1
    const said = Array.from({ length: 25 }, (_, number) => this.#item(id, number + 1, 1))
    this.chats.set(id, { items: said, outgoing: new Map(), contact: { ...this.#contact(id), seq: 1 } })
    this.parts.set(id, { seq: 0, row: this.#part(id, state) })
    this.#told(AGENT, this.parts.get(id))
  }

  // ---- what happens there ------------------------------------------------------------------------------------------

  customerSays(id) {
    const chat = this.chats.get(id)
    this.#add(id, this.#item(id, chat.items.length + 1, 0))
  }

  /** The next of our messages goes to Connect and becomes an item. */
  courier() {
    for (const [id, chat] of this.chats)
      for (const row of chat.outgoing.values())
        if (row.state === "queued") {
          const number = chat.items.length + 1
          const said = this.#item(id, number, 0, { Content: row.content, ParticipantRole: "CUSTOM_BOT", Author: ME })
          this.#add(id, said)
          Object.assign(row, { state: "sent", itemId: said.Id })
          this.#told(stream(id), row)
          return true
        }
    return false
  }

  said = (id) => this.chats.get(id).items.filter((one) => one.Author).map((one) => one.Content)
  draftOf = (id) => this.parts.get(id)?.row.draft.text ?? ""
  onDesk = () => [...this.parts].filter(([, part]) => part.row.state !== "cleared").map(([id]) => id)

  // ---- what it is asked --------------------------------------------------------------------------------------------

  answer(socket, { id, method, params = {} }) {
    const says = (result) => socket.down.push({ id, result })
    const refuses = (reason) => socket.down.push({ id, error: { code: -32001, message: reason, data: { reason } } })
    if (method === "connect") return this.#resume(socket, params.known, says)
    if (method === "ping") return says({ serverTime: new Date(this.clock).toISOString() })
    const part = this.parts.get(params.contactId)
    if (!part || part.row.state === "cleared") return id === undefined ? undefined : refuses("contactNotFound")
    const change = (changes) => {
      part.row = { ...part.row, ...changes }
      this.#told(AGENT, part)
    }
    const does = {
      sendMessage: () => this.#take(params, says),
      acceptContact: () => (part.row.state === "connecting" ? (change({ state: "connected" }), says({})) : refuses("offerGone")),
      clearContact: () => (change({ state: "cleared" }), this.#close(params.contactId), says({})),
      saveDraft: () => {
        const draft = { text: params.text, note: params.note, place: null }
        if (part.row.draft.text !== draft.text || part.row.draft.note !== draft.note) change({ draft })
        says({})
      },
      sendEvent: () => (change({ readNumber: this.chats.get(params.contactId).items.length }), says({})),
      viewContact: () => {
        this.viewing = { contactId: params.contactId, seq: 0 }
        this.#told(AGENT, this.viewing)
        says({})
      },
      getTranscript: () => {
        const { items } = this.chats.get(params.contactId)
        const end = items.findIndex((one) => one.Id === params.startPosition.id) + 1
        const from = Math.max(0, end - PAGE)
        says({ Transcript: items.slice(from, end), NextToken: from > 0 ? "more" : null })
      },
    }
    does[method]()
  }

  /** Its frame comes before the answer or after it: nobody promises which. */
  #take({ contactId, clientToken, message }, says) {
    const chat = this.chats.get(contactId)
    const known = chat.outgoing.get(clientToken)
    if (known) return says({ clientToken, state: known.state })
    const position = chat.outgoing.size + 1
    const row = outgoing(clientToken, { contactId, content: message, position, seq: 0 })
    chat.outgoing.set(clientToken, row)
    if (position % 2) says({ clientToken, state: row.state })
    this.#told(stream(contactId), row)
    if (position % 2 === 0) says({ clientToken, state: row.state })
  }

  #resume(socket, known, says) {
    socket.follows = new Set([AGENT])
    this.#catchUp(socket, AGENT, known)
    for (const id of this.onDesk()) {
      socket.follows.add(stream(id))
      this.#catchUp(socket, stream(id), known)
    }
    for (const name of Object.keys(known)) if (!socket.follows.has(name)) socket.down.push(frame("closedStream", name, 0, {}))
    says({ serverTime: new Date(this.clock).toISOString(), streams: [...socket.follows] })
  }

  // ---- rows and numbers ----------------------------------------------------------------------------------------------

  #catchUp(socket, name, known) {
    const after = known[name]
    if (after === undefined || this.seqs[name] - after > MOST_CHANGES) return void socket.down.push(this.snapshot(name))
    const rows = this.#rows(name).filter((row) => seqOf(row) > after)
    for (const row of rows.toSorted((a, b) => seqOf(a) - seqOf(b))) socket.down.push(this.#frame(name, row))
  }

  #rows(name) {
    if (name === AGENT) return [this.viewing, ...this.parts.values()]
    const chat = this.chats.get(name.slice("conversation:".length))
    return [chat.contact, ...chat.items, ...chat.outgoing.values()]
  }

  #frame(name, row) {
    if (row === this.viewing) return frame("viewContact", name, row.seq, { contactId: row.contactId })
    if (row.row) return frame("agentContact", name, row.seq, { agentContact: structuredClone(row.row) })
    const { seq, ...told } = structuredClone(row)
    if (told.Id) return frame("item", name, told.Seq, { item: told })
    return told.clientToken ? frame("outgoing", name, seq, { outgoing: told }) : frame("contact", name, seq, { contact: told })
  }

  snapshot(name) {
    if (name === AGENT) {
      const contacts = [...this.parts.values()].map((part) => structuredClone(part.row))
      return snapshotOfAgent(this.seqs[name], { contacts, viewing: this.viewing.contactId })
    }
    const { contact: of, items, outgoing: all } = this.chats.get(name.slice("conversation:".length))
    const { seq: _, ...told } = of
    const under = [...all.values()].filter((row) => row.state !== "sent").map(({ seq: _seq, ...row }) => row)
    const tail = items.slice(-TAIL).map((one) => structuredClone(one))
    return snapshotOfChat(this.seqs[name], { contacts: [told], items: tail, earlier: items.length > TAIL, outgoing: under }, name)
  }

  /** A row has changed: it takes the next number of its stream, and whoever follows is told. */
  #told(name, row) {
    row[row.Id ? "Seq" : "seq"] = this.seqs[name] += 1
    for (const socket of this.sockets) {
      const opens = name === AGENT && row.row && !socket.follows.has(stream(row.row.contactId)) && row.row.state !== "cleared"
      if (socket.follows.has(name)) socket.down.push(this.#frame(name, row))
      if (opens && socket.follows.has(AGENT)) {
        socket.follows.add(stream(row.row.contactId))
        socket.down.push(this.snapshot(stream(row.row.contactId)))
      }
    }
  }

  #close(id) {
    if (this.viewing.contactId === id) {
      this.viewing = { contactId: this.onDesk()[0] ?? "", seq: 0 }
      this.#told(AGENT, this.viewing)
    }
    for (const socket of this.sockets)
      if (socket.follows.delete(stream(id))) socket.down.push(frame("closedStream", stream(id), 0, {}))
  }

  #add(id, one) {
    this.chats.get(id).items.push(one)
    this.#told(stream(id), one)
  }

  #item(id, number, seq, changes = {}) {
    const AbsoluteTime = new Date((this.clock += 1_000)).toISOString()
    return item(`${id}-${String(number).padStart(4, "0")}`, { AbsoluteTime, ContactId: id, InitialContactId: id, Number: number, Seq: seq, ...changes })
  }

  #contact = (id) => contact({ contactId: id, initialContactId: id })
  #part = (contactId, state) =>
    agentContact({ contactId, initialContactId: contactId, state, draft: { text: "", note: "", place: null } })
}

/** One end of a socket: what is under way either way, until the test lets it through. */
export class Wire {
  static CONNECTING = 0
  static OPEN = 1
  /** @type {{portal: Portal, plugged: boolean, all: Wire[]}} */
  static net
  readyState = Wire.CONNECTING
  up = []
  down = []
  follows = new Set()
  dead = !Wire.net.plugged

  constructor() {
    Wire.net.all.push(this)
  }

  send(text) {
    if (!this.dead) this.up.push(JSON.parse(text))
  }

  close() {
    this.readyState = 3
    this.cut()
  }

  /** Nothing more goes through, and nobody is told. */
  cut() {
    this.dead = true
    this.up = []
    this.down = []
    Wire.net.portal.sockets.delete(this)
  }

  /** The other end has closed it, and this end hears so. */
  hangUp(code = 1006) {
    this.cut()
    if (this.readyState === 3) return
    this.readyState = 3
    this.onclose?.({ code })
  }

  /** One thing happens on it. @returns whether there was anything */
  step(which = "any") {
    if (this.dead) return false
    if (this.readyState === Wire.CONNECTING) {
      this.readyState = Wire.OPEN
      Wire.net.portal.sockets.add(this)
      this.onopen()
      return true
    }
    if (which !== "down" && this.up.length > 0) {
      Wire.net.portal.answer(this, this.up.shift())
      return true
    }
    const told = which === "up" ? undefined : this.down.shift()
    if (told) this.onmessage?.({ data: JSON.stringify({ jsonrpc: "2.0", ...told }) })
    return told !== undefined
  }
}
