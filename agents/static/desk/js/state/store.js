// @ts-check
/** Holds the state: watchers hear every change at once, painters once per frame of the screen. */

/**
 * @template State
 * @param {State} first
 */
export function createStore(first) {
  let state = first
  let due = false
  let held = false
  /** @type {((state: State, before: State) => void)[]} */
  const watchers = []
  /** @type {(() => void)[]} */
  const painters = []

  const paint = () => {
    due = false
    painters.forEach((painter) => painter())
  }
  const repaint = () => {
    if (due || held) return
    due = true
    requestAnimationFrame(paint)
  }
  const release = () => {
    held = false
    repaint()
  }
  return {
    get state() {
      return state
    },
    /** @param {(state: State) => State} step */
    change(step) {
      const before = state
      state = step(before)
      if (state === before) return
      watchers.forEach((watcher) => watcher(state, before))
      repaint()
    },
    /** @param {(state: State, before: State) => void} watcher */
    watch: (watcher) => void watchers.push(watcher),
    /** @param {() => void} painter */
    painter: (painter) => void painters.push(painter),
    repaint,
    /** What comes in parts is painted once it is released, as it does not move then; after so long at the latest. @param {number} ms */
    hold(ms) {
      held = true
      setTimeout(release, ms)
    },
    release,
  }
}

/** @typedef {ReturnType<typeof createStore<import("../lib/types.js").State>>} Store */
