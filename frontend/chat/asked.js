// @ts-check
/** Draws what an interactive message asks: a list, times under their days, short replies in a row, or cards beside each other. */

import { find, icon, make, own } from "../js/dom.js"
import { gettext, say } from "../js/i18n.js"
import { chosen, readForm, slotWords, slotsByDay } from "../js/interactive_messages.js"

/**
 * @typedef {import("../js/interactive_messages.js").Option} Choice
 * @typedef {import("../js/interactive_messages.js").Part} Card
 * @typedef {import("../js/interactive_messages.js").Form} Form
 * @typedef {{chosen: string, answerable: boolean}} How
 */

/** @type {Record<string, "times" | "quick" | "cards">} how a template looks; every other one is a list */
const KINDS = { TimePicker: "times", QuickReply: "quick", WhatsAppInteractiveReplyButton: "quick", Carousel: "cards" }
/** @type {Intl.DateTimeFormatOptions} */
const HOUR = { hour: "2-digit", minute: "2-digit" }

/** @param {HTMLElement} node @param {import("./rows.js").ChoicesBubble} bubble @param {{answerable: boolean}} how */
export function fillChoices(node, { form, chosen }, { answerable }) {
  const [first] = form.parts
  const kind = own(KINDS, form.template) ?? "list"
  find("legend bdi", node).textContent = first.title
  find("legend small", node).textContent = first.detail
  node.className = `choices choices--${kind}`
  for (const old of [...node.children].slice(1)) old.remove()
  node.append(...pictureNote(first), ...body(kind, form.parts, { chosen, answerable }))
}

/** @param {string} kind @param {Card[]} parts @param {How} how @returns {Node[]} */
function body(kind, [first, ...others], how) {
  if (kind === "times") return days(first, how)
  if (kind === "cards") return [cards(others, how)]
  const buttons = first.options.map((choice) => button(choice, how))
  return kind === "quick" ? [make("div", "choices__row", ...buttons)] : buttons
}

/** To be scrolled through by key as well. @param {Card[]} all @param {How} how */
function cards(all, how) {
  const node = make("div", "choices__cards", ...all.map((card) => cardNode(card, how)))
  for (const [name, value] of [["tabindex", "0"], ["role", "group"], ["aria-label", gettext("Cards")]]) node.setAttribute(name, value)
  return node
}

/** @param {Card} card @param {How} how */
function cardNode(card, how) {
  const head = make("p", "choices__card-head", make("bdi", "", card.title), make("small", "", card.detail))
  return make("section", "choices__card", ...pictureNote(card), head, ...card.options.map((choice) => button(choice, how)))
}

/** @param {Card} card @returns {Node[]} */
const pictureNote = (card) => (card.picture ? [make("p", "choices__picture", icon("image"), make("bdi", "", card.picture))] : [])

/** @param {Card} asked @param {How} how @returns {Node[]} */
const days = (asked, how) =>
  slotsByDay(asked).map(([day, slots]) => {
    const buttons = slots.map((slot) => button({ ...slot, label: slotWords(slot.at, asked.offset, HOUR), detail: lasts(slot) }, how))
    return make("div", "choices__day", make("p", "", day), make("div", "choices__row", ...buttons))
  })

/** @param {Choice} slot */
const lasts = ({ minutes }) => (minutes > 0 ? say("%(n)s min", { n: minutes }) : "")

/** A time that was chosen, as it was offered. @param {import("./rows.js").Slot} slot */
export const chosenSlot = ({ at, offset }) => slotWords(at, offset, { weekday: "long", day: "numeric", month: "long", ...HOUR })

/** @param {Choice} choice @param {How} how */
function button(choice, { chosen, answerable }) {
  const detail = make("small", "", choice.detail)
  detail.dir = "auto"
  const node = /** @type {HTMLButtonElement} */ (make("button", "choice", make("bdi", "choice__label", choice.label), detail, icon("check")))
  node.type = "button"
  node.dataset.answer = choice.answer
  node.disabled = Boolean(chosen) || !answerable
  node.classList.toggle("is-chosen", choice.answer === chosen)
  node.setAttribute("aria-pressed", String(choice.answer === chosen))
  return node
}

/** What `forms.js` wants. */
export const FORMS = { readForm, chosen, fillChoices, chosenSlot }
