// @ts-check
/** On the agent's desk: the whispers beside the conversation, a supervisor who writes to the customer, and what they have done. */
import { WhisperThread } from "./whisper_thread.js"
import { notice } from "../shell/notice.js"
import { now } from "../lib/clock.js"
import { find, setText } from "../lib/dom.js"
import { actOf } from "../state/supervisors_acts.js"
import { say, told } from "../lib/i18n.js"

export class SupervisorsHere {
  /** @type {import("../state/store.js").Store} */ #store
  /** @type {WhisperThread} */ #whispers
  #shared = find("#shared")

  /**
   * @param {import("../state/store.js").Store} store @param {{userId: number}} me
   * @param {import("../shell/commands.js").Desk} desk @param {() => void} chime
   */
  constructor(store, { userId }, desk, chime) {
    this.#store = store
    this.#whispers = new WhisperThread(store, userId, { send: desk.whisper, chime, repaint: store.repaint })
  }

  /** Before it is applied: afterwards a card that has left is not known any more. @param {import("../lib/types.js").Frame} frame */
  frame(frame) {
    const act = actOf(this.#store.state, frame)
    if (act) notice(act.name ? say("%(name)s: %(why)s.", { name: act.name, why: told(act.why) }) : told(act.why))
  }

  /** @param {import("../state/cards.js").Card|null} card */
  paint(card) {
    const has = card && (card.state === "connected" || card.state === "ended") ? card : null
    this.#whispers.paint(has && { contactId: has.contactId, other: "", writes: has.state === "connected" })
    const writing = Object.values(this.#store.state.typing).filter(
      (one) => one.contactId === card?.contactId && one.role === "SUPERVISOR" && one.until > now(),
    )
    this.#shared.hidden = writing.length === 0
    if (writing.length > 0)
      setText(this.#shared, say("%(name)s (supervisor) is writing to the customer", { name: writing.map((one) => one.name).join(", ") }))
  }
}
