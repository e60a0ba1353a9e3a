// @ts-check
/** Draws what an interactive message asks: a list, times under their days, short replies in a row, or cards beside each other. */

import { icon, made, make, part } from "./nodes.js"

/**
 * @typedef {import("./interactive.js").Choice} Choice
 * @typedef {import("./interactive.js").Card} Card
 * @typedef {import("./interactive.js").Question} Question
 * @typedef {{chosen: string, answerable: boolean}} How
 */

/** @param {HTMLElement} node @param {import("./rows.js").ChoicesBubble} bubble @param {{answerable: boolean}} how */
export function fillChoices(node, { question, chosen }, { answerable }) {
  part(node, "legend bdi").textContent = question.title
  part(node, "legend small").textContent = question.detail
  node.className = `choices choices--${question.kind}`
  for (const old of [...node.children].slice(1)) old.remove()
  node.append(...picture(question), ...body(question, { chosen, answerable }))
}

/** @param {Question} question @param {How} how @returns {Node[]} */
function body(question, how) {
  if (question.kind === "times") return days(question, how)
  if (question.kind === "cards") return [cards(question.cards, how)]
  const buttons = question.choices.map((choice) => button(choice, how))
  return question.kind === "quick" ? [make("div", "choices__row", ...buttons)] : buttons
}

/** To be scrolled through by key as well. @param {Card[]} all @param {How} how */
function cards(all, how) {
  const node = make("div", "choices__cards", ...all.map((card) => cardNode(card, how)))
  for (const [name, value] of [["tabindex", "0"], ["role", "group"], ["aria-label", "Cards"]]) node.setAttribute(name, value)
  return node
}

/** @param {Card} card @param {How} how */
function cardNode(card, how) {
  const head = make("p", "choices__card-head", make("bdi", "", card.title), make("small", "", card.detail))
  return make("section", "choices__card", ...picture(card), head, ...card.choices.map((choice) => button(choice, how)))
}

/** @param {Card} card @returns {Node[]} */
const picture = (card) => (card.picture ? [make("p", "choices__picture", icon("image"), make("bdi", "", card.picture))] : [])

/** @param {Question} question @param {How} how @returns {Node[]} */
function days({ choices, offset }, how) {
  /** @type {Map<string, Choice[]>} */
  const byDay = new Map()
  for (const choice of choices) {
    const day = told(choice, offset, { weekday: "long", day: "numeric", month: "long" })
    byDay.set(day, [...(byDay.get(day) ?? []), choice])
  }
  return [...byDay].map(([day, slots]) => {
    const buttons = slots.map((slot) => button({ ...slot, label: told(slot, offset, { hour: "2-digit", minute: "2-digit" }) }, how))
    return make("div", "choices__day", make("p", "", day), make("div", "choices__row", ...buttons))
  })
}

/** A time that was chosen, as it was offered. @param {import("./interactive.js").Slot} slot */
export const slotWords = (slot) => told(slot, slot.offset, { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" })

/** @param {{date?: string}} slot @param {number | null} offset minutes from UTC @param {Intl.DateTimeFormatOptions} how */
function told({ date }, offset, how) {
  const at = new Date(Date.parse(date ?? "") + (offset ?? 0) * 60_000)
  return at.toLocaleString([], offset === null ? how : { ...how, timeZone: "UTC" })
}

/** @param {Choice} choice @param {How} how */
function button(choice, { chosen, answerable }) {
  const node = /** @type {HTMLButtonElement} */ (made("choice"))
  part(node, ".choice__label").textContent = choice.label
  part(node, "small").textContent = choice.detail
  node.dataset.answer = choice.answer
  node.disabled = Boolean(chosen) || !answerable
  node.classList.toggle("is-chosen", choice.answer === chosen)
  node.setAttribute("aria-pressed", String(choice.answer === chosen))
  return node
}
