// @ts-check
/** Where the agent writes, to the customer or a note for the team: Enter sends, and what cannot be sent is never lost. */
import { newToken } from "../shell/commands.js"
import { at, composing, find, setAttribute, setText } from "../lib/dom.js"
import { createEmoji } from "./emoji.js"
import { notice } from "../shell/notice.js"
import { createQuick } from "./quick_responses.js"
import { MAX_BYTES, direction, draftFits, messagesRoom, notesRoom } from "./limits.js"
import { outgoingWords } from "../state/markup.js"
import { helpAsked } from "../state/help.js"
import { gapIn } from "../state/quick.js"
import { fill, gettext, say } from "../lib/i18n.js"

/** The counter shows when so much is left. */
const NEAR = 2_000

/** Who has typed so lately types on: what comes from another machine waits, in milliseconds. */
const TYPES_ON = 10_000

/** So much of other words is shown, in letters: who wants all of them takes them. */
const SHOWN = 300

/** @typedef {import("../lib/session_storage.js").Mode} Mode */

/**
 * @param {import("../shell/commands.js").Desk} desk @param {import("./drafts.js").Drafts} drafts
 * @param {{drafted: () => void, sent: () => void, help: (reason: string) => void}} on  `help`: "/help" asks a supervisor
 */
export function createComposer(desk, drafts, on) {
  const form = /** @type {HTMLFormElement} */ (find("#composer"))
  const words = /** @type {HTMLTextAreaElement} */ (find("#words"))
  const button = /** @type {HTMLButtonElement} */ (find("#send"))
  const other = find("#other")
  const gap = find("#gap")
  /** @type {Map<string, Mode>} what was last written in each contact */
  const modes = new Map()
  const format = find("#format")
  let contactId = ""
  let name = ""
  let takesMarkdown = false
  /** @type {Mode} */
  let mode = "reply"
  /** Why nothing can be written; empty: it can. */
  let why = ""
  /** The note that is on its way: the same words again are the same note. @type {{about: string, words: string, token: string}|null} */
  let under = null

  let typedAt = 0

  const text = () => words.value.trimEnd()
  /** dir="auto" looks through all of it at every key: seconds, after somebody pasted a megabyte. @param {string} begins @param {number} length */
  const direct = (begins, length) => {
    const dir = length > MAX_BYTES ? direction(begins) : "auto"
    if (words.dir !== dir) words.dir = dir
  }
  /** @param {string} to */
  const show = (to) => {
    direct(to, to.length)
    words.value = to
  }
  /** As a text field has it. */
  const begun = () => drafts.of(contactId, mode).replace(/\r\n?/g, "\n")
  /** The note that is shown is on its way. */
  const waits = () => mode === "note" && under?.about === contactId
  const typing = () =>
    waits() || (document.activeElement === words && document.hasFocus() && Date.now() - typedAt < TYPES_ON)
  const drawCount = () => {
    const { left, told } = mode === "note" ? notesRoom(text()) : messagesRoom(text())
    const count = find("#count")
    const follows = left >= 0 || draftFits({ ...drafts.both(contactId), [mode]: words.value })
    count.hidden = left > NEAR
    count.classList.toggle("is-over", left < 0)
    setText(count, follows ? told : `${told} ${gettext("So much is kept only in this tab.")}`)
    button.disabled = Boolean(why) || left < 0
    drawFormat()
    setAttribute(words, "aria-invalid", left < 0)
    return left >= 0
  }
  /** How the marks in it go to the customer, before they go. */
  const drawFormat = () => {
    const { how } = mode === "reply" && !why ? outgoingWords(text(), takesMarkdown) : { how: "" }
    format.hidden = how === ""
    if (how) setText(format, how === "formatted" ? gettext("Sent formatted") : gettext("Plain text only: sent without the marks"))
  }
  /** What was begun on another machine, or here before it was changed there. */
  const drawOther = () => {
    const said = drafts.other(contactId, mode)
    other.hidden = !said
    if (said) setText(at(other, "text"), say("Changed on another machine. The other words: “%(words)s”", { words: said.slice(0, SHOWN) }))
  }
  const draw = () => {
    const first = name.split(" ")[0]
    const noting = mode === "note"
    form.classList.toggle("is-noting", noting)
    for (const choice of form.querySelectorAll("[data-mode]"))
      setAttribute(choice, "aria-pressed", /** @type {HTMLElement} */ (choice).dataset.mode === mode)
    at(form, "hint").hidden = !noting
    setText(at(form, "hint"), say("%(name)s never sees this", { name: first }))
    setText(at(form, "verb"), noting ? gettext("adds") : gettext("sends"))
    setText(at(form, "send"), noting ? gettext("Add note") : gettext("Send"))
    find("#quick-open").hidden = noting
    words.readOnly = Boolean(why) || waits()
    const label = noting ? gettext("Internal note on %(name)s") : gettext("Reply to %(name)s")
    setAttribute(words, "aria-label", fill(label, { name }))
    setAttribute(words, "placeholder", why || placeholder(mode, first))
  }
  /** A note that was begun goes on; without one it is the customer who is written to. @param {string} there @returns {Mode} */
  const begunIn = (there) => {
    const noted = under?.about !== there && drafts.of(there, "note") !== ""
    return noted && (modes.get(there) === "note" || !drafts.of(there)) ? "note" : "reply"
  }
  /** Show what was written here in this mode. @param {Mode} to */
  const turn = (to) => {
    quick.close()
    emoji.close()
    mode = to
    modes.set(contactId, mode)
    gap.hidden = true
    show(begun())
    drawCount()
    draw()
  }
  /** What a quick response left to be filled in is chosen, and asked about. @returns {boolean} there is none */
  const isFilled = () => {
    const found = mode === "reply" ? gapIn(words.value) : null
    gap.hidden = found === null
    if (!found) return true
    setText(at(gap, "text"), say("Fill in %(gap)s first: the customer would read it as it stands.", { gap: found.words }))
    words.focus()
    words.setSelectionRange(found.from, found.to)
    return false
  }
  /** @param {boolean} [asItIs] with what is not filled in */
  const send = (asItIs = false) => {
    if (why || waits() || !text().trim()) return
    if (!drawCount()) return notice(find("#count").textContent ?? "")
    if (mode === "note") return void note()
    const reason = helpAsked(text())
    if (reason !== null) return help(reason)
    if (!asItIs && !isFilled()) return
    gap.hidden = true
    const { content, contentType } = outgoingWords(text(), takesMarkdown)
    desk.send(contactId, content, contentType)
    show("")
    drafts.set(contactId, "reply", "")
    drawCount()
    on.sent()
  }
  /** It is for a supervisor, not for the customer. @param {string} reason */
  const help = (reason) => {
    show("")
    drafts.set(contactId, "reply", "")
    drawCount()
    on.help(reason)
  }
  /** The words stay a draft until the server has them; what is written next goes to the customer. */
  const note = async () => {
    if (under) return notice(gettext("The note before is still on its way: try again in a moment."))
    const asked = { about: contactId, words: text(), token: newToken() }
    if (failed?.about === asked.about && failed.words === asked.words) asked.token = failed.token
    under = asked
    turn("reply")
    const refused = await desk.addNote(asked.about, asked.words, asked.token)
    failed = refused ? asked : null
    under = null
    const here = asked.about === contactId
    if (refused) {
      notice(say("The note was not kept: %(why)s", { why: refused }))
      if (here && mode === "reply" && !words.value) turn("note")
    } else {
      if (drafts.of(asked.about, "note").trimEnd() === asked.words) drafts.set(asked.about, "note", "")
      if (here && mode === "note") show(begun())
      if (here) on.sent()
    }
    drawCount()
    draw()
    on.drafted()
  }
  /** A note that was not kept: tried again it has the same token. @type {{about: string, words: string, token: string}|null} */
  let failed = null

  form.addEventListener("submit", (event) => {
    event.preventDefault()
    send()
    words.focus()
  })
  form.addEventListener("click", ({ target }) => {
    const choice = target instanceof Element ? target.closest("[data-mode]") : null
    if (!(choice instanceof HTMLElement)) return
    turn(/** @type {Mode} */ (choice.dataset.mode))
    words.focus()
  })
  other.addEventListener("click", ({ target }) => {
    const choice = target instanceof Element ? target.closest("[data-do]") : null
    if (!(choice instanceof HTMLElement)) return
    if (choice.dataset.do === "show") drafts.swap(contactId, mode)
    else drafts.drop(contactId, mode)
    show(begun())
    drawCount()
    words.focus()
    on.drafted()
  })
  at(gap, "anyway").addEventListener("click", () => {
    send(true)
    words.focus()
  })
  const emoji = createEmoji(words)
  const quick = createQuick(words, desk.quickResponses, () => (why || mode === "note" ? "" : contactId))
  words.addEventListener("keydown", (event) => {
    // While an input method composes, Enter chooses a word.
    if (event.key !== "Enter" || event.shiftKey || composing(event)) return
    event.preventDefault()
    // A key that is held, perhaps since it pressed the button that led here, sends nothing.
    if (!event.repeat) send()
  })
  words.addEventListener("paste", ({ clipboardData }) => {
    const pasted = clipboardData?.getData("text/plain") ?? ""
    direct(words.value || pasted, words.value.length + pasted.length)
  })
  words.addEventListener("input", () => {
    direct(words.value, words.value.length)
    typedAt = Date.now()
    drafts.set(contactId, mode, words.value)
    if (!gap.hidden) gap.hidden = gapIn(words.value) === null
    if (words.value && mode === "reply") desk.typing(contactId)
    drawCount()
    on.drafted()
  })

  return {
    focus: () => words.focus(),
    /** Somebody writes in this contact. @param {string} there */
    typesIn: (there) => there === contactId && typing(),
    get usable() {
      return !form.hidden && !why
    },
    /** Go on writing, in this mode. @param {Mode} to */
    write(to) {
      if (to !== mode) turn(to)
      words.focus()
    },
    /** @param {{contactId: string, name: string, takesMarkdown: boolean}|null} card @param {string} because why nothing can be written; empty: it can */
    paint(card, because) {
      form.hidden = card === null
      if (!card) return
      const another = card.contactId !== contactId
      const same = !another && card.name === name && because === why && card.takesMarkdown === takesMarkdown
      contactId = card.contactId
      name = card.name
      takesMarkdown = card.takesMarkdown
      why = because
      if (another) turn(begunIn(contactId))
      else if (!same) {
        drawCount()
        draw()
      }
      if (words.value !== begun() && !typing()) {
        show(begun())
        drawCount()
      }
      drawOther()
    },
  }
}

/** @param {Mode} mode @param {string} name */
const placeholder = (mode, name) =>
  mode === "note" ? gettext("Write a note for your team") : say("Write to %(name)s. “/” for quick responses", { name })
