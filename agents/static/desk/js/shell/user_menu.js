// @ts-check
/** The user's menu: theme and contrast, kept in this browser; signing out, which leaves nothing behind in the tab. */
import { choose, offerChoice, watchChoice } from "../lib/device_settings.js"
import { drawFace, find } from "../lib/dom.js"
import { forgetAll } from "../lib/session_storage.js"
import { popup } from "../lib/menu.js"

const root = document.documentElement

export function initMe() {
  const face = find("#me-face")
  drawFace(face, face.dataset.name ?? "")
  popup(find("#me-button"), find("#me-menu"))
  for (const name of ["theme", "contrast"]) {
    offerChoice(name)
    watchChoice(name, (value) => {
      if (value) root.dataset[name] = value
      else delete root.dataset[name]
    })
  }
  find("#theme-toggle").addEventListener("click", () => choose("theme", isDark() ? "light" : "dark"))
  find("#logout").addEventListener("submit", forgetAll)
}

function isDark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches
}
