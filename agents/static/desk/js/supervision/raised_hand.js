// @ts-check
/** An agent asks for help in a contact, sees who comes, and lowers the hand; by button, key, or "/help" where one writes. */
import { clockwise, since } from "../lib/clock.js"
import { at, find, icon, make, redraw, setAttribute, setText, typed } from "../lib/dom.js"
import { notice } from "../shell/notice.js"
import { standing } from "../state/help.js"
import { gettext, say } from "../lib/i18n.js"

/**
 * @typedef {import("../state/cards.js").Card} Card
 * @typedef {import("../state/help.js").Help} Help
 */

export class RaisedHand {
  /** @type {import("../shell/commands.js").Desk} */ #desk
  /** @type {() => Card|null} */ #card
  #line = find("#helping")
  #button = find("#raise")
  #dialog = /** @type {HTMLDialogElement} */ (find("#raise-dialog"))
  #words = /** @type {HTMLTextAreaElement} */ (find("#raise-words"))
  #contactId = ""

  /** @param {import("../shell/commands.js").Desk} desk @param {() => Card|null} card the contact in view */
  constructor(desk, card) {
    this.#desk = desk
    this.#card = card
    this.#button.addEventListener("click", () => this.ask())
    this.#line.addEventListener("click", ({ target }) => {
      const shown = this.#card()
      if (shown && target instanceof Element && target.closest("button")) void desk.lowerHand(shown.contactId)
    })
    this.#dialog.addEventListener("submit", (event) => {
      if (event.submitter !== at(this.#dialog, "yes")) return
      event.preventDefault()
      void this.#submit()
    })
  }

  /** Say what for; the hand that is up is lowered instead. */
  ask() {
    const card = this.#card()
    if (!card || card.state !== "connected" || this.#dialog.open) return
    if (card.help) return void this.#desk.lowerHand(card.contactId)
    this.#contactId = card.contactId
    this.#words.value = ""
    setText(at(this.#dialog, "why"), "")
    setText(at(this.#dialog, "title"), say("Ask a supervisor for help with %(name)s", { name: card.name || gettext("the customer") }))
    this.#dialog.showModal()
    this.#words.focus()
  }

  /** As it was typed in the composer: with the reason it is asked at once. @param {string} reason */
  asked(reason) {
    const card = this.#card()
    if (!card) return
    if (card.help) return notice(gettext("Your hand is up already."))
    if (!reason) return this.ask()
    void this.#desk.raiseHand(card.contactId, reason).then((refused) => refused && this.#tell(reason, refused))
  }

  /** @param {Card|null} card */
  paint(card) {
    const isConnected = card?.state === "connected"
    this.#button.hidden = !isConnected
    setAttribute(this.#button, "aria-pressed", Boolean(card?.help))
    const how = isConnected ? standing(card?.help) : "down"
    this.#line.hidden = how === "down"
    if (!card?.help || how === "down") return
    this.#line.dataset.standing = how
    redraw(this.#line, card.help, () => words(card.help))
    const clock = this.#line.querySelector(".handing__for")
    if (clock) setText(clock, clockwise(since(card.help.raisedAt)))
  }

  async #submit() {
    const yes = /** @type {HTMLButtonElement} */ (at(this.#dialog, "yes"))
    if (yes.disabled) return
    yes.disabled = true
    const refused = await this.#desk.raiseHand(this.#contactId, this.#words.value.trim())
    yes.disabled = false
    setText(at(this.#dialog, "why"), refused)
    if (!refused) this.#dialog.close()
  }

  /** It was refused: the words are there to be tried again. @param {string} reason @param {string} refused */
  #tell(reason, refused) {
    this.ask()
    this.#words.value = reason
    setText(at(this.#dialog, "why"), refused)
  }
}

/** @param {Help|null} help */
function words(help) {
  if (!help) return []
  const reason = help.reason ? [" ", typed(help.reason)] : []
  const lower = make("button", "button button--s", gettext("Lower the hand"))
  lower.setAttribute("type", "button")
  return [icon(help.takenBy ? "tick" : "hand"), make("p", "", make("b", "", sentence(help)), ...reason), make("span", "handing__for num"), lower]
}

/** @param {Help} help */
export function sentence(help) {
  if (help.takenBy) return say("%(name)s is coming to help.", help.takenBy)
  if (help.escalated) return gettext("Nobody has answered yet: all supervisors are called once more.")
  if (help.phrase) return gettext("What the customer wrote has called a supervisor:")
  return gettext("You have asked for help. Supervisors are called.")
}
