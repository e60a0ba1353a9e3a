// @ts-check
/**
 * The shapes on the wire, as agents/protocol/ has them, and the state the desk is drawn from. Types only.
 *
 * @typedef {{id: number, name: string}} Author
 * @typedef {import("./words.js").Why} Why
 * @typedef {{Id: string, AbsoluteTime: string, Type: string, ContentType: string, Content: string|null,
 *   ParticipantId: string|null, ParticipantRole: string|null, DisplayName: string|null, ContactId: string,
 *   InitialContactId: string, Attachments: Record<string, any>[], Number: number, Seq: number,
 *   Author: Author|null, Rich?: Rich[]|null}} Item
 * @typedef {string | {tag: string, children: Rich[], href?: string|null, start?: number|null}} Rich  Markdown as a tree.
 * @typedef {{name: string, type: "routable"|"not_routable"|"offline"}} AgentState
 * @typedef {{agentId: string, name: string, state: AgentState, stateSince: string, stateWhy?: Why|null, nextState: AgentState|null,
 *   states: AgentState[], load: number, capacity: number, routingProfile: string, queues: string[],
 *   acw?: "off"|"optional"|"required"|"timed"}} Agent
 * @typedef {{contactId: string, initialContactId: string, round: number,
 *   state: "connecting"|"connected"|"ended"|"missed"|"rejected"|"error"|"cleared", why: Why|null, customerName: string,
 *   queue: string, offeredAt: string, ringsSince?: string|null, expiresAt: string|null, acceptedAt: string|null, endedAt: string|null,
 *   acwUntil?: string|null, dispositionRequired?: boolean, disposition?: string, note?: string, readNumber: number,
 *   draft?: {text: string, note: string, place: Place|null}}} AgentContact
 * @typedef {{key: string, top: number}} Place  Where the agent reads: an item, and how far below the upper edge.
 * @typedef {{state: "offered"|"accepted"|"declined"|"missed"|"withdrawn"|"queued", sender: Author|null,
 *   endpoint: {type: "agent"|"queue", id: string, name: string}, comment: string, why: Why|null, askedAt: string,
 *   settledAt: string|null}} Transfer
 * @typedef {{contactId: string, initialContactId: string, round: number,
 *   state: "JOINING"|"WAITING"|"CONNECTED"|"ENDED", queue: string, publicName: string, customerName: string,
 *   owner: Author|null, endReason: string, contentTypes: string[], chatEnded: boolean, waitingSince: string|null, connectedAt: string|null,
 *   servedSince?: string|null,
 *   endedAt: string|null, attributes: Record<string, string>, transfer?: Transfer|null, relayed?: boolean,
 *   references?: Reference[]}} Contact
 * @typedef {{name: string, type: "URL"|"ATTACHMENT"|"NUMBER"|"STRING"|"DATE"|"EMAIL", value: string,
 *   status?: string}} Reference  What a contact refers to. A DATE is an epoch timestamp, `status` is a file's.
 * @typedef {{contactId: string, clientToken: string, kind: "MESSAGE"|"ATTACHMENT"|"DISCONNECT", contentType: string,
 *   content: string, author: Author|null, state: "queued"|"sending"|"taken"|"sent"|"failed"|"discarded", why: Why|null,
 *   itemId: string|null, position: number, createdAt: string, size?: number|null, rich?: Rich[]|null}} Outgoing
 *   A file is an ATTACHMENT: `content` is its name, `contentType` its type; `taken`: Connect scans it.
 * @typedef {{contactId: string, participantId: string, role: string, deliveredId: string|null,
 *   readId: string|null}} Receipt
 * @typedef {{noteId: string, contactId: string, clientToken: string, author: Author|null, text: string,
 *   createdAt: string, editedAt: string|null, deleted: boolean}} Note
 *
 * @typedef {{contacts: Contact[], items: Item[], earlier: boolean, outgoing: Outgoing[], receipts: Receipt[],
 *   notes?: Note[]}} ConversationSnapshot
 * @typedef {{agent: Agent, contacts: AgentContact[], viewing: string}} AgentSnapshot
 * @typedef {{method: string, params: any}} Frame
 *
 * @typedef {{afterId: string|null, seconds: number, count: number}} Gap  Where and how long the line was cut.
 * @typedef {{participantId: string, contactId: string, name: string, role: string, until: number}} Typing
 * @typedef {Object} Conversation  What the tab holds of one conversation's stream.
 * @property {Record<string, Contact>} contacts
 * @property {Item[]} items  In order of AbsoluteTime, then Id.
 * @property {boolean} earlier  There are items before the first held one.
 * @property {Record<string, Outgoing>} outgoing  By clientToken; a sent one leaves when its item is here.
 * @property {Record<string, Receipt>} receipts  By contactId and participantId.
 * @property {Record<string, Note>} notes  By noteId; a deleted one is gone.
 * @property {Record<string, string>} tokens  Item Id -> clientToken: a bubble keeps its element when it is sent.
 * @property {Gap|null} gap
 *
 * @typedef {{contactId: string, initialContactId: string, clientToken: string, content: string, contentType: string,
 *   createdAt: string, state: "waiting"|"asked"|"kept"|"refused", why: string, reason?: string, size?: number}} Unsent
 *   Words the server has not yet taken (`waiting` for a connection, `asked`), or refused; `kept`: taken, its
 *   `outgoing` frame is on the way. With a `size` it is a file: `content` is its name; only its tab has the bytes.
 *
 * @typedef {Object} State
 * @property {number|null} me  The id of the user whose desk it is; null: somebody who only looks on.
 * @property {Record<string, number>} cursors
 * @property {Agent|null} agent
 * @property {number|null} queued  How many customers wait in the agent's queues; null: not told yet.
 * @property {string[]} takeable  Contacts this agent missed whose customers wait still.
 * @property {Record<string, AgentContact>} agentContacts  By contactId and round.
 * @property {string} viewing  As the server says.
 * @property {string|null} wanted  The contact this tab has asked to view, until the server says so too.
 * @property {Record<string, Conversation>} conversations  By InitialContactId.
 * @property {Record<string, Conversation>} closed  No longer followed: what was said until it was handed on.
 * @property {Record<string, Typing>} typing  By participantId.
 * @property {Record<string, Unsent>} unsent  By clientToken.
 */
export {}
