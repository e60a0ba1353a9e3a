// @ts-check
/** The pane in the middle: the contact in view with all its parts, or why there is none. */
import { until } from "../lib/clock.js"
import { at, find, setAttribute, setText } from "../lib/dom.js"
import { drawEmptyTalk } from "../contacts/empty_list.js"
import { drawHeader } from "./header.js"
import { bubbles, cardOf, cards, heldFor, viewing } from "../state/index.js"
import { fill, gettext, ngettext, say } from "../lib/i18n.js"

/** @type {import("../lib/types.js").Conversation} */
const NOTHING = { contacts: {}, items: [], earlier: false, outgoing: {}, receipts: {}, notes: {}, tokens: {}, gap: null }

/**
 * @typedef {Object} Parts
 * @property {ReturnType<typeof import("./conversation.js").createConversation>} conversation
 * @property {ReturnType<typeof import("../composer/composer.js").createComposer>} composer
 * @property {ReturnType<typeof import("../context/details.js").createDetails>} details
 * @property {ReturnType<typeof import("./read_receipts.js").createReading>} reading
 * @property {(card: import("../state/cards.js").Card|null, followed: boolean) => void} handing
 * @property {(card: import("../state/cards.js").Card|null) => void} wrap
 * @property {(card: import("../state/cards.js").Card|null) => void} supervision
 * @property {() => boolean} transfersInConnect
 */

/** @param {import("../state/store.js").Store} store @param {Parts} parts @param {number} me @param {import("../lib/socket.js").Line} line */
export function createTalk(store, { conversation, composer, details, reading, handing, wrap, supervision, transfersInConnect }, me, line) {
  /** The contact in view, if it can be looked at: a missed one cannot. */
  const inView = () => {
    const card = cardOf(store.state, viewing(store.state))
    return card && ["connecting", "connected", "ended"].includes(card.state) ? card : null
  }
  return {
    inView,
    paint() {
      const card = inView()
      const held = card ? heldFor(store.state, card) : undefined
      find("#head").hidden = find("#talk-body").hidden = card === null
      find("#nothing").hidden = card !== null
      handing(card, !card || store.state.conversations[card.initialContactId] !== undefined || !line.live)
      wrap(card)
      supervision(card)
      details.paint(card, held, me)
      composer.paint(
        card?.state === "connected" ? card : null,
        line.status.kind === "readonly" ? gettext("Read-only: nothing can be sent from this tab") : "",
      )
      if (!card) {
        conversation.leave()
        return drawEmptyTalk(store.state, line.status)
      }
      setAttribute(find("#talk"), "aria-label", say("Conversation with %(name)s", { name: card.name }))
      drawHeader(card, transfersInConnect())
      drawFoot(card, cards(store.state).offers[0]?.key === card.key)
      // While its transcript is on the way nobody else's is shown under this name.
      conversation.paint(shown(store.state, card, held ?? NOTHING, { me, mark: reading.mark(card.contactId), supervisors: store.state.supervisors }))
    },
  }
}

/**
 * @param {import("../lib/types.js").State} state @param {import("../state/cards.js").Card} card
 * @param {import("../lib/types.js").Conversation} held @param {import("../state/bubbles.js").Eyes} eyes
 */
function shown(state, card, held, eyes) {
  const unsent = Object.values(state.unsent).filter((one) => one.initialContactId === card.initialContactId)
  const typing = Object.values(state.typing).filter(
    (one) => one.contactId === card.contactId && one.role === "CUSTOMER",
  )
  return { id: card.contactId, held, rows: bubbles(held, unsent, eyes), typing }
}

/** @param {import("../state/cards.js").Card} card @param {boolean} first the keys are for it */
function drawFoot(card, first) {
  const offered = find("#offered")
  offered.hidden = card.state !== "connecting"
  offered.classList.toggle("is-behind", !first)
  if (card.state === "connecting" && card.expiresAt) {
    const left = until(card.expiresAt)
    setText(at(offered, "left"), fill(ngettext("%(n)s second left", "%(n)s seconds left", left), { n: left }))
  }
}
