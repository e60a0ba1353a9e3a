// @ts-check
/** Under 1200 px the customer's details are a drawer: the focus stays inside, Escape closes it. */
import { find } from "../lib/dom.js"

export function createDrawer() {
  const pane = find("#context")
  const opener = find("#drawer-open")
  const set = (/** @type {boolean} */ open) => {
    const was = document.body.classList.contains("is-drawn")
    document.body.classList.toggle("is-drawn", open)
    opener.setAttribute("aria-expanded", String(open))
    if (open) find("#drawer-close").focus()
    else if (was && pane.contains(document.activeElement)) opener.focus()
  }
  opener.addEventListener("click", () => set(!document.body.classList.contains("is-drawn")))
  find("#drawer-close").addEventListener("click", () => set(false))
  find("#veil").addEventListener("click", () => set(false))
  matchMedia("(min-width: 1200px)").addEventListener("change", () => set(false))
  pane.addEventListener("keydown", (event) => {
    if (!document.body.classList.contains("is-drawn")) return
    if (event.key === "Escape") set(false)
    if (event.key === "Tab") stayInside(pane, event)
  })
  return { close: () => set(false) }
}

/** @param {HTMLElement} pane @param {KeyboardEvent} event */
function stayInside(pane, event) {
  const stops = [...pane.querySelectorAll("button, input, a[href], [tabindex='0']")].filter(
    (one) => one instanceof HTMLElement && one.offsetParent !== null,
  )
  const edge = event.shiftKey ? stops[0] : stops[stops.length - 1]
  if (document.activeElement !== edge) return
  event.preventDefault()
  const to = event.shiftKey ? stops[stops.length - 1] : stops[0]
  if (to instanceof HTMLElement) to.focus()
}
