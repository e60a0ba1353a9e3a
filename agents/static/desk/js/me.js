// @ts-check
/** The user's menu: theme and contrast, kept in this browser; signing out, which leaves nothing behind in the tab. */
import { drawFace, find } from "./dom.js"
import { forgetAll } from "./kept.js"
import { popup } from "./menu.js"

const root = document.documentElement

export function initMe() {
  const face = find("#me-face")
  drawFace(face, face.dataset.name ?? "")
  popup(find("#me-button"), find("#me-menu"))
  for (const name of ["theme", "contrast"]) choose(name, (value) => set(name, value))
  find("#theme-toggle").addEventListener("click", () => set("theme", isDark() ? "light" : "dark"))
  find("#logout").addEventListener("submit", forgetAll)
}

/**
 * A choice of the menu that is kept in this browser.
 * @param {string} name @param {(value: string) => void} chosen
 */
export function choose(name, chosen) {
  for (const input of inputs(name)) {
    input.checked = input.value === (localStorage.getItem(`ccp.${name}`) ?? "")
    input.addEventListener("change", () => chosen(input.value))
  }
}

/** @param {string} name @param {string} value */
function set(name, value) {
  store(name, value)
  if (value) root.dataset[name] = value
  else delete root.dataset[name]
  for (const input of inputs(name)) input.checked = input.value === value
}

/** @param {string} name @param {string} value */
export function store(name, value) {
  if (value) localStorage.setItem(`ccp.${name}`, value)
  else localStorage.removeItem(`ccp.${name}`)
}

/** @param {string} name */
const inputs = (name) =>
  /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll(`#me-menu input[name="${name}"]`))

function isDark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches
}
