// @ts-check
/**
 * What is under the pointer, or has the focus, stays where it is on the screen, whatever comes or goes above it: the list
 * is scrolled by as much, and where there is nothing to scroll it keeps room until it is let go.
 */

const PIECE = ".card, .offer"

/** @param {HTMLElement} scroll the list's scrolling part */
export function createSteady(scroll) {
  /** @type {Element|null} */
  let under = null
  /** Room kept before and after what is in the list, in pixels. */
  let [before, after] = [0, 0]
  /** Where we have scrolled to, from the list's head; null: it has not come to that. @type {number|null} */
  let scrolledTo = null

  scroll.addEventListener("pointerover", ({ target, pointerType }) => {
    // A touch leaves no pointer behind that something could move under.
    under = pointerType === "mouse" && target instanceof Element ? target.closest(PIECE) : null
  })
  scroll.addEventListener("pointerleave", () => (under = null))

  const held = () => {
    if (under?.isConnected) return under
    return scroll.contains(document.activeElement) ? (document.activeElement?.closest(PIECE) ?? null) : null
  }
  const keepRoom = () => {
    scroll.style.setProperty("--room-before", `${before}px`)
    scroll.style.setProperty("--room-after", `${after}px`)
  }
  /** Where what is in the list ends, from its head: a list that is not full says nothing of that itself. */
  const end = () => {
    const bottoms = [...scroll.children].map((one) => one.getBoundingClientRect().bottom)
    return Math.max(...bottoms) - scroll.getBoundingClientRect().top + scroll.scrollTop
  }
  /** @param {number} drift how far down it has gone */
  const undo = (drift) => {
    const ours = Math.abs(scroll.scrollTop - (scrolledTo ?? 0)) < 1
    const given = Math.min(before, Math.max(0, drift))
    const wanted = scroll.scrollTop + drift - given
    after = Math.max(after, wanted + scroll.clientHeight - (end() - given))
    before += Math.max(0, -wanted) - given
    keepRoom()
    scroll.scrollTop = Math.max(0, wanted)
    scrolledTo = ours && wanted > 0 ? scroll.scrollTop : null
  }
  const release = () => {
    if (before || after) {
      before = after = 0
      keepRoom()
    }
    // Who was at the head of the list finds what has come there; who has scrolled on stays.
    if (scrolledTo !== null && Math.abs(scroll.scrollTop - scrolledTo) < 1) scroll.scrollTop = 0
    scrolledTo = null
  }

  return {
    /** @param {boolean} hold @param {() => void} draw */
    paint(hold, draw) {
      scroll.classList.toggle("is-held", hold)
      if (!hold) {
        draw()
        return release()
      }
      const one = held()
      const top = one?.getBoundingClientRect().top ?? 0
      draw()
      if (!one?.isConnected) return
      const drift = one.getBoundingClientRect().top - top
      if (Math.abs(drift) >= 1) undo(drift)
    },
    /** To the head of the list. */
    toHead() {
      under = null
      release()
      scroll.scrollTop = 0
    },
  }
}
