// @ts-check
/** Something that opens from a button: closes with Escape, a click elsewhere, or when the focus leaves. */

/**
 * @param {HTMLElement} button @param {HTMLElement} panel
 * @param {{opened?: () => void}} [on]
 * @returns {{open: () => void, close: () => void}}
 */
export function popup(button, panel, on = {}) {
  const isOpen = () => !panel.hidden
  /** Where one was: whoever opened it by a key while writing goes on writing. @type {Element|null} */
  let from = null
  const open = () => {
    from = document.activeElement
    panel.hidden = false
    button.setAttribute("aria-expanded", "true")
    on.opened?.()
  }
  const close = () => {
    if (!isOpen()) return
    const inside = panel.contains(document.activeElement)
    panel.hidden = true
    button.setAttribute("aria-expanded", "false")
    const back = from instanceof HTMLElement && from !== document.body && from.checkVisibility() ? from : button
    if (inside) back.focus()
  }
  button.addEventListener("click", () => (isOpen() ? close() : open()))
  document.addEventListener("pointerdown", ({ target }) => {
    if (target instanceof Node && !panel.contains(target) && !button.contains(target)) close()
  })
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !isOpen()) return
    event.stopPropagation()
    close()
  })
  panel.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !panel.contains(relatedTarget) && relatedTarget !== button) close()
  })
  return { open, close }
}

/** Arrows, Home and End walk through the choices of a menu. @param {HTMLElement} menu @param {string} choice selector */
export function walk(menu, choice) {
  menu.addEventListener("keydown", (event) => {
    const all = [...menu.querySelectorAll(choice)].filter((one) => one instanceof HTMLElement)
    const here = all.indexOf(/** @type {HTMLElement} */ (document.activeElement))
    const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: all.length - 1 }[event.key]
    if (to === undefined || all.length === 0) return
    event.preventDefault()
    all[(to + all.length) % all.length].focus()
  })
}
