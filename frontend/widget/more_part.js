// @ts-check
/** Fetches the third part when it is first wanted, and once; interactive messages wait for it. */

import { bringForms, forms, NO_FORMS } from "../chat/forms.js"
import { mayBeForm } from "../js/interactive_messages.js"

/** @typedef {import("./more.js").More} More */

const AGAIN = 10_000 // ms until it is asked for again that did not come

export class MorePart {
  /** @type {Promise<More> | null} */
  #coming = null

  /** @param {() => Promise<More>} fetch @param {{onCome: (more: More) => void, onForms: () => void, onFault: (why: string) => void}} told */
  constructor(fetch, told) {
    this.fetch = fetch
    this.told = told
  }

  /** @returns {Promise<More>} */
  get() {
    this.#coming ??= this.fetch().then((more) => {
      this.told.onCome(more)
      this.#bring(more.forms)
      return more
    })
    this.#coming.catch((error) => {
      this.#coming = null
      this.told.onFault(error.message)
    })
    return this.#coming
  }

  /** Interactive messages are drawn once it is there. While it cannot be had, words say that something is missing. @param {import("../chat/conversation.js").Item[]} items */
  want(items) {
    if (forms() || this.#coming || !items.some(mayBeForm)) return
    this.get().catch(() => {
      this.#bring(NO_FORMS)
      setTimeout(() => this.#bring(null), AGAIN)
    })
  }

  /** @param {import("../chat/forms.js").Forms | null} what */
  #bring(what) {
    bringForms(what)
    this.told.onForms()
  }
}
