// @ts-check
/** The portal's reasons in the words of Streams: `type` is one of connect.CTIExceptions, or what AWS's service says. */

/** @type {Record<string, string>} */
const TYPES = {
  contactNotFound: "ContactNotFoundException",
  offerGone: "InvalidStateException",
  contactNotConnected: "InvalidStateException",
  contactOpen: "InvalidStateException",
  contactMoved: "InvalidStateException",
  contactNotLive: "InvalidStateException",
  dispositionRequired: "InvalidStateException",
  transferOpen: "InvalidStateException",
  transferInConnect: "InvalidStateException",
  transferToSelf: "BadEndpointException",
  endpointNotFound: "BadEndpointException",
  agentAbsent: "BadEndpointException",
  queueClosed: "BadEndpointException",
  agentFull: "QuotaExceededException",
  queueFull: "QuotaExceededException",
  stateNotFound: "InvalidStateException",
  notAnAgent: "AccessDeniedException",
  notPermitted: "AccessDeniedException",
}
const UNKNOWN = "the line to the portal was cut; whether this was done is not known"

/** What a backend rejects with. @param {unknown} error an answer of the socket, or whatever else went wrong */
export function asStreams(error) {
  const { reason, code, message } = /** @type {{reason?: string, code?: number, message?: string}} */ (error ?? {})
  const type = TYPES[reason ?? ""] ?? (code === -32602 ? "InvalidParameterException" : "InternalServiceException")
  return { type, message: message || (code === 0 ? UNKNOWN : String(error)) }
}
