// @ts-check
/** What the agent can do: each verb changes the picture at once where it can, asks the server, and says when it may not. */
import { now } from "../lib/clock.js"
import { notice } from "./notice.js"
import { draftFits } from "../composer/limits.js"
import { RequestFailed } from "../lib/socket.js"
import * as desk from "../state/index.js"
import { gettext, say } from "../lib/i18n.js"

const TYPING_EVERY = 4_000
const FRAME_WITHIN = 2_000
const PAGE = 100
const EVENT = "application/vnd.amazonaws.connect.event."

/** @param {import("../state/store.js").Store} store @param {import("../lib/socket.js").Line} line */
export function createDesk(store, line) {
  /** @type {Map<string, number>} */
  const typedAt = new Map()
  /** @type {Set<string>} */
  const paging = new Set()

  /** Ask; what is refused is told. @param {string} method @param {object} params @returns {Promise<boolean>} */
  const ask = async (method, params) => {
    const refused = await attempt(method, params)
    if (refused) notice(refused)
    return !refused
  }

  /** Ask; what is refused is the answer, for the field it belongs to; empty: done. @param {string} method @param {object} params @returns {Promise<string>} */
  const attempt = (method, params) =>
    line.request(method, params).then(
      () => "",
      (error) => reason(error),
    )

  /** @param {import("../lib/types.js").Unsent} one */
  const give = async ({ clientToken, contactId, content, contentType }) => {
    store.change((state) => desk.setAsked(state, clientToken))
    try {
      const told = await line.request("sendMessage", { contactId, message: content, contentType, clientToken })
      store.change((state) => desk.acknowledge(state, clientToken, told.state))
    } catch (error) {
      if (error instanceof RequestFailed && error.unknown) return again(clientToken)
      store.change((state) => desk.refuse(state, clientToken, reason(error), error instanceof RequestFailed ? error.reason : ""))
      // Kept over a refresh for a contact that has left the desk: there is no bubble that could say so.
      if (!desk.cardOf(store.state, contactId))
        notice(say("Not sent: “%(words)s”. %(why)s", { words: content, why: reason(error) }))
    }
  }

  /** Whether it arrived is not known: the same token again, now if the line holds, else when it is back. @param {string} clientToken */
  const again = (clientToken) => {
    store.change((state) => desk.retryUnsent(state, clientToken))
    if (line.live) setTimeout(flush, 1_000)
  }

  /** Give the server what waits, in the order it was written. */
  const flush = () => {
    if (line.live) desk.toSend(store.state).forEach((one) => void give(one))
  }

  /**
   * The agent looks at this contact already; the server follows, and with it the other tabs. Without a line it is told
   * when the line is back.
   * @param {string} contactId
   */
  const follow = async (contactId) => {
    const patience = await line.request("viewContact", { contactId }).then(
      // Its viewContact frame is numbered and may come after its answer: give it a moment.
      () => FRAME_WITHIN,
      (error) => (error instanceof RequestFailed && error.unknown && !line.live ? null : 0),
    )
    if (patience !== null) setTimeout(() => store.change((state) => desk.withoutWanted(state, contactId)), patience)
  }

  return {
    /** @param {string} contactId */
    view(contactId) {
      if (contactId === desk.viewing(store.state)) return
      store.change((state) => desk.wantView(state, contactId))
      return follow(contactId)
    },
    /** @param {string} contactId */
    accept: (contactId) => ask("acceptContact", { contactId }),
    /** A missed one, while the customer waits. @param {string} contactId */
    take: (contactId) => ask("takeContact", { contactId }),
    /** @param {string} contactId */
    decline: (contactId) => ask("rejectContact", { contactId }),
    /** @param {string} contactId */
    end: (contactId) => ask("destroyConnection", { contactId }),
    /** @param {string} contactId */
    clear: (contactId) => ask("clearContact", { contactId }),
    /**
     * After contact work is done, and what came of it. The refusal; empty: done.
     * @param {string} contactId @param {{disposition: string|null, note: string}} work
     */
    wrapUp: (contactId, work) => attempt("clearContact", { contactId, ...work }),
    /** What is begun of it: it counts when the time is over before Done. @param {string} contactId @param {{disposition: string|null, note: string}} work @returns {Promise<"kept"|"refused"|"unknown">} */
    saveWrapUp: (contactId, { disposition, note }) =>
      line.request("saveWrapUp", { contactId, disposition: disposition ?? "", note }).then(
        () => /** @type {const} */ ("kept"),
        (error) => (error instanceof RequestFailed && !error.unknown && error.reason !== "unavailable" ? "refused" : "unknown"),
      ),
    /** What a contact may have come to; null: it could not be asked. @param {string} contactId @returns {Promise<{dispositions: string[], required: boolean}|null>} */
    dispositions: (contactId) => line.request("getDispositions", { contactId }).catch(() => null),
    /** A supervisor's help is asked for; the refusal, empty: done. @param {string} contactId @param {string} reason */
    raiseHand: (contactId, reason) => attempt("raiseHand", { contactId, reason }),
    /** @param {string} contactId */
    lowerHand: (contactId) => ask("lowerHand", { contactId }),
    /** To the supervisors who watch; the refusal, empty: done. @param {string} contactId @param {string} text @param {string} clientToken */
    whisper: (contactId, text, clientToken) => attempt("whisper", { contactId, text, clientToken }),
    /** Contacts that Amazon Connect gave can be transferred from here. */
    transfersInConnect: () => false,
    /** Whom a contact can be handed on to, or why that could not be asked. @param {import("../state/cards.js").Card} _card @returns {Promise<import("../conversation/transfer.js").Endpoint[]|string>} */
    endpoints: (_card) =>
      line.request("getEndpoints").then(
        (told) => told.endpoints,
        (error) => reason(error),
      ),
    /** The refusal; empty: it is under way. @param {import("../state/cards.js").Card} card @param {{type: string, id: string}} endpoint @param {string} comment */
    transfer: ({ contactId }, endpoint, comment) => attempt("transferContact", { contactId, endpoint, comment }),
    /** @param {string} contactId */
    cancelTransfer: (contactId) => ask("cancelTransfer", { contactId }),
    /** @param {string} name */
    setState: (name) => ask("setAgentState", { state: name, enqueueNextState: comesNext(store.state, name) }),
    /** @param {string} contactId @param {string} content @param {string} contentType */
    send(contactId, content, contentType) {
      const card = desk.cardOf(store.state, contactId)
      if (!card) return
      const message = {
        contactId,
        initialContactId: card.initialContactId,
        clientToken: newToken(),
        content,
        contentType,
        createdAt: new Date(now()).toISOString(),
      }
      store.change((state) => desk.queueMessage(state, message))
      typedAt.delete(contactId)
      flush()
    },
    /** The line is back: what waited for it is done now. */
    resume() {
      store.change(desk.unsettled)
      flush()
      if (store.state.wanted !== null) void follow(store.state.wanted)
    },
    /** Words ready for this contact; null: they could not be had. @param {string} contactId @returns {Promise<import("../state/quick.js").Response[]|null>} */
    async quickResponses(contactId) {
      try {
        return (await line.request("getQuickResponses", { contactId })).quickResponses
      } catch (error) {
        notice(reason(error))
        return null
      }
    },
    /** Keep what is begun, for the agent's other machines. @param {string} contactId @param {import("../lib/session_storage.js").Begun} words @returns {Promise<"kept"|"refused"|"gone"|"unknown">} */
    async saveDraft(contactId, { reply, note }) {
      if (!draftFits({ reply, note })) return "refused"
      try {
        await line.request("saveDraft", { contactId, text: reply, note })
        return "kept"
      } catch (error) {
        if (!(error instanceof RequestFailed) || error.unknown) return "unknown"
        return error.reason === "contactNotFound" ? "gone" : error.reason === "unavailable" ? "unknown" : "refused"
      }
    },
    /** Worth nothing later. @param {string} contactId @param {import("../lib/types.js").Place|null} place */
    savePlace: (contactId, place) => void line.request("savePlace", { contactId, place }).catch(() => {}),
    /** @param {string} contactId @param {string} text @param {string} clientToken @returns why it was not kept; empty: it was */
    addNote: (contactId, text, clientToken) => attempt("addNote", { contactId, text, clientToken }),
    /** @param {string} contactId @param {string} noteId @param {string} text */
    editNote: (contactId, noteId, text) => attempt("editNote", { contactId, noteId, text }),
    /** @param {string} contactId @param {string} noteId */
    deleteNote: (contactId, noteId) => attempt("deleteNote", { contactId, noteId }),
    /** @param {string} contactId @param {string} clientToken @param {boolean} local */
    retry(contactId, clientToken, local) {
      if (!local) return void ask("retryMessage", { contactId, clientToken })
      store.change((state) => desk.retryUnsent(state, clientToken))
      flush()
    },
    /** @param {string} contactId @param {string} clientToken @param {boolean} local */
    discard(contactId, clientToken, local) {
      if (local) store.change((state) => desk.dropUnsent(state, clientToken))
      else void ask("discardMessage", { contactId, clientToken })
    },
    /** @param {string} contactId */
    typing(contactId) {
      if (!line.live || Date.now() - (typedAt.get(contactId) ?? 0) < TYPING_EVERY) return
      typedAt.set(contactId, Date.now())
      line.request("sendEvent", { contactId, contentType: `${EVENT}typing` }).catch(() => {})
    },
    /** @param {string} contactId @param {string} messageId @returns {Promise<void>} */
    read: (contactId, messageId) =>
      line.request("sendEvent", {
        contactId,
        contentType: `${EVENT}message.read`,
        content: JSON.stringify({ messageId }),
      }),
    /** @param {string} contactId @param {string} initialContactId */
    async earlier(contactId, initialContactId) {
      const held = store.state.conversations[initialContactId]
      if (!held?.earlier || held.items.length === 0 || paging.has(initialContactId)) return
      paging.add(initialContactId)
      try {
        const page = await line.request("getTranscript", {
          contactId,
          maxResults: PAGE,
          startPosition: { id: held.items[0].Id },
        })
        const more = page.NextToken !== null && page.Transcript.length > 0
        store.change((state) => desk.earlier(state, initialContactId, page.Transcript, more))
      } catch (error) {
        notice(reason(error))
      } finally {
        paging.delete(initialContactId)
      }
    },
  }
}

/** @typedef {ReturnType<typeof createDesk>} Desk */

/** Contacts that keep an agent from changing state at once. @param {import("../lib/types.js").State} state */
export function openContacts(state) {
  return Object.values(state.agentContacts).filter((row) => row.state === "connecting" || row.state === "connected")
    .length
}

/** Leaving waits for the last contact; a routable state counts at once. @param {import("../lib/types.js").State} state @param {string} name */
function comesNext(state, name) {
  const isRoutable = state.agent?.states.some((one) => one.name === name && one.type === "routable")
  return !isRoutable && openContacts(state) > 0
}

/** @param {unknown} error */
function reason(error) {
  if (!(error instanceof RequestFailed)) return gettext("Something went wrong on this page.")
  if (error.reason === "offline")
    return gettext("There is no connection at the moment. Try again when the desk is live.")
  if (error.reason === "tooLarge") return gettext("This is too long to be sent in one piece.")
  return error.message || gettext("The server did not answer in time. Try again.")
}

/** crypto.randomUUID exists on https and localhost only. */
export function newToken() {
  if (crypto.randomUUID) return crypto.randomUUID()
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("")
}
