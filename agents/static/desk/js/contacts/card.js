// @ts-check
/** One card of the list, in each of its states. */
import { clockwise, exactly, hour, now, since, until } from "../lib/clock.js"
import { at, drawFace, icon, make, own, redraw, setAttribute, setText, spoken, typed } from "../lib/dom.js"
import { urgency } from "../state/index.js"
import { LOOKS } from "../lib/timers.js"
import { fill, gettext, ngettext, say, told } from "../lib/i18n.js"

/** @typedef {import("../state/cards.js").Card} Card */

/** @type {WeakMap<HTMLElement, unknown[]>} what was drawn: with hundreds of cards, looking again costs more than drawing */
const drawn = new WeakMap()

/** @param {HTMLElement} element @param {{card: Card, draft: string, me: number}} dressed @param {boolean} chosen */
export function drawCard(element, { card, draft, me }, chosen) {
  const signs = [card, draft, me, chosen, Math.floor(now() / 1000)]
  const before = drawn.get(element)
  if (before?.every((one, place) => one === signs[place])) return
  drawn.set(element, signs)
  element.dataset.contact = card.contactId
  setAttribute(element, "aria-selected", chosen)
  element.classList.toggle("is-unread", card.unread > 0)
  element.classList.toggle("is-waiting", card.waitingSince !== null)
  element.classList.toggle("is-over", card.state === "ended")
  drawFace(at(element, "face"), card.name)
  setText(at(element, "name"), nameOf(card))
  drawSide(at(element, "side"), card)
  drawLast(at(element, "last"), card, chosen ? "" : draft, me)
  const unread = at(element, "unread")
  unread.hidden = card.unread === 0
  redraw(unread, card.unread, () => [spoken(`${gettext("unread")} `), String(card.unread)])
  redraw(at(element, "meta"), [card.queue, card.typing, card.state, card.handing], () => [
    make("span", "", card.queue),
    ...askingWord(card),
    ...typingWord(card),
  ])
}

/** @param {HTMLElement} element @param {Card} card */
export function drawOffer(element, card) {
  element.dataset.contact = card.contactId
  element.setAttribute("aria-label", say("Offered: %(name)s, %(queue)s", { name: nameOf(card), queue: card.queue }))
  setText(at(element, "name"), nameOf(card))
  drawRing(at(element, "ring"), card)
  setText(at(element, "side"), offerAge(card))
  redraw(at(element, "last"), card.last, () => lastWords(card, null))
  const from = card.handing
  redraw(at(element, "meta"), [card.queue, from], () => [
    make("span", "", from ? say("From %(name)s", { name: from.from || gettext("a colleague") }) : gettext("Offered")),
    make("span", "", card.queue),
  ])
  const comment = at(element, "comment")
  comment.hidden = !from?.comment
  redraw(comment, from?.comment, () => (from?.comment ? [icon("transfer"), typed(from.comment)] : []))
}

/** How long the customer has waited; whom a colleague serves waits for nobody, the colleague does. @param {Card} card */
function offerAge({ queuedSince, handing }) {
  if (queuedSince !== null) return say("waited %(time)s", { time: clockwise(since(queuedSince)) })
  return handing ? say("asked %(time)s ago", { time: clockwise(since(handing.askedAt)) }) : ""
}

/** @param {HTMLElement} ring @param {Card} card */
function drawRing(ring, card) {
  ring.hidden = card.expiresAt === null
  if (card.expiresAt === null) return
  const left = until(card.expiresAt)
  const whole = Math.max(1, (Date.parse(card.expiresAt) - Date.parse(card.ringsSince ?? card.offeredAt)) / 1000)
  setText(at(ring, "left"), String(left))
  setAttribute(
    ring,
    "aria-label",
    fill(ngettext("%(n)s second to accept", "%(n)s seconds to accept", left), { n: left }),
  )
  const arc = /** @type {Element} */ (ring.querySelector(".ring__left"))
  setAttribute(arc, "stroke-dasharray", `${Math.min(100, (left / whole) * 100).toFixed(1)} 100`)
  ring.classList.toggle("ring--soon", left <= 5)
}

/** @param {HTMLElement} element @param {Card} card @param {boolean} takeable the customer waits still */
export function drawMissed(element, card, takeable) {
  at(element, "take").hidden = !takeable
  element.dataset.contact = card.contactId
  setText(at(element, "name"), nameOf(card))
  setText(at(element, "side"), hour(card.endedAt ?? card.offeredAt))
  setText(at(element, "last"), sentence(told(card.why)) || gettext("Not accepted in time"))
  redraw(at(element, "meta"), card.queue, () => [make("span", "", card.queue)])
}

/** Why it ended, in a sentence: chats/contact_state.py's reasons, else what the server says. @param {{endReason: string, why: import("../lib/i18n.js").Why|null}} card */
export function whyEnded({ endReason, why }) {
  /** @type {Record<string, string>} */
  const known = {
    agent: gettext("You ended the chat"),
    supervisor: gettext("A supervisor ended the chat"),
    customer: gettext("The customer left the chat"),
    chatEnded: gettext("The chat has ended"),
    removed: gettext("Another agent or bot took over in Amazon Connect"),
    agentLeft: gettext("You ended or transferred it in Amazon Connect"),
    tokenOver: gettext("Amazon Connect no longer lets the portal speak for you: go on in its Contact Control Panel"),
    silent: gettext("The customer did not answer any more"),
    lost: gettext("Amazon Connect no longer knows this chat; it could not be verified why"),
    notJoined: gettext("The chat could not be joined in time"),
  }
  return own(known, endReason) ?? (sentence(told(why)) || gettext("The chat has ended"))
}

/** @param {string} text */
const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1)

/** @param {HTMLElement} side @param {Card} card */
function drawSide(side, card) {
  if (card.waitingSince) return drawWaiting(side, card.waitingSince)
  if (card.state === "ended" && card.acwUntil) return drawLeft(side, card.acwUntil)
  const from = card.state === "ended" ? card.endedAt : (card.answeredAt ?? card.acceptedAt)
  const [look, word] =
    card.state === "ended"
      ? ["hourglass", gettext("ended, since")]
      : card.answeredAt
        ? ["tick", gettext("answered, since")]
        : ["clock", gettext("accepted, since")]
  side.className = card.state === "ended" ? "card__side timer num" : "card__side num"
  drawTimer(side, look, word, from)
}

/** After contact work that ends by itself. @param {HTMLElement} side @param {string} until_ */
function drawLeft(side, until_) {
  const left = until(until_)
  side.className = `card__side timer num${left <= 10 ? " timer--bad" : ""}`
  redraw(side, ["left", until_], () => [icon("hourglass"), spoken(`${gettext("after contact work, left")} `), make("span", "")])
  setText(/** @type {Element} */ (side.lastElementChild), clockwise(left))
}

/** @param {HTMLElement} side @param {string} waitingSince */
function drawWaiting(side, waitingSince) {
  const look = LOOKS[urgency(since(waitingSince))]
  side.className = `card__side ${look.className} num`
  drawTimer(side, look.icon, look.word, waitingSince)
}

/** Hundreds of them tick every second: only the digits change. @param {HTMLElement} side @param {string} look @param {string} word @param {string|null} from */
function drawTimer(side, look, word, from) {
  redraw(side, [look, word, from], () => (from ? [icon(look), spoken(`${word} `), make("span", "")] : []))
  if (!from) return
  setText(/** @type {Element} */ (side.lastElementChild), clockwise(since(from)))
  setAttribute(side, "title", say("since %(time)s", { time: exactly(from) }))
}

/** @param {HTMLElement} element @param {Card} card @param {string} draft @param {number} me */
function drawLast(element, card, draft, me) {
  const failed = card.failed > 0
  element.classList.toggle("card__last--bad", failed)
  const words = draft.slice(0, 120)
  redraw(element, [card.failed, words, card.state === "ended" && whyEnded(card), card.last], () => {
    if (failed)
      return [
        icon("fail"),
        make(
          "span",
          "",
          fill(ngettext("%(n)s message was not sent", "%(n)s messages were not sent", card.failed), { n: card.failed }),
        ),
      ]
    if (words) return [make("b", "", icon("draft"), gettext("Draft")), typed(words)]
    if (card.state === "ended") return [typed(whyEnded(card))]
    return lastWords(card, me)
  })
}

/** @param {Card} card @param {number|null} me @returns {(Node|string)[]} */
function lastWords({ last, relayed, state }, me) {
  if (!last && relayed && state === "connecting") return [make("span", "quiet", gettext("Rings in Amazon Connect"))]
  if (!last) return [make("span", "quiet", gettext("Nothing said yet"))]
  const text = last.kind === "bot" ? gettext("Conversation with the bot") : last.text.slice(0, 160)
  const words = last.by ? `${last.by.id === me ? gettext("You") : last.by.name}: ${text}` : text
  if (last.kind === "file") return [icon("file"), typed(words)]
  if (last.kind === "form") return [icon("list"), typed(words || gettext("Interactive message"))]
  return last.kind === "bot" ? [icon("bot"), typed(words)] : [typed(words)]
}

/** Somebody is asked to take it over, or was and did not. @param {Card} card */
function askingWord({ handing, state }) {
  if (!handing || state !== "connected") return []
  if (handing.kind === "asking") return [make("span", "asking-word", say("asking %(name)s", { name: handing.to }))]
  if (handing.kind === "received" && handing.from) return [make("span", "", say("from %(name)s", { name: handing.from }))]
  return []
}

/** @param {Card} card */
function typingWord(card) {
  return card.typing && card.state === "connected"
    ? [make("span", "typing-word", gettext("typing"), make("i", ""), make("i", ""), make("i", ""))]
    : []
}

/** @param {Card} card */
const nameOf = (card) => card.name || gettext("Customer")
