// @ts-check
/**
 * Several tabs of one agent hold one bridge: the tab that leads has it, shows the others what it shows, and does what they ask.
 * When it closes, another one leads. Where a browser has no locks (http on another host than this one) every tab is alone.
 */
import { askedByDesk, marked, saidByBridge } from "./messages.js"

/** @typedef {import("./messages.js").Told} Told @typedef {import("./messages.js").Answer} Answer @typedef {import("./messages.js").Ask} Ask */

export class Tabs {
  leads = false
  #channel

  /** @param {string} agentId @param {{lead: () => void, said: (message: Told|Answer) => void, asked: (message: Ask) => void, joined: () => void}} on */
  constructor(agentId, { lead, said, asked, joined }) {
    const name = `ccp-connect-${agentId}`
    const locks = navigator.locks
    this.#channel = new BroadcastChannel(name)
    this.#channel.addEventListener("message", ({ data }) => {
      if (this.leads) {
        const ask = askedByDesk(data)
        if (ask) asked(ask)
        if (data === "joined") joined()
      } else {
        const message = saidByBridge(data)
        if (message) said(message)
      }
    })
    const begin = () => {
      this.leads = true
      lead()
    }
    if (!locks) return void begin()
    void locks.request(name, () => {
      begin()
      return new Promise(() => {})
    })
    this.#channel.postMessage("joined")
  }

  /** @param {Told|Answer|Ask} message */
  tell(message) {
    this.#channel.postMessage(marked(message))
  }
}
