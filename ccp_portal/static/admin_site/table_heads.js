/** Names what Django's tables of rows leave without one, for screen readers: the first head, and the boxes that delete. */

const { row, remove } = document.currentScript.dataset

document.addEventListener("DOMContentLoaded", () => {
  for (const head of document.querySelectorAll("th.original")) {
    const words = Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: row })
    head.replaceChildren(words)
  }
  for (const box of document.querySelectorAll("td.delete input")) box.setAttribute("aria-label", remove)
})
