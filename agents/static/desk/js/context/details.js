// @ts-check
/** Beside the conversation: the customer's attributes, who is in the contact, its ids; all of it copyable. */
import { date, hour } from "../lib/clock.js"
import { STAYS, toClipboard } from "../conversation/copy.js"
import { at, drawFace, find, icon, keep, make, own, redraw, setText } from "../lib/dom.js"
import { drawNotes } from "../conversation/notes.js"
import { people } from "../state/index.js"
import { harmless } from "../state/item_renderers.js"
import { shownReference } from "../state/references.js"
import { fill, gettext, ngettext, say } from "../lib/i18n.js"

/**
 * @typedef {{name: string, queue: string, contactId: string, initialContactId: string}} About
 * @typedef {{key: string, label: string, value: string, href?: string, whole?: string, copied?: string}} Fact
 *   `whole`: what is read on it when it is pointed at, `copied`: what the button copies; else the value.
 */

/** More attributes than this are folded, */
const MOST_FACTS = 8
/** to so many. */
const FIRST_FACTS = 6

/** @param {() => void} repaint @param {import("../conversation/earlier_contacts.js").Past} past */
export function createDetails(repaint, past) {
  /** Contacts whose attributes are all shown. @type {Set<string>} */
  const unfolded = new Set()
  let contactId = ""
  const pane = find("#details")
  const search = /** @type {HTMLInputElement} */ (find("#attribute-search"))
  search.addEventListener("input", repaint)
  at(pane, "more").addEventListener("click", () => {
    if (!unfolded.delete(contactId)) unfolded.add(contactId)
    repaint()
  })
  pane.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("[data-copy]") : null
    if (button instanceof HTMLElement) void copy(button)
  })
  return {
    /** @param {About|null} about @param {import("../lib/types.js").Conversation|undefined} held @param {number|null} me */
    paint(about, held, me) {
      pane.hidden = about === null || held === undefined || past.reading
      past.paint(about, me)
      if (!about || !held) return
      if (about.contactId !== contactId) search.value = "" // what was looked for in another contact
      contactId = about.contactId
      const contact = held.contacts[contactId]
      drawFace(at(pane, "face"), about.name)
      setText(at(pane, "name"), about.name || gettext("Customer"))
      setText(
        at(pane, "about"),
        contact?.publicName ? say("Customer sees: %(name)s", { name: contact.publicName }) : about.queue,
      )
      drawWhatIsKnown(pane, contact, search.value.trim().toLowerCase(), unfolded.has(contactId))
      keep(
        at(pane, "people"),
        people(held, contact, me),
        (one) => one.key,
        () => make("li", ""),
        drawPerson,
      )
      drawNotes(find("#notes"), held.notes, me)
      drawFacts(at(pane, "ids"), idsOf(about, contact))
    },
  }
}

/**
 * One field finds in both, also in what is folded.
 * @param {HTMLElement} pane @param {import("../lib/types.js").Contact|undefined} contact @param {string} wanted @param {boolean} unfolded
 */
function drawWhatIsKnown(pane, contact, wanted, unfolded) {
  const attributes = Object.entries(contact?.attributes ?? {}).map(([key, value]) => ({ key, label: key, value }))
  const references = (contact?.references ?? []).map(referenceFact)
  at(pane, "search").hidden = attributes.length + references.length < 4
  at(pane, "references").hidden = references.length === 0
  const many = !wanted && attributes.length > MOST_FACTS
  drawFitting(pane, "facts", "none", many && !unfolded ? attributes.slice(0, FIRST_FACTS) : attributes, wanted)
  drawMore(at(pane, "more"), many ? attributes.length - FIRST_FACTS : 0, unfolded)
  drawFitting(pane, "reference-facts", "no-references", references, wanted)
}

/** @param {HTMLElement} more @param {number} count folded, or that could be; 0: too few @param {boolean} unfolded */
function drawMore(more, count, unfolded) {
  more.hidden = count === 0
  more.setAttribute("aria-expanded", String(unfolded))
  setText(more, unfolded ? gettext("Fewer") : fill(ngettext("%(n)s more", "%(n)s more", count), { n: count }))
}

/** @param {HTMLElement} pane @param {string} list @param {string} empty @param {Fact[]} all @param {string} wanted */
function drawFitting(pane, list, empty, all, wanted) {
  const fits = all.filter(({ label, value }) => `${label} ${value}`.toLowerCase().includes(wanted))
  drawFacts(at(pane, list), fits)
  const none = at(pane, empty)
  none.hidden = fits.length > 0
  setText(none, all.length === 0 ? gettext("This contact has none.") : gettext("None fits."))
}

/** @param {import("../lib/types.js").Reference} reference @returns {Fact} */
function referenceFact(reference) {
  const { key, label, as, value, href } = shownReference(reference)
  if (as === "moment" || as === "day") return { key, label, value: date(value), whole: reference.value }
  if (as === "file") return { key, label, value: own(SCANS(), value) ?? (value || gettext("File")), copied: label }
  return { key, label, value, href, whole: reference.value, copied: reference.value }
}

/** ReferenceStatus, of Amazon Connect's. @returns {Record<string, string>} */
const SCANS = () => ({
  AVAILABLE: gettext("File, available"),
  APPROVED: gettext("File, available"),
  PROCESSING: gettext("File, being scanned"),
  DRAFTING: gettext("File, incomplete"),
  REJECTED: gettext("File, refused"),
  FAILED: gettext("File, not scanned"),
  DELETED: gettext("File, deleted"),
})

/** @param {About} about @param {import("../lib/types.js").Contact|undefined} contact @returns {Fact[]} */
function idsOf({ contactId, initialContactId, queue }, contact) {
  const chained =
    contactId === initialContactId ? [] : [{ key: "initial", label: gettext("First contact"), value: initialContactId }]
  const round =
    contact && contact.round > 1
      ? [{ key: "round", label: gettext("Handed over"), value: fill(gettext("%(n)s times"), { n: contact.round }) }]
      : []
  return [
    { key: "queue", label: gettext("Queue"), value: queue },
    { key: "id", label: gettext("Contact id"), value: contactId },
    ...chained,
    ...round,
  ]
}

/** @param {HTMLElement} list @param {Fact[]} facts */
function drawFacts(list, facts) {
  keep(
    list,
    facts,
    (fact) => fact.key,
    () => make("div", ""),
    (element, fact) => redraw(element, fact, () => factWords(fact)),
  )
}

/** @param {Fact} fact */
function factWords({ label, value, href, whole, copied }) {
  const said = make("dd", "", href ? linkTo(href, value) : harmless(value))
  said.dir = "auto"
  said.title = whole ?? value
  const button = make("button", "icon-button icon-button--s", icon("copy"))
  button.setAttribute("type", "button")
  button.setAttribute("aria-label", say("Copy %(what)s", { what: label }))
  button.dataset.copy = copied ?? value
  const term = make("dt", "", harmless(label))
  term.title = label
  return [term, said, make("dd", "copy", button)]
}

/** It opens beside the desk, and learns nothing of it. @param {string} href @param {string} words */
function linkTo(href, words) {
  const link = make("a", "", words)
  link.setAttribute("href", href)
  link.setAttribute("target", "_blank")
  link.setAttribute("rel", "noopener noreferrer")
  return link
}

/** @param {HTMLElement} element @param {import("../state/people.js").Person} one */
function drawPerson(element, one) {
  const role =
    one.role === "customer"
      ? gettext("customer")
      : one.since
        ? say("since %(time)s", { time: hour(one.since) })
        : one.here
          ? gettext("agent")
          : gettext("has written")
  redraw(element, [one, role], () => [
    make("span", one.here ? "dot dot--ok" : "dot"),
    make("bdi", "", one.me ? gettext("You") : one.name || gettext("Customer")),
    make("span", "", one.role === "customer" && !one.here ? gettext("customer, has left") : role),
  ])
}

/** @param {HTMLElement} button */
async function copy(button) {
  if (!(await toClipboard(button.dataset.copy ?? ""))) return
  button.replaceChildren(icon("tick"))
  setTimeout(() => button.replaceChildren(icon("copy")), STAYS)
}
