// @ts-check
/** Draws the rows of the conversation, touching only what changed, so that focus, selection and a screen reader are not disturbed. */

import { chosenSlot, fillChoices } from "./asked.js"
import { day, exactly, hour } from "./frontend/js/dates.js"
import { clone, find, icon, keep } from "./frontend/js/dom.js"
import { richNodes } from "./frontend/js/rich_text.js"

/**
 * @typedef {import("./rows.js").Row} Row
 * @typedef {import("./rows.js").Bubble} Bubble
 * @typedef {{key: string, value: unknown, make: () => HTMLElement, fill: (node: HTMLElement) => void}} Part
 * @typedef {{fresh: boolean, answerable: boolean, live: boolean, picture: (id: string) => Promise<string>}} How `picture`: the address of one,
 *   which can be asked for while the line is `live`
 */

const STATUS = {
  sending: ["Sending", "clock"], checked: ["Being checked", "clock"], waiting: ["Waits for the connection", "clock"], sent: ["Sent", "sent"],
  delivered: ["Delivered", "read"], read: ["Read", "read"],
}
/** @type {WeakMap<HTMLElement, string>} */
const drawn = new WeakMap()

/**
 * @param {HTMLElement} list @param {Row[]} rows
 * @param {How} how
 */
export function drawRows(list, rows, how) {
  reconcile(list, rows.map((row) => rowPart(row, how)))
}

/** Gives `list` exactly these parts as children: known ones stay, changed ones are filled anew. @param {HTMLElement} list @param {Part[]} parts */
const reconcile = (list, parts) =>
  keep(list, parts, (one) => one.key, (one) => one.make(), (node, one) => {
    const value = JSON.stringify(one.value)
    if (drawn.get(node) !== value) one.fill(node)
    drawn.set(node, value)
  })

/** @param {Row} row @param {How} how @returns {Part} */
function rowPart(row, how) {
  if (row.kind === "day") return { key: row.key, value: day(row.at), make: () => clone("t-day"), fill: (node) => fillDay(node, row.at) }
  if (row.kind === "system") return { key: row.key, value: row, make: () => fresh(clone("t-system"), how), fill: (node) => fillSystem(node, row) }
  return { key: `${row.author} ${row.key}`, value: [row, how.answerable, how.live && row.bubbles.some(isShown)], make: () => clone("t-group"), fill: (node) => fillGroup(node, row, how) }
}

/** @param {HTMLElement} node @param {{fresh: boolean}} how what is there when the page opens does not move */
function fresh(node, how) {
  node.classList.toggle("is-new", how.fresh)
  return node
}

/** @param {HTMLElement} node @param {string} at @param {string} text */
function fillTime(node, at, text) {
  const time = /** @type {HTMLTimeElement} */ (node)
  time.dateTime = at
  time.textContent = text
  time.title = exactly(at)
}

/** @param {HTMLElement} node @param {string} at */
const fillDay = (node, at) => fillTime(find("time", node), at, day(at))

/** @param {HTMLElement} node @param {import("./rows.js").SystemRow} row */
function fillSystem(node, row) {
  find("bdi", node).textContent = row.text
  fillTime(find("time", node), row.at, hour(row.at))
}

/** @param {HTMLElement} node @param {import("./rows.js").GroupRow} row @param {How} how */
function fillGroup(node, row, how) {
  node.classList.toggle("group--me", row.mine)
  const who = find(".group__who", node)
  who.textContent = row.who
  who.hidden = !row.who
  reconcile(find(".group__bubbles", node), row.bubbles.map((bubble) => bubblePart(bubble, how)))
  fillMeta(find(".group__meta", node), row)
  node.querySelector(".group__do")?.remove()
  if (row.status === "failed" && how.answerable) node.append(doings(row.last))
}

/** @param {string} clientToken */
function doings(clientToken) {
  const node = clone("t-do")
  for (const button of node.querySelectorAll("button")) button.dataset.token = clientToken
  return node
}

/** @param {HTMLElement} node @param {import("./rows.js").GroupRow} row */
function fillMeta(node, row) {
  node.replaceChildren()
  node.classList.toggle("is-failed", row.status === "failed")
  if (row.status === "failed") return void node.append(icon("warn"), `Not sent: ${row.reason}`)
  const time = document.createElement("time")
  fillTime(time, row.at, hour(row.at))
  node.append(time)
  const [word, sign] = STATUS[/** @type {keyof STATUS} */ (row.status)] ?? []
  if (word) node.append(receipt(row.status, word, sign))
}

/** @param {string} status @param {string} word @param {string} sign */
function receipt(status, word, sign) {
  const node = document.createElement("span")
  node.className = `receipt is-${status}`
  node.append(icon(sign), word)
  return node
}

/** @param {Bubble} bubble @param {How} how @returns {Part} */
function bubblePart(bubble, how) {
  const fill = { text: fillText, file: fillFile, choices: fillChoices }[bubble.kind]
  return {
    key: bubble.key, value: [bubble, how.answerable, isShown(bubble) && how.live], make: () => fresh(clone(`t-${bubble.kind}`), how),
    fill: (node) => fill(node, /** @type {any} */ (bubble), how),
  }
}

/** @param {Bubble} bubble */
const isShown = (bubble) => bubble.kind === "file" && bubble.picture

/** @param {HTMLElement} node @param {import("./rows.js").TextBubble} bubble */
function fillText(node, bubble) {
  node.replaceChildren(...(bubble.slot ? [chosenSlot(bubble.slot)] : richNodes(bubble.rich)))
  node.classList.toggle("is-waiting", bubble.status === "waiting")
  node.classList.toggle("is-failed", bubble.status === "failed")
}

/** @param {HTMLElement} node @param {import("./rows.js").FileBubble} bubble @param {How} how */
function fillFile(node, bubble, how) {
  find(".file__name", node).textContent = bubble.name
  find(".file__facts", node).textContent = bubble.facts
  node.classList.toggle("is-waiting", bubble.status === "waiting")
  node.classList.toggle("is-failed", bubble.status === "failed")
  const open = /** @type {HTMLButtonElement} */ (find(".file__open", node))
  open.hidden = !bubble.opens
  open.dataset.opens = bubble.opens
  open.setAttribute("aria-label", `Download ${bubble.name}`)
  if (bubble.picture) showPicture(/** @type {HTMLImageElement} */ (find("img", node)), bubble, how)
}

/** @param {HTMLImageElement} image @param {import("./rows.js").FileBubble} bubble @param {How} how */
function showPicture(image, { name, opens }, how) {
  if (!how.live || image.hasAttribute("src")) return
  image.alt = name
  image.hidden = false
  image.onerror = () => (image.hidden = true)
  how.picture(opens).then((url) => (image.src = url), () => (image.hidden = true))
}
