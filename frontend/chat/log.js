// @ts-check
/** Draws the rows of the conversation, touching only what changed, so that focus, selection and a screen reader are not disturbed. */

import { forms } from "./forms.js"
import { day, exactly, hour } from "../js/dates.js"
import { find, icon, keep, make, own } from "../js/dom.js"
import { gettext, say } from "../js/i18n.js"
import { richNodes } from "../js/rich_text.js"

/**
 * @typedef {import("./rows.js").Row} Row
 * @typedef {import("./rows.js").Bubble} Bubble
 * @typedef {{key: string, value: unknown, make: () => HTMLElement, fill: (node: HTMLElement) => void}} Part
 * @typedef {{fresh: boolean, answerable: boolean, live: boolean, picture: (id: string) => Promise<string>}} How `picture`: the address of one,
 *   which can be asked for while the line is `live`
 */

const statuses = () => ({
  sending: [gettext("Sending"), "clock"], checked: [gettext("Being checked"), "clock"], waiting: [gettext("Waits for the connection"), "clock"],
  sent: [gettext("Sent"), "sent"], delivered: [gettext("Delivered"), "read"], read: [gettext("Read"), "read"],
})
/** @type {WeakMap<HTMLElement, string>} */
const filled = new WeakMap()

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
    if (filled.get(node) !== value) one.fill(node)
    filled.set(node, value)
  })

/** @param {Row} row @param {How} how @returns {Part} */
function rowPart(row, how) {
  if (row.kind === "day") return { key: row.key, value: day(row.at), make: () => make("h3", "day", make("time", "")), fill: (node) => fillDay(node, row.at) }
  if (row.kind === "system") return { key: row.key, value: row, make: () => fresh(make("p", "system", make("bdi", ""), " ", make("time", "")), how), fill: (node) => fillSystem(node, row) }
  return { key: `${row.author} ${row.key}`, value: [row, how.answerable, how.live && row.bubbles.some(isShown)], make: emptyGroup, fill: (node) => fillGroup(node, row, how) }
}

function emptyGroup() {
  const who = make("p", "group__who")
  who.dir = "auto"
  return make("div", "group", who, make("div", "group__bubbles"), make("p", "group__meta"))
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
  const does = [["again", "retry", gettext("Retry")], ["discard", "close", gettext("Discard")]].map(([does, sign, word]) => {
    const button = make("button", "", icon(sign), word)
    button.setAttribute("type", "button")
    Object.assign(button.dataset, { do: does, token: clientToken })
    return button
  })
  return make("p", "group__do", ...does)
}

/** @param {HTMLElement} node @param {import("./rows.js").GroupRow} row */
function fillMeta(node, row) {
  node.replaceChildren()
  node.classList.toggle("is-failed", row.status === "failed")
  if (row.status === "failed") return void node.append(icon("warn"), say("Not sent: %(reason)s", { reason: row.reason }))
  const time = document.createElement("time")
  fillTime(time, row.at, hour(row.at))
  node.append(time)
  const [word, sign] = own(statuses(), row.status) ?? []
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
  const fill = { text: fillText, file: fillFile, choices: forms()?.fillChoices }[bubble.kind]
  return {
    key: bubble.key, value: [bubble, how.answerable, isShown(bubble) && how.live], make: () => fresh(EMPTY[bubble.kind](), how),
    fill: (node) => fill?.(node, /** @type {any} */ (bubble), how),
  }
}

const EMPTY = {
  text() {
    const node = make("div", "bubble")
    node.dir = "auto"
    return node
  },
  file() {
    const image = /** @type {HTMLImageElement} */ (make("img", "file__picture"))
    image.hidden = true
    image.alt = ""
    const sign = make("span", "file__icon", icon("file"))
    sign.setAttribute("aria-hidden", "true")
    const open = make("button", "icon-button file__open", icon("download"))
    open.setAttribute("type", "button")
    return make("div", "file", image, sign, make("bdi", "file__name"), make("span", "file__facts"), open)
  },
  choices() {
    const detail = make("small", "")
    detail.dir = "auto"
    return make("fieldset", "choices", make("legend", "", make("bdi", ""), detail))
  },
}

/** @param {Bubble} bubble */
const isShown = (bubble) => bubble.kind === "file" && bubble.picture

/** @param {HTMLElement} node @param {import("./rows.js").TextBubble} bubble */
function fillText(node, bubble) {
  node.replaceChildren(...(bubble.slot ? [forms()?.chosenSlot(bubble.slot) ?? ""] : richNodes(bubble.rich)))
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
  open.setAttribute("aria-label", say("Download %(name)s", { name: bubble.name }))
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
