// @ts-check
/** Files for the customer: chosen, dropped or pasted; uploaded one after the other, again after a lost line, each once. */
import { now } from "../lib/clock.js"
import { newToken } from "../shell/commands.js"
import { keyOf } from "../shell/keymap.js"
import { at, find, setAttribute, setText } from "../lib/dom.js"
import { sizeWord, typeOf } from "../../../frontend/js/files.js"
import { setProgress } from "../conversation/files.js"
import { notice } from "../shell/notice.js"
import { acknowledge, dropUnsent, queueMessage, refuse, retryUnsent, setAsked } from "../state/index.js"
import { accepted, isRefused, wrong } from "../state/attaching.js"
import { codeOf } from "../state/retrying.js"
import { fileToSend } from "../state/unsent.js"
import { fill, gettext, ngettext, say } from "../lib/i18n.js"

const STILL_OVER = 1_500

/**
 * @typedef {import("../lib/types.js").Unsent} Unsent
 * @typedef {import("../state/cards.js").Card} Card
 * @typedef {import("../state/attaching.js").Rules} Rules
 */

/**
 * @param {import("../state/store.js").Store} store
 * @param {{rules: Rules, card: () => Card|null, live: () => boolean, sent: () => void}} about  `card`: of the contact
 *   in view, if it can be written to.
 */
export function createAttach(store, { rules, card, live, sent }) {
  /** The bytes of what is not yet uploaded. @type {Map<string, File>} */
  const bytes = new Map()
  /** @type {{token: string, request: XMLHttpRequest}|null} */
  let under = null
  let known = rules
  const input = /** @type {HTMLInputElement} */ (find("#attach-input"))
  const button = find("#attach")
  const drop = find("#drop")
  input.accept = accepted(rules)

  const refused = () => {
    const here = card()
    return here !== null && isRefused(store.state.conversations[here.initialContactId]?.contacts[here.contactId], known)
  }
  /** Connect has taken no file of ours: the next is not chosen at all. @param {import("../lib/types.js").State} state */
  const learn = ({ conversations }) => {
    for (const { outgoing, contacts } of Object.values(conversations))
      for (const one of Object.values(outgoing))
        if (one.state === "failed" && codeOf(one.why) === "portal_sends_no_files" && !contacts[one.contactId]?.relayed) known = { ...known, refusedToUs: true }
  }
  /** @param {Iterable<File>} files */
  const send = (files) => {
    const here = card()
    if (!here) return
    if (refused()) return notice(notForUs())
    /** @type {string[]} */
    const told = []
    for (const file of files) {
      const why = words(file, known)
      if (why) told.push(why)
      else queue(file, here)
    }
    if (told.length > 0) notice([told[0], others(told.length - 1)].filter(Boolean).join(" "))
    if (bytes.size > 0) sent()
  }
  /** @param {File} file @param {Card} here */
  const queue = (file, { contactId, initialContactId }) => {
    const clientToken = newToken()
    bytes.set(clientToken, file)
    const about = { contactId, initialContactId, clientToken, content: file.name, contentType: typeOf(file.name, known.types) }
    store.change((state) =>
      queueMessage(state, { ...about, size: file.size, createdAt: new Date(now()).toISOString() }),
    )
  }

  /** The next one, when none is under way. */
  const pump = () => {
    const next = live() && under === null ? fileToSend(store.state) : null
    if (next) upload(next)
  }
  /** @param {Unsent} one */
  const upload = (one) => {
    const token = one.clientToken
    const file = bytes.get(token)
    if (!file) return store.change((state) => dropUnsent(state, token))
    const request = new XMLHttpRequest()
    under = { token, request }
    store.change((state) => setAsked(state, token))
    request.upload.addEventListener("progress", ({ loaded, total }) => setProgress(token, loaded / total))
    request.addEventListener("loadend", () => {
      under = null
      if (store.state.unsent[token]) finish(one, answerOf(request))
      pump()
    })
    request.open("POST", `/contacts/${encodeURIComponent(one.contactId)}/files/`)
    request.setRequestHeader("Content-Type", "application/octet-stream")
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name))
    request.setRequestHeader("X-Client-Token", token)
    request.setRequestHeader("X-CSRFToken", csrf())
    request.send(file)
  }
  /** @param {Unsent} one @param {Answer} answer */
  const finish = ({ clientToken, contactId, content }, answer) => {
    if (answer.kind === "unknown") {
      store.change((state) => retryUnsent(state, clientToken))
      return
    }
    if (answer.kind === "kept") {
      bytes.delete(clientToken)
      return store.change((state) => acknowledge(state, clientToken, answer.state))
    }
    if (answer.reason === "filesNotPermitted") known = { ...known, refusedToUs: true }
    store.change((state) => refuse(state, clientToken, answer.message, answer.reason))
    if (!store.state.agentContacts || card()?.contactId !== contactId)
      notice(say("“%(name)s” is not sent: %(why)s", { name: content, why: answer.message }))
  }
  /** @param {string} token */
  const cancel = (token) => {
    store.change((state) => dropUnsent(state, token))
    if (under?.token === token) under.request.abort()
  }

  // An unknown outcome waits a moment before it is tried again, and for the line.
  setInterval(pump, 1_000)
  store.watch((after, before) => {
    if (after.conversations !== before.conversations && !known.refusedToUs) learn(after)
    if (after.unsent === before.unsent) return
    for (const token of bytes.keys()) if (!after.unsent[token]) bytes.delete(token)
    const fresh = Object.values(after.unsent).some((one) => one.size !== undefined && !before.unsent[one.clientToken])
    if (fresh) queueMicrotask(pump)
  })
  addEventListener("beforeunload", (event) => {
    if (bytes.size > 0) event.preventDefault()
  })

  button.addEventListener("click", () => (refused() ? notice(notForUs()) : input.click()))
  input.addEventListener("change", () => {
    send(input.files ?? [])
    input.value = ""
  })
  find("#words").addEventListener("paste", (event) => {
    const data = event.clipboardData
    // Whoever copies from a text program gets a picture of the words beside them: the words are meant.
    if (!data || data.files.length === 0 || data.types.includes("text/plain")) return
    event.preventDefault()
    if (isNoting()) return notice(gettext("An internal note holds words only."))
    send(data.files)
  })
  find("#rows").addEventListener("click", ({ target }) => {
    const asked = target instanceof Element ? target.closest("[data-cancel]") : null
    if (asked instanceof HTMLElement) cancel(asked.dataset.cancel ?? "")
  })
  watchDrops(drop, { card, refused, send })

  return {
    /** The line is back: what was on its way in the dead one hangs there for minutes. It goes anew, under its token. */
    resume: () => under?.request.abort(),
    choose: () => button.click(),
    paint() {
      setAttribute(button, "aria-disabled", refused())
      setAttribute(button, "title", refused() ? notForUs() : say("%(action)s (%(key)s)", { action: gettext("Attach a file"), key: keyOf("attach") }))
    },
  }
}

/**
 * Wherever a file is let go over the page: the browser would open it, and the desk would be gone.
 * @param {HTMLElement} drop
 * @param {{card: () => Card|null, refused: () => boolean, send: (files: Iterable<File>) => void}} about
 */
function watchDrops(drop, { card, refused, send }) {
  /** While something is held over the page the browser says so several times a second; when it stops, it is over. */
  const leave = () => (drop.hidden = true)
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let gone
  const hasFiles = (/** @type {DragEvent} */ event) => Boolean(event.dataTransfer?.types.includes("Files"))
  const over = (/** @type {Event} */ event) => event.target instanceof Element && event.target.closest("#talk") !== null
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event) || !event.dataTransfer) return
    event.preventDefault()
    const here = over(event) ? card() : null
    event.dataTransfer.dropEffect = here && !refused() ? "copy" : "none"
    drop.hidden = here === null
    clearTimeout(gone)
    if (!here) return
    gone = setTimeout(leave, STILL_OVER)
    drop.classList.toggle("is-refused", refused())
    setText(at(drop, "title"), refused() ? gettext("No files can be sent here") : say("Send to %(name)s", { name: here.name }))
    setText(at(drop, "text"), refused() ? notForUs() : gettext("Let go to send the files now."))
  })
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) leave()
  })
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    leave()
    if (over(event)) send(filesOf(event))
  })
}

/** A folder looks like a file of no type, and cannot be read as one. @param {DragEvent} event @returns {File[]} */
function filesOf({ dataTransfer }) {
  const items = [...(dataTransfer?.items ?? [])].filter((item) => item.kind === "file")
  const folders = items.filter((item) => item.webkitGetAsEntry?.()?.isDirectory)
  if (folders.length > 0) notice(gettext("A folder cannot be sent: choose the files in it."))
  return items
    .filter((item) => !folders.includes(item))
    .map((item) => item.getAsFile())
    .filter((file) => file !== null)
}

const isNoting = () => find("#composer").classList.contains("is-noting")

const notForUs = () =>
  gettext("Amazon Connect takes no files from the portal in this chat. Send a link to where the customer can fetch it.")

/** @param {File} file @param {Rules} rules */
function words(file, rules) {
  const what = wrong(file, rules)
  const about = { name: file.name, size: sizeWord(file.size), most: sizeWord(rules.maxBytes) }
  if (what === "type")
    return fill(gettext("“%(name)s” is not sent: Amazon Connect takes pictures, PDF, Office, text, sound and film files."), about)
  if (what === "empty") return fill(gettext("“%(name)s” is not sent: the file is empty."), about)
  if (what === "large")
    return fill(gettext("“%(name)s” is not sent: it has %(size)s, and %(most)s is the most."), about)
  return ""
}

/** @param {number} count */
const others = (count) => (count > 0 ? fill(ngettext("And %(n)s other.", "And %(n)s others.", count), { n: count }) : "")

/** Of the form that signs out: every page of ours has it. */
const csrf = () => /** @type {HTMLInputElement} */ (find("#logout [name=csrfmiddlewaretoken]")).value

/** @typedef {{kind: "kept", state: string} | {kind: "unknown"} | {kind: "refused", reason: string, message: string}} Answer */

/** Without an answer, or with a server's or a proxy's trouble, nobody knows; a full disk says so itself. @param {XMLHttpRequest} request @returns {Answer} */
function answerOf({ status, responseText }) {
  if (status === 0) return { kind: "unknown" }
  try {
    const told = JSON.parse(responseText)
    if (status >= 500 && !(told.reason && told.message)) return { kind: "unknown" }
    if (status === 200) return { kind: "kept", state: String(told.state) }
    return { kind: "refused", reason: String(told.reason), message: String(told.message) }
  } catch {
    if (status >= 500) return { kind: "unknown" }
    // The login page, or Django's about a token: somebody has signed in anew, or nobody is.
    const message =
      status === 413
        ? gettext("A server on the way takes no file of this size.")
        : gettext("You are signed out, or signed in anew in another tab. Load this page again.")
    return { kind: "refused", reason: status === 413 ? "fileTooLarge" : "session", message }
  }
}
