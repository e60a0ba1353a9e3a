// @ts-check
/** Above the conversation: who it is, where they came from, for how long, and how to end it. */
import { exactly, since, spoken } from "../lib/clock.js"
import { at, find, icon, make, redraw, setAttribute, setText, spoken as spokenWords } from "../lib/dom.js"
import { whyEnded } from "../contacts/card.js"
import { gettext, say } from "../lib/i18n.js"

/** @typedef {import("../state/cards.js").Card} Card */

/** @param {Card} card @param {boolean} transfersInConnect what Amazon Connect gave is handed on from here, too */
export function drawHeader(card, transfersInConnect) {
  const head = find("#head")
  setText(at(head, "name"), card.name || gettext("Customer"))
  const age = contactAge(card)
  redraw(at(head, "facts"), [card.state, card.why, card.endReason, card.queue, card.relayed, transfersInConnect, card.watchedBy, age], () => [
    ...presence(card),
    ...watched(card),
    make("span", "", card.queue),
    ...(card.relayed ? [inConnect(transfersInConnect)] : []),
    ...(age ? [inContact(card, age)] : []),
  ])
  const end = /** @type {HTMLButtonElement} */ (find("#end"))
  end.hidden = card.state !== "connected"
  find("#transfer").hidden = card.state !== "connected"
  setAttribute(find("#transfer"), "aria-disabled", (card.relayed && !transfersInConnect) || card.handing?.kind === "asking")
}

/** Supervisors who look on: the agent is told who. @param {Card} card */
function watched({ watchedBy }) {
  if (watchedBy.length === 0) return []
  const names = watchedBy.map((one) => one.name).join(", ")
  const words = make("span", "eye", icon("eye"), spokenWords(gettext("Watched by")), make("bdi", "", names))
  words.title = say("Watched by %(names)s", { names })
  return [words]
}

/** Amazon Connect itself gave it to the agent: it is transferred there. @param {boolean} transfers from here, too */
function inConnect(transfers) {
  const words = make("span", "", gettext("in Amazon Connect"))
  words.title = transfers
    ? gettext("Amazon Connect gave you this contact: what you do here counts there.")
    : gettext("Amazon Connect gave you this contact: transfer it in the Contact Control Panel.")
  return words
}

/** @param {Card} card */
function presence(card) {
  if (card.state === "connected") return [make("span", "presence", icon("mark"), gettext("Connected"))]
  if (card.state === "ended") return [make("span", "presence presence--over", whyEnded(card))]
  return [make("span", "presence presence--offered", icon("clock"), gettext("Offered to you"))]
}

/** @param {Card} card */
function contactAge(card) {
  if (!card.acceptedAt) return ""
  const seconds = card.endedAt
    ? (Date.parse(card.endedAt) - Date.parse(card.acceptedAt)) / 1000
    : since(card.acceptedAt)
  return spoken(Math.max(0, Math.floor(seconds)))
}

/** @param {Card} card @param {string} age */
function inContact(card, age) {
  const words = make("span", "num", make("bdi", "", say("%(time)s in contact", { time: age })))
  words.title = say("since %(time)s", { time: exactly(card.acceptedAt ?? "") })
  return words
}

/** @param {(contactId: string) => void} end @param {(contactId: string) => string} draft */
export function createEndDialog(end, draft) {
  const dialog = /** @type {HTMLDialogElement} */ (find("#end-dialog"))
  let contactId = ""
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "end") end(contactId)
  })
  return (/** @type {Card} */ card) => {
    if (card.state !== "connected" || dialog.open) return
    contactId = card.contactId
    dialog.returnValue = ""
    setText(at(dialog, "title"), say("End the chat with %(name)s?", { name: card.name || gettext("the customer") }))
    at(dialog, "draft").hidden = draft(contactId).trim() === ""
    dialog.showModal()
    // Whoever was typing when it opened ends nothing by Space or Enter.
    at(dialog, "no").focus()
  }
}
