// @ts-check
/** How a chat begins: what is asked of the portal, and what a customer reads when the answer is no. Pure but for `begin`. */

import { own } from "../js/dom.js"
import { gettext, ngettext, say } from "../js/i18n.js"
import { INTERACTIVE } from "../js/interactive_messages.js"
import { MARKDOWN } from "../chat/markdown.js"
import { post, Refused } from "../chat/wire.js"

/**
 * @typedef {Record<string, string>} Entries what was filled in, by field
 * @typedef {import("../chat/wire.js").Started} Started
 * @typedef {{seat: import("../chat/chat.js").Seat, key: string, files: boolean}} Begun `key`: what the portal knows the customer by
 */

/**
 * @param {import("./settings.js").Settings} settings @param {Entries} entries @param {string} clientToken
 * @param {string} last the contact of the chat before, which a persistent chat goes on with
 */
export function startDetails(settings, entries, clientToken, last) {
  const told = Object.entries(entries).filter(([, value]) => value.trim())
  const attributes = Object.fromEntries(told.map(([id, value]) => [attributeOf(id), value.trim()]).filter(([name]) => name))
  const message = entries.message?.trim()
  const all = { ...settings.attributes, ...attributes }
  return {
    ParticipantDetails: { DisplayName: entries.name?.trim() || settings.name || gettext("Customer") },
    ClientToken: clientToken,
    SupportedMessagingContentTypes: ["text/plain", MARKDOWN, INTERACTIVE],
    ...(message && { InitialMessage: { Content: message, ContentType: "text/plain" } }),
    ...(Object.keys(all).length && { Attributes: all }),
    ...(settings.flow && { ContactFlowId: settings.flow }),
    ...(settings.instance && { InstanceId: settings.instance }),
    ...(settings.persistent && last && { PersistentChat: { RehydrationType: "ENTIRE_PAST_SESSION", SourceContactId: last } }),
  }
}

/** @param {import("./settings.js").Settings} settings @param {Entries} entries @param {string} clientToken @param {string} last @returns {Promise<Begun>} */
export async function begin(settings, entries, clientToken, last) {
  const details = startDetails(settings, entries, clientToken, last)
  const { data } = await post(settings.start, "", details).catch((error) => {
    // The chat before may be gone, or may not be gone on with: a new one is better than none.
    if (!("PersistentChat" in details) || !(error instanceof Refused) || error.passing) throw error
    const { PersistentChat: _old, ...rest } = details
    return post(settings.start, "", { ...rest, ClientToken: `${clientToken}-new` })
  })
  const { ContactId, ParticipantId, ParticipantToken } = data.startChatResult
  const name = details.ParticipantDetails.DisplayName
  return { seat: { ContactId, ParticipantId, ParticipantToken, name }, key: data.chatKey ?? "", files: data.featurePermissions?.ATTACHMENTS !== false }
}

/** What a customer reads. @param {unknown} error */
export function refusalText(error) {
  if (!(error instanceof Refused)) return gettext("The chat cannot be reached at the moment. What you wrote is kept: please try again.")
  if (error.status === 429) return error.seconds > 30 ? later(Math.ceil(error.seconds / 60)) : gettext("Everybody is busy just now. Please try again in a moment.")
  if (error.passing) return gettext("Chats cannot be started at the moment. What you wrote is kept: please try again.")
  return own(byStatus(), String(error.status)) ?? say("The chat could not be started: %(why)s", { why: error.message })
}

/** @param {number} minutes */
const later = (minutes) =>
  ngettext("Too many chats were started. Please try again in a minute.", "Too many chats were started. Please try again in %(n)s minutes.", minutes).replace("%(n)s", String(minutes))

const byStatus = () => ({
  403: gettext("Chats cannot be started from this website."),
  404: gettext("This website's chat is not set up completely. Please tell its owner."),
  413: gettext("That is too much text. Please shorten it."),
})

const OWN = ["name", "email", "phone", "topic", "message"]

/** The contact attribute that a field of the form becomes. @param {string} id */
export const attributeOf = (id) => (OWN.includes(id) ? own({ email: "connect_email", phone: "connect_phone", topic: "topic" }, id) ?? "" : `connect_${id}`)

/** For the website's developer. @param {unknown} error @param {import("./settings.js").Settings} settings */
export const hintFor = (error, settings) =>
  error instanceof Refused
    ? `${settings.start} answered ${error.status} ${error.type}: ${error.message}`
    : `${settings.start} cannot be reached or read from this page. If the network is up: is ${globalThis.location?.origin} in CCP_START_CHAT_ORIGINS, and the address in connect-src of this page's policy?`
