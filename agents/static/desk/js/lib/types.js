// @ts-check
/* generated: the shapes on the wire */
/**
 * @typedef {Object} ActionRefused  Why this one of several was not done, as an error says it of a single one.
 * @property {string} reason
 * @property {Reason} why
 * @property {Current|null} [current]
 *
 * @typedef {Object} ActionResult  What became of one of the ids: done, or why not.
 * @property {string} id
 * @property {boolean} ok
 * @property {ActionRefused|null} [refusal]
 * @property {ContactOutcome[]} [contacts]
 *
 * @typedef {Object} ActionResults  The answer to a verb on several contacts or agents, in the order they were named. One that is refused hinders no other.
 * @property {ActionResult[]} results
 *
 * @typedef {Object} Agent  The agent at this desk: state, next state, room.
 * @property {string} agentId
 * @property {string} name
 * @property {AgentStateFrame} state
 * @property {string} stateSince
 * @property {Reason|null} [stateWhy]
 * @property {AgentStateFrame|null} nextState
 * @property {AgentStateFrame[]} states
 * @property {number} load
 * @property {number} capacity
 * @property {string} routingProfile
 * @property {string[]} queues
 * @property {boolean} [autoAccept]
 * @property {"off"|"optional"|"required"|"timed"} [acw]
 *
 * @typedef {Object} AgentContact  One agent's part in one contact: offered (connecting), connected, ended, …; `cleared` leaves the desk.
 * @property {string} contactId
 * @property {string} initialContactId
 * @property {number} round
 * @property {"connecting"|"connected"|"ended"|"missed"|"rejected"|"error"|"cleared"} state
 * @property {Reason|null} why
 * @property {string} customerName
 * @property {string} queue
 * @property {string} offeredAt
 * @property {string|null} [ringsSince]
 * @property {string|null} expiresAt
 * @property {string|null} acceptedAt
 * @property {string|null} endedAt
 * @property {string|null} [acwUntil]
 * @property {boolean} [dispositionRequired]
 * @property {string} [disposition]
 * @property {string} [note]
 * @property {number} readNumber
 * @property {Help|null} [help]
 * @property {Draft} [draft]
 * @property {Author[]} [watchedBy]
 *
 * @typedef {Object} AgentSnapshot  Everything of an agent's stream.
 * @property {Agent} agent
 * @property {AgentContact[]} contacts
 * @property {string} viewing
 *
 * @typedef {Object} AgentStateFrame  A state an agent can be in.
 * @property {string} name
 * @property {"routable"|"not_routable"|"offline"} type
 *
 * @typedef {Object} Author  The person behind an item or an outgoing message: the customer sees the queue's public name instead.
 * @property {number} id
 * @property {string} name
 *
 * @typedef {Object} Colleague  A colleague of this agent's teams and queues, as they are now.
 * @property {string} agentId
 * @property {string} name
 * @property {AgentStateFrame} state
 * @property {string} since
 * @property {number} load
 * @property {number} capacity
 *
 * @typedef {Object} Colleagues  Who else is there, by name.
 * @property {Colleague[]} colleagues
 *
 * @typedef {Object} Configuration  What Streams' `agent.getConfiguration()` says beside the agent's state; ids of queues by their names.
 * @property {string} username
 * @property {string} routingProfileId
 * @property {Record<string, string>} queueIds
 *
 * @typedef {Object} Connected  The answer to `connect`. It comes after every snapshot and change the client lacked: now it is caught up.
 * @property {string} serverTime
 * @property {string[]} streams
 *
 * @typedef {Object} ConnectionToken  The answer to `connectionToken`: what ChatJS says as X-Amz-Bearer to our participant API in this contact.
 * @property {string} token
 * @property {string} expires
 *
 * @typedef {Object} Contact  One contact (segment) of the conversation: its life, owner and queue.
 * @property {string} contactId
 * @property {string} initialContactId
 * @property {number} round
 * @property {"JOINING"|"WAITING"|"CONNECTED"|"ENDED"} state
 * @property {string} queue
 * @property {string} publicName
 * @property {string} customerName
 * @property {Author|null} owner
 * @property {string} endReason
 * @property {Reason|null} [attention]
 * @property {Help|null} [help]
 * @property {number} [priority]
 * @property {Transfer|null} [transfer]
 * @property {boolean} [relayed]
 * @property {string[]} [contentTypes]
 * @property {boolean} chatEnded
 * @property {string|null} waitingSince
 * @property {string|null} connectedAt
 * @property {string|null} [servedSince]
 * @property {string|null} endedAt
 * @property {Record<string, string>} attributes
 * @property {Reference[]} [references]
 *
 * @typedef {Object} ContactOutcome  What became of a contact of an agent whose state was forced or who was signed out.
 * @property {string} contactId
 * @property {"kept"|"requeued"|"withdrawn"} outcome
 *
 * @typedef {Object} ConversationSnapshot  The newest state of a conversation: its contacts, the tail of its items, what is under way.
 * @property {Contact[]} contacts
 * @property {Item[]} items
 * @property {boolean} earlier
 * @property {Outgoing[]} outgoing
 * @property {Receipt[]} receipts
 * @property {Note[]} [notes]
 *
 * @typedef {Object} Current  What is so instead of what was asked, beside `reason`: whatever of this explains the refusal.
 * @property {AgentContact|null} [agentContact]
 * @property {Agent|null} [agent]
 * @property {Endpoint|null} [endpoint]
 * @property {Contact|null} [contact]
 * @property {string[]|null} [dispositions]
 *
 * @typedef {Object} Dispositions  What a contact of this queue may have come to, by name.
 * @property {string[]} dispositions
 * @property {boolean} required
 *
 * @typedef {Object} Draft  What the agent has begun to write in a contact, and where they read in it.
 * @property {string} [text]
 * @property {string} [note]
 * @property {ScrollPosition|null} [place]
 *
 * @typedef {Object} EarlierContact  A conversation of the same customer from before: enough to know whether to read it (getTranscript).
 * @property {string} contactId
 * @property {string} initialContactId
 * @property {string} queue
 * @property {Author|null} owner
 * @property {string} startedAt
 * @property {string|null} endedAt
 * @property {string} endReason
 * @property {string} opening
 * @property {string} disposition
 *
 * @typedef {Object} EarlierContacts  What else this customer had with us, newest first; `by` says what made them the same customer.
 * @property {"customerId"|"email"|"name"|null} by
 * @property {EarlierContact[]} contacts
 *
 * @typedef {Object} Endpoint  Somebody or something a contact can be handed on to. An agent has a state and room, a queue is open or not.
 * @property {"agent"|"queue"} type
 * @property {string} id
 * @property {string} name
 * @property {AgentStateFrame|null} [state]
 * @property {number|null} [load]
 * @property {number|null} [capacity]
 * @property {boolean|null} [open]
 * @property {number|null} [waiting]
 * @property {Reason|null} refusal
 *
 * @typedef {Object} EndpointRef  Where a contact is handed on to, as getEndpoints names it.
 * @property {"agent"|"queue"} type
 * @property {string} id
 *
 * @typedef {Object} Endpoints  Whom a contact can be handed on to: every colleague, then every queue, each by name.
 * @property {Endpoint[]} endpoints
 *
 * @typedef {Object} FloorAgent  An agent on the board.
 * @property {string} agentId
 * @property {number} userId
 * @property {string} name
 * @property {AgentStateFrame} state
 * @property {AgentStateFrame|null} nextState
 * @property {string} since
 * @property {Reason|null} why
 * @property {number} load
 * @property {number} capacity
 * @property {string[]} teams
 * @property {boolean} connected
 * @property {string} lastActionAt
 * @property {number|null} occupancy
 * @property {number} missed
 *
 * @typedef {Object} FloorAgents
 * @property {number} total
 * @property {string[]|null} [order]
 * @property {string[]} removed
 * @property {FloorAgent[]} rows
 *
 * @typedef {Object} FloorAlert  A threshold of a queue that is passed, or was until a moment ago.
 * @property {number} alertId
 * @property {string} kind
 * @property {string} queue
 * @property {number} limit
 * @property {number} value
 * @property {string} beganAt
 * @property {string|null} endedAt
 *
 * @typedef {Object} FloorAlerts  `total` counts the open ones.
 * @property {number} total
 * @property {string[]|null} [order]
 * @property {string[]} removed
 * @property {FloorAlert[]} rows
 *
 * @typedef {Object} FloorContact  A contact on the board.
 * @property {string} contactId
 * @property {string} initialContactId
 * @property {string} customerName
 * @property {Author|null} agent
 * @property {number|null} agentContactId
 * @property {string} queue
 * @property {string} state
 * @property {string|null} since
 * @property {string|null} startedAt
 * @property {string|null} answerAwaitedSince
 * @property {Reason|null} attention
 * @property {Help|null} help
 * @property {number} priority
 * @property {Author[]} watchers
 *
 * @typedef {Object} FloorContacts
 * @property {number} total
 * @property {string[]|null} [order]
 * @property {string[]} removed
 * @property {FloorContact[]} rows
 *
 * @typedef {Object} FloorFigures  The five figures on top, with what stands under them; null: there is nothing to count.
 * @property {number} waiting
 * @property {number} waitingQueues
 * @property {number} queues
 * @property {string|null} oldestSince
 * @property {string} oldestQueue
 * @property {number|null} oldestWithin
 * @property {number|null} serviceLevel
 * @property {number|null} target
 * @property {number} available
 * @property {number} idle
 * @property {number} signedIn
 * @property {number} freeSlots
 * @property {number} open
 * @property {number} awaiting
 *
 * @typedef {Object} FloorLimits  How many rows of each table the page shows.
 * @property {number} [queues]
 * @property {number} [agents]
 * @property {number} [contacts]
 *
 * @typedef {Object} FloorMissed
 * @property {number} total
 * @property {string[]|null} [order]
 * @property {string[]} removed
 * @property {FloorMissedOffer[]} rows
 *
 * @typedef {Object} FloorMissedOffer  An offer of the last hour that was missed: why, and who serves the customer now.
 * @property {number} agentContactId
 * @property {string} contactId
 * @property {string} customerName
 * @property {string} agentId
 * @property {string} agentName
 * @property {string} at
 * @property {Reason|null} why
 * @property {string} cause
 * @property {Author|null} with
 *
 * @typedef {Object} FloorOption  A team or a queue to filter by.
 * @property {string} id
 * @property {string} name
 *
 * @typedef {Object} FloorOptions  What this supervisor can filter by.
 * @property {FloorOption[]} teams
 * @property {FloorOption[]} queues
 * @property {string[]} ownQueues
 *
 * @typedef {Object} FloorQueue  A queue now, and over the last hour (docs/metrics.md).
 * @property {string} queueId
 * @property {string} name
 * @property {number} waiting
 * @property {string|null} oldestSince
 * @property {number} answerWithin
 * @property {number[]} spark
 * @property {number|null} serviceLevel
 * @property {number} target
 * @property {number} staffed
 * @property {number} available
 * @property {number} open
 * @property {number} abandoned
 * @property {number|null} abandonedRate
 * @property {number|null} answerTime
 * @property {number|null} handleTime
 * @property {number|null} responseTime
 *
 * @typedef {Object} FloorQueues
 * @property {number} total
 * @property {string[]|null} [order]
 * @property {string[]} removed
 * @property {FloorQueue[]} rows
 *
 * @typedef {Object} FloorSort  By which column each table is sorted; with a minus: the other way round.
 * @property {"waiting"|"name"|"oldest"|"level"|"open"|"-waiting"|"-name"|"-oldest"|"-level"|"-open"} [queues]
 * @property {"state"|"name"|"since"|"load"|"-state"|"-name"|"-since"|"-load"} [agents]
 * @property {"waits"|"customer"|"agent"|"queue"|"age"|"state"|"-waits"|"-customer"|"-agent"|"-queue"|"-age"|"-state"} [contacts]
 *
 * @typedef {Object} FloorState  How many agents are in a state, and how many of them have a contact.
 * @property {string} name
 * @property {string} type
 * @property {number} agents
 * @property {number} busy
 *
 * @typedef {Object} FloorView  What of the floor is shown, filtered and sorted by the server; figures count every row that fits team and queues.
 * @property {string|null} [team]
 * @property {boolean} [own]
 * @property {string[]} [queues]
 * @property {string[]} [states]
 * @property {string} [search]
 * @property {FloorSort} [sort]
 * @property {FloorLimits} [limits]
 *
 * @typedef {Object} Help  A raised hand: an agent, or a phrase of the customer's, asks supervisors to look at the contact.
 * @property {string} reason
 * @property {boolean} [phrase]
 * @property {string} raisedAt
 * @property {Author|null} takenBy
 * @property {boolean} escalated
 *
 * @typedef {Object} Item  One item of the transcript, in Connect's own words, with our number, place and author.
 * @property {string} Id
 * @property {string} AbsoluteTime
 * @property {string} Type
 * @property {string} ContentType
 * @property {string|null} Content
 * @property {string|null} ParticipantId
 * @property {string|null} ParticipantRole
 * @property {string|null} DisplayName
 * @property {string} ContactId
 * @property {string} InitialContactId
 * @property {Record<string, any>[]} Attachments
 * @property {number} Number
 * @property {number} Seq
 * @property {Author|null} Author
 * @property {(string|Piece)[]|null} [Rich]
 *
 * @typedef {Object} LatencyFigures  Of one stage: percentiles in milliseconds, and of how many messages.
 * @property {number} p50
 * @property {number} p95
 * @property {number} p99
 * @property {number} messages
 *
 * @typedef {Object} Note  An internal note. A deleted one comes once more, empty.
 * @property {string} noteId
 * @property {string} contactId
 * @property {string} clientToken
 * @property {Author|null} author
 * @property {string} text
 * @property {string} createdAt
 * @property {string|null} editedAt
 * @property {boolean} deleted
 *
 * @typedef {Object} NoteAdded  The answer to `addNote`.
 * @property {string} noteId
 *
 * @typedef {Object} Outgoing  What we owe Connect: queued, on its way, sent (then `itemId` names the item), failed and why, or discarded.
 *   A file is an ATTACHMENT: `content` is its name, `contentType` its type, and `taken` means that Connect scans it.
 * @property {string} contactId
 * @property {string} clientToken
 * @property {"MESSAGE"|"ATTACHMENT"|"DISCONNECT"} kind
 * @property {string} contentType
 * @property {string} content
 * @property {Author|null} author
 * @property {"queued"|"sending"|"taken"|"sent"|"failed"|"discarded"} state
 * @property {Reason|null} why
 * @property {string|null} itemId
 * @property {number} position
 * @property {string} createdAt
 * @property {number|null} [size]
 * @property {(string|Piece)[]|null} [rich]
 *
 * @typedef {Object} Piece  A piece of rich text: one of these tags, and what is inside, words or further pieces. `href` is a link's.
 * @property {"p"|"h"|"blockquote"|"ul"|"ol"|"li"|"strong"|"em"|"a"|"code"|"pre"|"br"|"hr"} tag
 * @property {(string|Piece)[]} children
 * @property {string|null} [href]
 * @property {number|null} [start]
 *
 * @typedef {Object} Pong  The answer to `ping`.
 * @property {string} serverTime
 *
 * @typedef {Object} QuickResponse  Words ready to be said; `shortcut` is typed after a slash.
 * @property {string} shortcut
 * @property {string} name
 * @property {string} content
 *
 * @typedef {Object} QuickResponses  The quick responses that fit the contact's queue.
 * @property {QuickResponse[]} quickResponses
 *
 * @typedef {Object} Reason  A reason: its code, its sentence in English, which the page translates for its reader, and what fills the
 *   %(named)s gaps: text, a number, or a reason in turn.
 * @property {string|null} [code]
 * @property {string} sentence
 * @property {Record<string, string|number|Reason>} [values]
 *
 * @typedef {Object} Receipt  How far a participant has received and read: high-water marks, ids of items.
 * @property {string} contactId
 * @property {string} participantId
 * @property {string} role
 * @property {string|null} deliveredId
 * @property {string|null} readId
 *
 * @typedef {Object} Reference  What a contact refers to, as ListContactReferences tells it. A DATE is an epoch timestamp, `status` is a file's.
 * @property {string} name
 * @property {"URL"|"ATTACHMENT"|"NUMBER"|"STRING"|"DATE"|"EMAIL"} type
 * @property {string} value
 * @property {string} [status]
 *
 * @typedef {Object} RelayedQueue  The queue of a contact as Streams' contact.getQueue() gives it: id or ARN, and name.
 * @property {string|null} [queueId]
 * @property {string|null} [queueARN]
 * @property {string|null} [name]
 *
 * @typedef {Object} RelayedReference  A reference as Streams' contact.getReferences() gives it by its name.
 * @property {string} type
 * @property {string} value
 *
 * @typedef {Object} SavedView  A view of the floor that was kept.
 * @property {string} name
 * @property {FloorView} view
 *
 * @typedef {Object} SavedViews  One's own saved views, by name.
 * @property {SavedView[]} views
 *
 * @typedef {Object} ScrollPosition  Where somebody reads: an item (or another row) of the transcript, and how far below the upper edge it stands.
 * @property {string} key
 * @property {number} top
 *
 * @typedef {Object} Sent  The answer to `sendMessage`: the words are kept and will be sent, in order, once.
 * @property {string} clientToken
 * @property {"queued"|"sending"|"taken"|"sent"|"failed"|"discarded"} state
 *
 * @typedef {Object} StartPosition  Where a page of the transcript starts; an empty one is allowed, ChatJS sends it.
 * @property {string|null} [id]
 * @property {string|null} [absoluteTime]
 * @property {number|null} [mostRecent]
 *
 * @typedef {Object} Transcript  A page of the transcript; `NextToken` when there is more in that direction.
 * @property {string} InitialContactId
 * @property {Item[]} Transcript
 * @property {string|null} NextToken
 *
 * @typedef {Object} Transfer  The newest time the contact was handed on in this round, and what came of it.
 * @property {"offered"|"accepted"|"declined"|"missed"|"withdrawn"|"queued"|"takenOver"|"reassigned"|"requeued"} state
 * @property {Author|null} sender
 * @property {Author|null} [by]
 * @property {TransferredTo} endpoint
 * @property {string} comment
 * @property {Reason|null} why
 * @property {string} askedAt
 * @property {string|null} settledAt
 *
 * @typedef {Object} TransferredTo  Where a contact was to go.
 * @property {"agent"|"queue"} type
 * @property {string} id
 * @property {string} name
 *
 * @typedef {Object} Whisper  What a supervisor and the serving agent write to each other. It never changes; the customer never sees one.
 * @property {string} whisperId
 * @property {string} contactId
 * @property {Author|null} author
 * @property {string} text
 * @property {string} at
 * @property {string} clientToken
 *
 * @typedef {Object} WhisperSent  The answer to `whisper`.
 * @property {string} whisperId
 *
 * @typedef {Object} WhispersSnapshot  Everything of a stream of whispers, in the order they were written.
 * @property {Whisper[]} whispers
 */
/* /generated: the shapes on the wire */

/**
 * What the desk calls some of them, and the state it is drawn from. Types only.
 *
 * @typedef {Reason} Why
 * @typedef {string|Piece} Rich  Markdown as a tree.
 * @typedef {AgentStateFrame} AgentState
 * @typedef {ScrollPosition} Place  Where the agent reads: an item, and how far below the upper edge.
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
 * @property {Record<string, import("../state/whispers.js").Whisper[]>} whispers  By stream: one for each agent's part in a contact.
 * @property {import("../connect_ccp/messages.js").Ccp|null} connect  What the instance's own CCP shows; null: the desk stands beside none.
 * @property {readonly number[]} supervisors  Users who were seen to watch or step in.
 */
export {}
