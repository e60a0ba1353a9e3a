// @ts-check
/** Counts what came while nobody looked, tells each message once, and acknowledges what was seen to Connect. */

import { isTheirs } from "../chat/conversation.js"

/**
 * @typedef {import("../chat/conversation.js").Item} Item
 * @typedef {{onMessage: (item: Item, looks: boolean) => void, onCount: (count: number) => void}} Told
 */

export class Unread {
  #newest = ""
  #count = -1

  /** @param {import("./storage.js").Memory} memory @param {Told} told */
  constructor(memory, told) {
    this.memory = memory
    this.told = told
  }

  get count() {
    return Math.max(0, this.#count)
  }

  /** What is there when a chat is opened was told before. */
  begin() {
    this.#newest = ""
  }

  /** @param {import("../chat/chat.js").Chat} chat @param {boolean} looks whether the customer sees the newest message */
  look(chat, looks) {
    const theirs = chat.state.items.filter((item) => item.Type !== "EVENT" && isTheirs(chat.state, item))
    const newest = theirs.at(-1)
    const shared = this.memory.chat()
    if (looks && newest && shared && shared.seen !== newest.Id) this.memory.change({ seen: newest.Id })
    const seen = looks ? newest?.Id : shared?.seen
    const count = looks ? 0 : theirs.length - 1 - theirs.findIndex((item) => item.Id === seen)
    if (newest && this.#newest && this.#newest !== newest.Id) this.told.onMessage(newest, looks)
    if (chat.loaded) this.#newest = newest?.Id ?? "none"
    if (count !== this.#count) {
      this.#count = count
      this.told.onCount(this.count)
    }
    chat.acknowledge(looks)
  }
}
