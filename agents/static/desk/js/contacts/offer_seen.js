// @ts-check
/** Tells the server which offers this tab shows, in front or behind: afterwards it is known why one was missed. */
import { cards } from "../state/index.js"

/** @typedef {import("../state/cards.js").Card} Card */

/**
 * @param {import("../state/store.js").Store} store
 * @param {{live: boolean, request: (method: string, params: object) => Promise<unknown>}} line
 */
export function createOfferSeen(store, line) {
  /** What the server knows of each offer: was the tab in front? @type {Map<string, boolean>} */
  const told = new Map()

  const look = () => {
    if (!line.live) return
    const offers = cards(store.state).offers.filter((offer) => !offer.relayed) // the server knows nothing of Amazon Connect's own
    const shown = new Set(offers.map(keyOf))
    for (const key of told.keys()) if (!shown.has(key)) told.delete(key)
    for (const offer of offers) if (told.get(keyOf(offer)) !== !document.hidden) tell(offer)
  }

  /** @param {Card} offer */
  const tell = (offer) => {
    const [key, visible] = [keyOf(offer), !document.hidden]
    told.set(key, visible)
    // Not arrived: once more with the next picture. Nobody waits for it, and nobody is told.
    line.request("offerSeen", { contactId: offer.contactId, visible }).catch(() => told.delete(key))
  }

  // A hidden page paints nothing, yet has called by its title and its sound.
  store.watch(() => document.hidden && look())
  document.addEventListener("visibilitychange", look)
  return { paint: look }
}

/** A contact that was missed may be offered again: that is another offer. @param {Card} offer */
const keyOf = (offer) => `${offer.contactId} ${offer.offeredAt}`
