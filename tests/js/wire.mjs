/** Frames for the tests, as agents/protocol/ spells them. */
import { EMPTY, apply } from "../../agents/static/desk/js/state/index.js"

export const AGENT = "agent:mira"
export const CHAT = "conversation:chat"
export const ME = { id: 7, name: "Mira Okafor" }

export const frame = (method, stream, seq, params) => ({ method, params: { stream, seq, ...params } })

export const agentContact = (changes = {}) => ({
  contactId: "c1",
  initialContactId: "chat",
  round: 1,
  state: "connected",
  why: null,
  customerName: "Ada",
  queue: "Returns",
  offeredAt: "2026-11-20T09:00:00Z",
  expiresAt: null,
  acceptedAt: "2026-11-20T09:00:05Z",
  endedAt: null,
  readNumber: 0,
  ...changes,
})

export const contact = (changes = {}) => ({
  contactId: "c1",
  initialContactId: "chat",
  round: 1,
  state: "CONNECTED",
  queue: "Returns",
  publicName: "Shop",
  customerName: "Ada",
  owner: ME,
  endReason: "",
  chatEnded: false,
  waitingSince: "2026-11-20T08:59:50Z",
  connectedAt: "2026-11-20T09:00:05Z",
  endedAt: null,
  attributes: {},
  ...changes,
})

export const item = (Id, changes = {}) => ({
  Id,
  AbsoluteTime: "2026-11-20T09:00:00.000Z",
  Type: "MESSAGE",
  ContentType: "text/plain",
  Content: `words ${Id}`,
  ParticipantId: "p-customer",
  ParticipantRole: "CUSTOMER",
  DisplayName: "Ada",
  ContactId: "c1",
  InitialContactId: "chat",
  Attachments: [],
  Number: 1,
  Seq: 1,
  Author: null,
  ...changes,
})

export const said = (Id, role, changes = {}) =>
  item(Id, {
    ParticipantRole: role,
    ParticipantId: `p-${role.toLowerCase()}`,
    Author: role === "CUSTOM_BOT" ? ME : null,
    ...changes,
  })

export const outgoing = (clientToken, changes = {}) => ({
  contactId: "c1",
  clientToken,
  kind: "MESSAGE",
  contentType: "text/plain",
  content: `words ${clientToken}`,
  author: ME,
  state: "queued",
  why: null,
  itemId: null,
  position: 1,
  createdAt: "2026-11-20T09:05:00Z",
  ...changes,
})

const state = (name, type = "not_routable") => ({ name, type })

export const snapshotOfAgent = (seq, { contacts = [agentContact()], viewing = "" }) => ({
  method: "snapshot",
  params: {
    stream: AGENT,
    seq,
    serverTime: "2026-11-20T09:00:00Z",
    agent: {
      agent: {
        agentId: "mira",
        name: "Mira Okafor",
        state: state("Available", "routable"),
        stateSince: "2026-11-20T07:00:00Z",
        nextState: null,
        states: [state("Available", "routable"), state("Break"), state("Offline", "offline")],
        load: 1,
        capacity: 10,
        routingProfile: "Basic",
        queues: ["Returns"],
      },
      contacts,
      viewing,
    },
    conversation: null,
  },
})

export const snapshotOfChat = (
  seq,
  { contacts = [contact()], items = [], earlier = false, outgoing: under = [], receipts = [], notes = [] },
  stream = CHAT,
) => ({
  method: "snapshot",
  params: {
    stream,
    seq,
    serverTime: "2026-11-20T09:00:00Z",
    agent: null,
    conversation: { contacts, items, earlier, outgoing: under, receipts, notes },
  },
})

/** A desk with one connected contact and nothing said. */
export const running = () =>
  [snapshotOfAgent(1, {}), snapshotOfChat(1, {})].reduce((held, one) => apply(held, one), EMPTY)
