/** One tab: the desk's own modules, joined as main.js joins them, without its page. */
import { watchCuts } from "../../../agents/static/desk/js/shell/read_marker.js"
import { createDesk } from "../../../agents/static/desk/js/shell/commands.js"
import { createDrafts } from "../../../agents/static/desk/js/composer/drafts.js"
import { keptBy } from "../../../agents/static/desk/js/lib/session_storage.js"
import { Line } from "../../../agents/static/desk/js/lib/socket.js"
import * as state from "../../../agents/static/desk/js/state/index.js"
import { comparable } from "../../../agents/static/desk/js/state/comparable.js"
import { createStore } from "../../../agents/static/desk/js/state/store.js"
import { AGENT } from "../wire.mjs"
import { Wire } from "./portal.mjs"

export const settled = async () => {
  for (let turn = 0; turn < 12; turn += 1) await Promise.resolve()
}

/** What the modules say to people is drawn nowhere. */
class HTMLElement {
  querySelector = () => new HTMLElement()
  replaceChildren = () => {}
}
Object.assign(globalThis, {
  HTMLElement,
  WebSocket: Wire,
  document: new HTMLElement(),
  requestAnimationFrame: () => 0,
})

/** sessionStorage, of one tab. */
class Storage {
  getItem = (key) => this[key] ?? null
  setItem(key, text) {
    this[key] = text
  }
  removeItem(key) {
    delete this[key]
  }
}

export class Tab {
  constructor(storage = new Storage()) {
    this.storage = storage
    globalThis.sessionStorage = storage
    const kept = keptBy("mira")
    const unsent = Object.fromEntries(kept.unsent().map((one) => [one.clientToken, one]))
    this.store = createStore({ ...state.EMPTY, unsent })
    const cuts = watchCuts(this.store)
    this.line = new Line({
      url: "ws://desk/ws/",
      known: () => this.store.state.cursors,
      visible: () => true,
      onTime: () => {},
      onFrame: (frame) => this.store.change((held) => state.apply(held, frame, 0)),
      onStatus: cuts.told,
      onCaughtUp: (seconds) => {
        cuts.over(seconds)
        this.desk.resume()
        this.drafts.flush()
      },
    })
    this.desk = createDesk(this.store, this.line)
    const typing = () => false
    const told = (contactId) => state.cardOf(this.store.state, contactId)?.draft ?? null
    this.drafts = createDrafts({ told, save: this.desk.saveDraft, live: () => this.line.live, typing }, this.keeping(kept))
    this.store.watch((after, before) => {
      if (after.unsent !== before.unsent) this.keeping(kept).setUnsent(Object.values(after.unsent).filter((one) => one.state !== "kept"))
      if (after.agentContacts !== before.agentContacts) this.drafts.settle()
    })
    const open = this.line.open.bind(this.line)
    this.line.open = () => {
      if (this.gone) return
      open()
      this.wire = Wire.net.all.at(-1)
    }
    this.line.open()
  }

  /** Each tab has a sessionStorage of its own; here two tabs are one global. */
  keeping(kept) {
    const mine = (act) => (value) => {
      if (this.gone) return
      globalThis.sessionStorage = this.storage
      act(value)
    }
    return { drafts: kept.drafts, setDrafts: mine(kept.setDrafts), setUnsent: mine(kept.setUnsent) }
  }

  /** The page goes, and is made anew with what the tab has kept. */
  refreshed() {
    this.drafts.flush()
    this.leave()
    return new Tab(this.storage)
  }

  leave() {
    this.gone = true
    this.wire.cut()
  }

  open = () => this.#in("connected")
  offers = () => this.#in("connecting")
  #in = (wanted) => Object.values(this.store.state.agentContacts).filter((row) => row.state === wanted).map((row) => row.contactId)

  get viewing() {
    return state.viewing(this.store.state)
  }

  get quiet() {
    return Object.keys(this.store.state.unsent).length === 0
  }

  /** What is held here and there, as far as both hold it. */
  beside = (other) => [comparable(this.store.state, other), comparable(other, this.store.state)]

  /** A fresh page of this portal. */
  static told(portal) {
    const names = [AGENT, ...portal.onDesk().map((id) => `conversation:${id}`)]
    return names.reduce((held, name) => state.apply(held, portal.snapshot(name)), state.EMPTY)
  }
}
