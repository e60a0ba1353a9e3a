// @ts-check
/** Draws the rows of the conversation, touching only what changed, so that focus, selection and a screen reader are not disturbed. */

import { fillChoices, slotWords } from "./asked.js"
import { icon, made, part, richNodes } from "./nodes.js"

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
function reconcile(list, parts) {
  const known = new Map([...list.children].map((node) => [/** @type {HTMLElement} */ (node).dataset.key, /** @type {HTMLElement} */ (node)]))
  let place = list.firstElementChild
  for (const one of parts) {
    const node = known.get(one.key) ?? keyed(one.make(), one.key)
    known.delete(one.key)
    const value = JSON.stringify(one.value)
    if (drawn.get(node) !== value) one.fill(node)
    drawn.set(node, value)
    if (node === place) place = node.nextElementSibling
    else list.insertBefore(node, place)
  }
  for (const node of known.values()) node.remove()
}

/** @param {HTMLElement} node @param {string} key */
function keyed(node, key) {
  node.dataset.key = key
  return node
}

/** @param {Row} row @param {How} how @returns {Part} */
function rowPart(row, how) {
  if (row.kind === "day") return { key: row.key, value: dayName(row.at), make: () => made("day"), fill: (node) => fillDay(node, row.at) }
  if (row.kind === "system") return { key: row.key, value: row, make: () => fresh(made("system"), how), fill: (node) => fillSystem(node, row) }
  return { key: `${row.author} ${row.key}`, value: [row, how.answerable, how.live && row.bubbles.some(isShown)], make: () => made("group"), fill: (node) => fillGroup(node, row, how) }
}

/** @param {HTMLElement} node @param {{fresh: boolean}} how what is there when the page opens does not move */
function fresh(node, how) {
  node.classList.toggle("is-new", how.fresh)
  return node
}

/** @param {string} at */
export const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })

/** @param {string} at */
function dayName(at) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000)
  if (days === 0) return "Today"
  if (days === 1) return "Yesterday"
  return new Date(at).toLocaleDateString([], { weekday: "long", day: "numeric", month: "long", year: "numeric" })
}

/** @param {HTMLElement} node @param {string} at @param {string} text */
function fillTime(node, at, text) {
  const time = /** @type {HTMLTimeElement} */ (node)
  time.dateTime = at
  time.textContent = text
  time.title = new Date(at).toLocaleString()
}

/** @param {HTMLElement} node @param {string} at */
const fillDay = (node, at) => fillTime(part(node, "time"), at, dayName(at))

/** @param {HTMLElement} node @param {import("./rows.js").SystemRow} row */
function fillSystem(node, row) {
  part(node, "bdi").textContent = row.text
  fillTime(part(node, "time"), row.at, clock(row.at))
}

/** @param {HTMLElement} node @param {import("./rows.js").GroupRow} row @param {How} how */
function fillGroup(node, row, how) {
  node.classList.toggle("group--me", row.mine)
  const who = part(node, ".group__who")
  who.textContent = row.who
  who.hidden = !row.who
  reconcile(part(node, ".group__bubbles"), row.bubbles.map((bubble) => bubblePart(bubble, how)))
  fillMeta(part(node, ".group__meta"), row)
  node.querySelector(".group__do")?.remove()
  if (row.status === "failed" && how.answerable) node.append(doings(row.last))
}

/** @param {string} clientToken */
function doings(clientToken) {
  const node = made("do")
  for (const button of node.querySelectorAll("button")) button.dataset.token = clientToken
  return node
}

/** @param {HTMLElement} node @param {import("./rows.js").GroupRow} row */
function fillMeta(node, row) {
  node.replaceChildren()
  node.classList.toggle("is-failed", row.status === "failed")
  if (row.status === "failed") return void node.append(icon("warn"), `Not sent: ${row.reason}`)
  const time = document.createElement("time")
  fillTime(time, row.at, clock(row.at))
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
    key: bubble.key, value: [bubble, how.answerable, isShown(bubble) && how.live], make: () => fresh(made(bubble.kind), how),
    fill: (node) => fill(node, /** @type {any} */ (bubble), how),
  }
}

/** @param {Bubble} bubble */
const isShown = (bubble) => bubble.kind === "file" && bubble.picture

/** @param {HTMLElement} node @param {import("./rows.js").TextBubble} bubble */
function fillText(node, bubble) {
  node.replaceChildren(...(bubble.slot ? [slotWords(bubble.slot)] : richNodes(bubble.rich)))
  node.classList.toggle("is-waiting", bubble.status === "waiting")
  node.classList.toggle("is-failed", bubble.status === "failed")
}

/** @param {HTMLElement} node @param {import("./rows.js").FileBubble} bubble @param {How} how */
function fillFile(node, bubble, how) {
  part(node, ".file__name").textContent = bubble.name
  part(node, ".file__facts").textContent = bubble.facts
  node.classList.toggle("is-waiting", bubble.status === "waiting")
  node.classList.toggle("is-failed", bubble.status === "failed")
  const open = /** @type {HTMLButtonElement} */ (part(node, ".file__open"))
  open.hidden = !bubble.opens
  open.dataset.opens = bubble.opens
  open.setAttribute("aria-label", `Download ${bubble.name}`)
  if (bubble.picture) showPicture(/** @type {HTMLImageElement} */ (part(node, "img")), bubble, how)
}

/** @param {HTMLImageElement} image @param {import("./rows.js").FileBubble} bubble @param {How} how */
function showPicture(image, { name, opens }, how) {
  if (!how.live || image.hasAttribute("src")) return
  image.alt = name
  image.hidden = false
  image.onerror = () => (image.hidden = true)
  how.picture(opens).then((url) => (image.src = url), () => (image.hidden = true))
}
