// @ts-check
/** An interactive message as the customer saw it, with what they chose. It cannot be pressed: it is the customer's to answer. */
import { hour } from "../lib/clock.js"
import { chrome, icon, make, own, spoken, typed, words } from "../lib/dom.js"
import { slotWords, slotsByDay } from "../../../frontend/js/interactive_messages.js"
import { linkedWords } from "../../../frontend/js/rich_text.js"
import { fill, gettext, ngettext, say } from "../lib/i18n.js"

/**
 * @typedef {import("../../../frontend/js/interactive_messages.js").Form} Form
 * @typedef {import("../../../frontend/js/interactive_messages.js").Part} Part
 * @typedef {import("../../../frontend/js/interactive_messages.js").Option} Option
 * @typedef {import("../state/bubbles.js").Choice} Choice
 */

/** @type {Record<string, () => [string, string]>} template -> icon and name */
const KINDS = {
  ListPicker: () => ["list", gettext("List picker")],
  TimePicker: () => ["clock", gettext("Time picker")],
  Panel: () => ["panel", gettext("Panel")],
  QuickReply: () => ["next", gettext("Quick reply")],
  Carousel: () => ["cards", gettext("Carousel")],
  WhatsAppInteractiveList: () => ["list", gettext("List picker")],
  WhatsAppInteractiveReplyButton: () => ["next", gettext("Quick reply")],
}

const QUICK = ["QuickReply", "WhatsAppInteractiveReplyButton"]

/** Their options are small things in a row: what was chosen is said below them. */
const IN_A_ROW = ["TimePicker", ...QUICK]

/** @param {Form} form @param {Choice|null} choice @returns {Node[]} */
export function formNodes({ template, parts }, choice) {
  const [first, ...cards] = parts
  const [look, name] = (own(KINDS, template) ?? (() => ["list", gettext("Interactive message")]))()
  return [
    make("header", "", chrome(make("p", "ask__kind", icon(look), name)), ...heading(first, "h4")),
    ...body(template, first, choice),
    ...(cards.length > 0 ? [cardsNode(cards, choice)] : []),
    ...(parts.some((one) => one.options.length > 0) ? foot(template, choice) : [unknown()]),
  ]
}

/** A title without anything to choose is no question: it is a template we do not know, or one that is broken. */
const unknown = () => chrome(make("p", "ask__foot", gettext("Interactive message that cannot be read")))

/** @param {string} template @param {Choice|null} choice */
function foot(template, choice) {
  if (!choice) return [chrome(make("p", "ask__foot", gettext("No answer yet")))]
  return IN_A_ROW.includes(template) ? [chrome(make("p", "ask__foot", make("em", "", choiceWords(choice))))] : []
}

/** Cards beside each other, to be scrolled through by key as well. @param {Part[]} cards @param {Choice|null} choice */
function cardsNode(cards, choice) {
  const element = make("div", "ask__cards", ...cards.map((card) => cardNode(card, choice)))
  element.tabIndex = 0
  element.setAttribute("role", "group")
  element.setAttribute("aria-label", gettext("Cards of the carousel"))
  return element
}

/** @param {Part} card @param {Choice|null} choice */
const cardNode = (card, choice) =>
  make("section", "ask__card", ...heading(card, "h5"), ...body("ListPicker", card, choice))

/** @param {Part} part @param {string} level */
const heading = ({ title, detail, picture }, level) => [
  ...(picture ? [pictureNode(picture)] : []),
  ...(title ? [words(level, title)] : []),
  ...(detail ? [make("p", "ask__detail", linkedWords(detail))] : []),
]

/** @param {string} template @param {Part} part @param {Choice|null} choice @returns {Node[]} */
function body(template, part, choice) {
  if (part.options.length === 0) return []
  const inside = template === "TimePicker" ? days(part, choice) : [choices(template, part.options, choice)]
  const more = fill(ngettext("and %(n)s more", "and %(n)s more", part.more), { n: part.more })
  return [...inside, ...(part.more > 0 ? [chrome(make("p", "ask__more", more))] : [])]
}

/** @param {string} template @param {Option[]} options @param {Choice|null} choice */
const choices = (template, options, choice) =>
  make(
    "ul",
    QUICK.includes(template) ? "ask__quick" : "",
    ...options.map((one) => optionNode(one, choice, words("b", one.label), QUICK.includes(template))),
  )

/** @param {Option} option @param {Choice|null} choice @param {Node} label @param {boolean} small */
function optionNode(option, choice, label, small) {
  const mine = choice !== null && choice.answer === option.answer
  const detail = option.detail ? [words("span", option.detail)] : []
  const picture = option.picture ? [pictureNode(option.picture)] : []
  const item = make("li", mine ? "is-chosen" : "", make("span", "", label, ...detail, ...picture))
  if (choice && mine) item.append(icon("tick"), ...(small ? [spoken(gettext("chosen"))] : [choiceNode(choice)]))
  return item
}

/** @param {Choice} choice */
const choiceNode = (choice) => chrome(make("em", "", choiceWords(choice)))

/** @param {Choice} choice */
function choiceWords({ by, at }) {
  return say("%(name)s’s choice, %(time)s", { name: by || gettext("Customer"), time: hour(at) })
}

/** Time slots stand under their days, in the hours the customer was shown. @param {Part} part @param {Choice|null} choice */
function days(part, choice) {
  const { offset } = part
  const nodes = slotsByDay(part).map(([day, slots]) =>
    chrome(
      make(
        "section",
        "ask__day",
        make("h5", "", day),
        make("ul", "ask__slots", ...slots.map((one) => optionNode(one, choice, slotNode(one, offset), true))),
      ),
    ),
  )
  return offset === null ? nodes : [...nodes, chrome(make("p", "ask__more", zoneWords(offset)))]
}

/** @param {Option} option @param {number|null} offset */
function slotNode({ at, minutes }, offset) {
  const begins = slotWords(at, offset, { hour: "2-digit", minute: "2-digit" })
  const lasts = minutes > 0 ? [" ", make("span", "ask__lasts", fill(gettext("%(n)s min"), { n: minutes }))] : []
  return make("b", "num", begins, ...lasts)
}

/** @param {number} offset */
function zoneWords(offset) {
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0")
  const away = Math.abs(offset)
  const zone = `UTC${offset < 0 ? "−" : "+"}${two(Math.floor(away / 60))}:${two(away % 60)}`
  return say("Times as the customer was shown them, %(zone)s", { zone })
}

/** @param {string} about */
const pictureNode = (about) =>
  chrome(make("p", "ask__picture", icon("image"), spoken(`${gettext("Picture, not loaded:")} `), typed(about)))

/** The answer of a view: what was pressed, and the fields of it. @param {import("../../../frontend/js/interactive_messages.js").Answer} answer @returns {Node[]} */
export const answerNodes = ({ action, fields }) => [
  chrome(make("p", "bubble__kind", icon("list"), gettext("Answer to a form"))),
  ...(action ? [make("p", "", typed(action))] : []),
  ...(fields.length > 0
    ? [
        make(
          "dl",
          "answer",
          ...fields.flatMap(([name, value]) => [make("dt", "", typed(name)), make("dd", "", linkedWords(value))]),
        ),
      ]
    : []),
]
