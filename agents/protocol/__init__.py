"""The socket's language: every request, answer and notification, typed once and closed (docs/socket.md explains it).

JSON-RPC 2.0. Method names are Amazon Connect Streams' verbs, parameters are spelt as in Streams and ChatJS, and an item
has the shape Amazon Connect gives it (GetTranscript), plus `Seq`, `Number` and `Author`. Times are ISO 8601 in UTC.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

MAX_FRAME_BYTES = 65_536
MAX_CLIENT_TOKEN = 500
MAX_CONTENT_BYTES = 16_384  # SendMessage, connectparticipant 2018-09-07: Content is limited in bytes, not characters
MAX_DRAFT_BYTES = 49_152  # reply and note together: with what JSON adds to usual words it fits into a frame

EVENT = "application/vnd.amazonaws.connect.event."

ContactId = Annotated[str, Field(min_length=1, max_length=256)]
ClientToken = Annotated[str, Field(min_length=1, max_length=MAX_CLIENT_TOKEN)]
Time = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")]
Stream = Annotated[str, Field(pattern=r"^(agent|conversation):.+$", max_length=300)]


class StrictModel(BaseModel):
    """An unknown field is a mistake on one of the two sides: say so instead of dropping it."""

    model_config = ConfigDict(extra="forbid", strict=True)


# ---- What a client may ask -------------------------------------------------------------------------------------------


class Connect(StrictModel):
    """The first request of every socket: what the client already holds, a number for each stream."""

    known: dict[Stream, Annotated[int, Field(ge=0)]] = Field(default_factory=dict, max_length=1000)


class NoParams(StrictModel):
    """No parameters."""


class SetAgentState(StrictModel):
    """Go to a state now; while contacts are open, `enqueueNextState` makes it the next state instead. *Next* is for
    leaving: a routable state always counts at once.
    """

    state: Annotated[str, Field(min_length=1, max_length=80)]
    enqueueNextState: bool = False  # noqa: N815 -- Streams spells it so


class ContactParams(StrictModel):
    """Which contact is meant."""

    contactId: ContactId  # noqa: N815 -- Streams spells it so


class ViewContact(StrictModel):
    """Which contact the agent looks at; empty: none (Streams' core.viewContact)."""

    contactId: Annotated[str, Field(max_length=256)]  # noqa: N815 -- Streams spells it so


class ClearContact(ContactParams):
    """After contact work is done. What came of it: one of the queue's dispositions, by its name, and a note."""

    disposition: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    note: Annotated[str, Field(max_length=5000)] = ""


class SaveWrapUp(ContactParams):
    """What is begun after a contact: it counts when the time is over before Done, and is there on the agent's other machines."""

    disposition: Annotated[str, Field(max_length=80)] = ""
    note: Annotated[str, Field(max_length=5000)] = ""


class OfferSeen(ContactParams):
    """This tab shows the offer; again when the tab is hidden or shown while the offer is open. Sent as a notification."""

    visible: bool


class EndpointRef(StrictModel):
    """Where a contact is handed on to, as getEndpoints names it."""

    type: Literal["agent", "queue"]
    id: Annotated[str, Field(min_length=1, max_length=64)]


class TransferContact(ContactParams):
    """Hand the contact on, with a comment for whoever gets it. A colleague may decline; a queue takes it at once."""

    endpoint: EndpointRef
    comment: Annotated[str, Field(max_length=1000)] = ""


class AddNote(ContactParams):
    """An internal note beside the conversation. The same `clientToken` is the same note, once."""

    text: Annotated[str, Field(max_length=4000)]
    clientToken: ClientToken | None = None  # noqa: N815 -- ChatJS spells it so


class NoteIdParams(ContactParams):
    """Which of one's own notes is meant."""

    noteId: Annotated[str, Field(min_length=1, max_length=64)]  # noqa: N815 -- the wire is camelCase


class EditNote(NoteIdParams):
    """Other words for a note of one's own."""

    text: Annotated[str, Field(max_length=4000)]


class SaveDraft(ContactParams):
    """The words begun in this contact, to the customer and to the team, for the agent's other tabs and machines."""

    text: Annotated[str, Field(max_length=MAX_DRAFT_BYTES)]
    note: Annotated[str, Field(max_length=MAX_DRAFT_BYTES)]


class ScrollPosition(StrictModel):
    """Where somebody reads: an item (or another row) of the transcript, and how far below the upper edge it stands."""

    key: Annotated[str, Field(min_length=1, max_length=300)]
    top: Annotated[int, Field(ge=-1_000_000, le=1_000_000)]  # CSS pixels


class SavePlace(ContactParams):
    """Where the agent reads in this contact; null: at its end."""

    place: ScrollPosition | None


class RelayedQueue(StrictModel):
    """The queue of a contact as Streams' contact.getQueue() gives it: id or ARN, and name."""

    queueId: Annotated[str, Field(max_length=256)] | None = None  # noqa: N815 -- Streams spells it so
    queueARN: Annotated[str, Field(max_length=256)] | None = None  # noqa: N815 -- Streams spells it so
    name: Annotated[str, Field(max_length=256)] | None = None


class RelayedReference(StrictModel):
    """A reference as Streams' contact.getReferences() gives it by its name."""

    type: Annotated[str, Field(max_length=64)]
    value: Annotated[str, Field(max_length=4096)]


class RelayContact(ContactParams):
    """What a CCP in the browser knows of a contact that Amazon Connect itself gave to this agent."""

    initialContactId: Annotated[str, Field(max_length=256)] = ""  # noqa: N815 -- Streams spells it so; empty: the same
    participantId: Annotated[str, Field(min_length=1, max_length=256)]  # noqa: N815 -- the agent's own
    participantToken: Annotated[str, Field(min_length=1, max_length=1000)]  # noqa: N815 -- getConnectionToken's
    state: Literal["incoming", "pending", "connecting", "connected", "missed", "rejected", "error", "ended"]
    queue: RelayedQueue | None = None
    customerName: Annotated[str, Field(max_length=256)] = ""  # noqa: N815 -- the wire is camelCase
    attributes: dict[Annotated[str, Field(max_length=128)], Annotated[str, Field(max_length=32_768)]] = Field(
        default_factory=dict, max_length=500
    )
    references: dict[Annotated[str, Field(max_length=4096)], RelayedReference] = Field(
        default_factory=dict, max_length=100
    )


class SendMessage(ContactParams):
    """A message to the customer. `clientToken` is the client's own: the same token is the same message, once.

    Markdown to a chat that does not take it (`contentTypes` of the contact) goes as plain text.
    """

    message: str
    contentType: Literal["text/plain", "text/markdown"] = "text/plain"  # noqa: N815 -- ChatJS spells it so
    clientToken: ClientToken  # noqa: N815 -- ChatJS spells it so


class SendEvent(ContactParams):
    """Typing, or a receipt whose content is {"messageId": …}. Other types: an error that says what Connect accepts."""

    contentType: Annotated[str, Field(min_length=1, max_length=100)]  # noqa: N815 -- ChatJS spells it so
    content: Annotated[str, Field(max_length=1000)] | None = None


class OutboundMessageParams(ContactParams):
    """Which of our own messages is meant, by the token it was sent with."""

    clientToken: ClientToken  # noqa: N815 -- ChatJS spells it so


class StartPosition(StrictModel):
    """Where a page of the transcript starts; an empty one is allowed, ChatJS sends it."""

    id: Annotated[str, Field(max_length=256)] | None = None
    absoluteTime: Time | None = None  # noqa: N815 -- ChatJS spells it so
    mostRecent: Annotated[int, Field(ge=0, le=100)] | None = None  # noqa: N815 -- ChatJS spells it so


class GetTranscript(ContactParams):
    """A page of the transcript: the whole chain of contacts, oldest first unless told otherwise."""

    maxResults: Annotated[int, Field(ge=1, le=100)] = 15  # noqa: N815 -- ChatJS spells it so
    sortOrder: Literal["ASCENDING", "DESCENDING"] = "ASCENDING"  # noqa: N815 -- ChatJS spells it so
    scanDirection: Literal["BACKWARD", "FORWARD"] = "BACKWARD"  # noqa: N815 -- ChatJS spells it so
    startPosition: StartPosition = Field(default_factory=StartPosition)  # noqa: N815 -- ChatJS spells it so
    nextToken: Annotated[str, Field(max_length=1000)] | None = None  # noqa: N815 -- ChatJS spells it so


class Presence(StrictModel):
    """The answer to `ask`: this tab is alive. Sent as a notification, from the message handler."""

    ask: Annotated[int, Field(ge=0)]
    visible: bool = True


REQUESTS: dict[str, type[StrictModel]] = {
    "connect": Connect,
    "ping": NoParams,
    "presence": Presence,
    "setAgentState": SetAgentState,
    "acceptContact": ContactParams,
    "takeContact": ContactParams,
    "rejectContact": ContactParams,
    "destroyConnection": ContactParams,
    "clearContact": ClearContact,
    "offerSeen": OfferSeen,
    "getDispositions": ContactParams,
    "getQuickResponses": ContactParams,
    "viewContact": ViewContact,
    "watchQueues": NoParams,
    "getEndpoints": NoParams,
    "transferContact": TransferContact,
    "cancelTransfer": ContactParams,
    "addNote": AddNote,
    "editNote": EditNote,
    "deleteNote": NoteIdParams,
    "saveDraft": SaveDraft,
    "saveWrapUp": SaveWrapUp,
    "savePlace": SavePlace,
    "relayContact": RelayContact,
    "sendMessage": SendMessage,
    "sendEvent": SendEvent,
    "retryMessage": OutboundMessageParams,
    "discardMessage": OutboundMessageParams,
    "getTranscript": GetTranscript,
    "getEarlierContacts": ContactParams,
}
FLOOR_REQUESTS: dict[str, type[StrictModel]] = {
    "connect": Connect,
    "ping": NoParams,
    "presence": Presence,
    "watchContact": ContactParams,
    "watchFloor": NoParams,
    "getTranscript": GetTranscript,
    "getEarlierContacts": ContactParams,
}


# ---- What the server tells -------------------------------------------------------------------------------------------


class Author(StrictModel):
    """The person behind an item or an outgoing message: the customer sees the queue's public name instead."""

    id: int
    name: str


class Piece(StrictModel):
    """A piece of rich text: one of these tags, and what is inside, words or further pieces. `href` is a link's."""

    tag: Literal["p", "h", "blockquote", "ul", "ol", "li", "strong", "em", "a", "code", "pre", "br", "hr"]
    children: list[str | Piece]
    href: str | None = None
    start: int | None = None  # the first number of an ordered list, when it is not 1


class Item(StrictModel):
    """One item of the transcript, in Connect's own words, with our number, place and author."""

    Id: str
    AbsoluteTime: Time
    Type: str
    ContentType: str
    Content: str | None
    ParticipantId: str | None
    ParticipantRole: str | None
    DisplayName: str | None
    ContactId: str
    InitialContactId: str
    Attachments: list[dict[str, Any]]
    Number: int  # its place in the order of arrival, for ever: unread counts stand on it
    Seq: int  # the number of its newest change
    Author: Author | None
    Rich: list[str | Piece] | None = None  # the content of text/markdown, ready to be shown; else absent


class Reason(StrictModel):
    """A reason: a sentence in the code's own words, which the page tells in its reader's language, and what fills its
    %(named)s gaps: text, a number, or a reason in turn.
    """

    sentence: str
    values: dict[str, str | int | Reason] = Field(default_factory=dict)


class AgentStateFrame(StrictModel):
    """A state an agent can be in."""

    name: str
    type: Literal["routable", "not_routable", "offline"]


class Agent(StrictModel):
    """The agent at this desk: state, next state, room."""

    agentId: str  # noqa: N815 -- the wire is camelCase
    name: str
    state: AgentStateFrame
    stateSince: Time  # noqa: N815 -- the wire is camelCase
    stateWhy: Reason | None = None  # noqa: N815 -- why the server put the agent there; null: it was chosen
    nextState: AgentStateFrame | None  # noqa: N815 -- the wire is camelCase
    states: list[AgentStateFrame]  # those that can be chosen
    load: int
    capacity: int
    routingProfile: str  # noqa: N815 -- the wire is camelCase
    queues: list[str]
    autoAccept: bool = False  # noqa: N815 -- an offer is connected at once
    acw: Literal["off", "optional", "required", "timed"] = "optional"


class Endpoint(StrictModel):
    """Somebody or something a contact can be handed on to. An agent has a state and room, a queue is open or not."""

    type: Literal["agent", "queue"]
    id: str
    name: str
    state: AgentStateFrame | None = None
    load: int | None = None
    capacity: int | None = None
    open: bool | None = None
    waiting: int | None = None
    refusal: Reason | None  # why it would be refused now


class TransferredTo(StrictModel):
    """Where a contact was to go."""

    type: Literal["agent", "queue"]
    id: str
    name: str


class Transfer(StrictModel):
    """The newest time the contact was handed on in this round, and what came of it."""

    state: Literal["offered", "accepted", "declined", "missed", "withdrawn", "queued"]
    sender: Author | None
    endpoint: TransferredTo
    comment: str
    why: Reason | None
    askedAt: Time  # noqa: N815 -- the wire is camelCase
    settledAt: Time | None  # noqa: N815 -- the wire is camelCase


class Draft(StrictModel):
    """What the agent has begun to write in a contact, and where they read in it."""

    text: str = ""
    note: str = ""  # begun as an internal note
    place: ScrollPosition | None = None  # null: at the end


class AgentContact(StrictModel):
    """One agent's part in one contact: offered (connecting), connected, ended, …; `cleared` leaves the desk."""

    contactId: str  # noqa: N815 -- the wire is camelCase
    initialContactId: str  # noqa: N815 -- the wire is camelCase
    round: int
    state: Literal["connecting", "connected", "ended", "missed", "rejected", "error", "cleared"]
    why: Reason | None
    customerName: str  # noqa: N815 -- the wire is camelCase
    queue: str
    offeredAt: Time  # noqa: N815 -- the wire is camelCase
    ringsSince: Time | None = None  # noqa: N815 -- of several offers one rings; null: it waits its turn
    expiresAt: Time | None  # noqa: N815 -- null while it waits its turn
    acceptedAt: Time | None  # noqa: N815 -- the wire is camelCase
    endedAt: Time | None  # noqa: N815 -- the wire is camelCase
    acwUntil: Time | None = None  # noqa: N815 -- then after contact work ends by itself
    dispositionRequired: bool = False  # noqa: N815 -- clearContact needs a disposition
    disposition: str = ""  # as it is begun, like the note, until the contact is cleared
    note: str = ""
    readNumber: int  # noqa: N815 -- the highest item Number this agent has read
    draft: Draft = Field(default_factory=Draft)


class Reference(StrictModel):
    """What a contact refers to, as ListContactReferences tells it. A DATE is an epoch timestamp, `status` is a file's."""

    name: str
    type: Literal["URL", "ATTACHMENT", "NUMBER", "STRING", "DATE", "EMAIL"]
    value: str
    status: str = ""


class Contact(StrictModel):
    """One contact (segment) of the conversation: its life, owner and queue."""

    contactId: str  # noqa: N815 -- the wire is camelCase
    initialContactId: str  # noqa: N815 -- the wire is camelCase
    round: int
    state: Literal["JOINING", "WAITING", "CONNECTED", "ENDED"]
    queue: str
    publicName: str  # noqa: N815 -- the name the customer sees
    customerName: str  # noqa: N815 -- the wire is camelCase
    owner: Author | None
    endReason: str  # noqa: N815 -- empty while it lives
    attention: Reason | None = None  # why a supervisor should look at it, while they should
    transfer: Transfer | None = None
    relayed: bool = False  # Amazon Connect itself gave it to the agent: transfer it there
    contentTypes: list[str] = Field(default_factory=lambda: ["text/plain"])  # noqa: N815 -- what the chat takes, as far as is known
    chatEnded: bool  # noqa: N815 -- Connect has said chat.ended: the customer cannot come back to this chat
    waitingSince: Time | None  # noqa: N815 -- the present, or last, wait for an agent began then
    connectedAt: Time | None  # noqa: N815 -- the wire is camelCase
    servedSince: Time | None = None  # noqa: N815 -- its owner serves it since then; connectedAt is the first agent's
    endedAt: Time | None  # noqa: N815 -- the wire is camelCase
    attributes: dict[str, str]
    references: list[Reference] = Field(default_factory=list)


class Outgoing(StrictModel):
    """What we owe Connect: queued, on its way, sent (then `itemId` names the item), failed and why, or discarded.

    A file is an ATTACHMENT: `content` is its name, `contentType` its type, and `taken` means that Connect scans it.
    """

    contactId: str  # noqa: N815 -- the wire is camelCase
    clientToken: str  # noqa: N815 -- the wire is camelCase
    kind: Literal["MESSAGE", "ATTACHMENT", "DISCONNECT"]
    contentType: str  # noqa: N815 -- the wire is camelCase
    content: str
    author: Author | None
    state: Literal["queued", "sending", "taken", "sent", "failed", "discarded"]
    why: Reason | None
    itemId: str | None  # noqa: N815 -- the wire is camelCase
    position: int
    createdAt: Time  # noqa: N815 -- the wire is camelCase
    size: int | None = None  # of a file, in bytes
    rich: list[str | Piece] | None = None  # the content of text/markdown, ready to be shown; else absent


class Receipt(StrictModel):
    """How far a participant has received and read: high-water marks, ids of items."""

    contactId: str  # noqa: N815 -- the wire is camelCase
    participantId: str  # noqa: N815 -- the wire is camelCase
    role: str
    deliveredId: str | None  # noqa: N815 -- the wire is camelCase
    readId: str | None  # noqa: N815 -- the wire is camelCase


class Note(StrictModel):
    """An internal note. A deleted one comes once more, empty."""

    noteId: str  # noqa: N815 -- the wire is camelCase
    contactId: str  # noqa: N815 -- the wire is camelCase
    clientToken: str  # noqa: N815 -- the wire is camelCase
    author: Author | None
    text: str
    createdAt: Time  # noqa: N815 -- the wire is camelCase
    editedAt: Time | None  # noqa: N815 -- the wire is camelCase
    deleted: bool


class AgentSnapshot(StrictModel):
    """Everything of an agent's stream."""

    agent: Agent
    contacts: list[AgentContact]
    viewing: str  # the contact in view; empty: none


class ConversationSnapshot(StrictModel):
    """The newest state of a conversation: its contacts, the tail of its items, what is under way."""

    contacts: list[Contact]
    items: list[Item]  # the tail, in order of AbsoluteTime and Id
    earlier: bool  # there are items before the first of `items`: ask getTranscript
    outgoing: list[Outgoing]  # not yet sent, failed ones included
    receipts: list[Receipt]
    notes: list[Note] = Field(default_factory=list)  # in the order they were written


class Numbered(StrictModel):
    """Drop it if `seq` is at or below the cursor of `stream`; else apply it and set the cursor to `seq`."""

    stream: Stream
    seq: int


class SnapshotFrame(Numbered):
    serverTime: Time  # noqa: N815 -- the wire is camelCase
    agent: AgentSnapshot | None = None
    conversation: ConversationSnapshot | None = None


class AgentFrame(Numbered):
    agent: Agent


class AgentContactFrame(Numbered):
    agentContact: AgentContact  # noqa: N815 -- the wire is camelCase


class ViewContactFrame(Numbered):
    contactId: str  # noqa: N815 -- the wire is camelCase


class ContactFrame(Numbered):
    contact: Contact


class ItemFrame(Numbered):
    item: Item


class ReceiptFrame(Numbered):
    receipt: Receipt


class OutgoingFrame(Numbered):
    outgoing: Outgoing


class NoteFrame(Numbered):
    note: Note


class ClosedStreamFrame(StrictModel):
    """This socket no longer follows the stream (cleared, or no longer allowed): forget what you hold of it."""

    stream: Stream


class TypingFrame(StrictModel):
    """Somebody types; unnumbered, may be lost; it holds for 12 s or until their next message."""

    stream: Stream
    contactId: str  # noqa: N815 -- the wire is camelCase
    participantId: str  # noqa: N815 -- the wire is camelCase
    role: str
    displayName: str  # noqa: N815 -- the wire is camelCase


class FloorFrame(StrictModel):
    """The list of live contacts is not what it was: draw it again. `live`: how many there are now."""

    live: int


class QueuesFrame(StrictModel):
    """How many customers wait in the queues this agent serves, and which of those they missed wait still: told at once,
    and when it is not so any more.
    """

    waiting: int
    missed: list[ContactId] = Field(default_factory=list)  # takeContact takes them


class AskFrame(StrictModel):
    """Are you there? Answer at once with the notification `presence` and the same number."""

    ask: int


class ByeFrame(StrictModel):
    """The socket closes next, with this code. `retryAfter`: seconds to wait; null: do not come back by yourself."""

    code: int
    reason: str
    retryAfter: float | None  # noqa: N815 -- the wire is camelCase


NOTIFICATIONS: dict[str, type[StrictModel]] = {
    "snapshot": SnapshotFrame,
    "agent": AgentFrame,
    "agentContact": AgentContactFrame,
    "viewContact": ViewContactFrame,
    "contact": ContactFrame,
    "item": ItemFrame,
    "receipt": ReceiptFrame,
    "outgoing": OutgoingFrame,
    "note": NoteFrame,
    "closedStream": ClosedStreamFrame,
    "typing": TypingFrame,
    "floor": FloorFrame,
    "queues": QueuesFrame,
    "ask": AskFrame,
    "bye": ByeFrame,
}


# ---- Answers ---------------------------------------------------------------------------------------------------------


class Connected(StrictModel):
    """The answer to `connect`. It comes after every snapshot and change the client lacked: now it is caught up."""

    serverTime: Time  # noqa: N815 -- the wire is camelCase
    streams: list[Stream]


class Pong(StrictModel):
    """The answer to `ping`."""

    serverTime: Time  # noqa: N815 -- the wire is camelCase


class Sent(StrictModel):
    """The answer to `sendMessage`: the words are kept and will be sent, in order, once."""

    clientToken: ClientToken  # noqa: N815 -- the wire is camelCase
    state: Literal["queued", "sending", "taken", "sent", "failed", "discarded"]


class Transcript(StrictModel):
    """A page of the transcript; `NextToken` when there is more in that direction."""

    InitialContactId: str
    Transcript: list[Item]
    NextToken: str | None


class Dispositions(StrictModel):
    """What a contact of this queue may have come to, by name."""

    dispositions: list[str]
    required: bool


class QuickResponse(StrictModel):
    """Words ready to be said; `shortcut` is typed after a slash."""

    shortcut: str
    name: str
    content: str


class QuickResponses(StrictModel):
    """The quick responses that fit the contact's queue."""

    quickResponses: list[QuickResponse]  # noqa: N815 -- the wire is camelCase


class Endpoints(StrictModel):
    """Whom a contact can be handed on to: every colleague, then every queue, each by name."""

    endpoints: list[Endpoint]


class NoteAdded(StrictModel):
    """The answer to `addNote`."""

    noteId: str  # noqa: N815 -- the wire is camelCase


class EarlierContact(StrictModel):
    """A conversation of the same customer from before: enough to know whether to read it (getTranscript)."""

    contactId: str  # noqa: N815 -- the wire is camelCase
    initialContactId: str  # noqa: N815 -- the wire is camelCase
    queue: str
    owner: Author | None  # who served it last
    startedAt: Time  # noqa: N815 -- the wire is camelCase
    endedAt: Time | None  # noqa: N815 -- null: it is live elsewhere
    endReason: str  # noqa: N815 -- the wire is camelCase
    opening: str  # the customer's first words, shortened
    disposition: str  # what came of it; empty: nobody has said


class EarlierContacts(StrictModel):
    """What else this customer had with us, newest first; `by` says what made them the same customer."""

    by: Literal["customerId", "email", "name"] | None
    contacts: list[EarlierContact]


class Done(StrictModel):
    """It is done; what changed comes as numbered notifications."""


ANSWERS: dict[str, type[StrictModel]] = {
    "connect": Connected,
    "ping": Pong,
    "sendMessage": Sent,
    "retryMessage": Sent,
    "getTranscript": Transcript,
    "getEarlierContacts": EarlierContacts,
    "getDispositions": Dispositions,
    "getQuickResponses": QuickResponses,
    "getEndpoints": Endpoints,
    "addNote": NoteAdded,
}


class Current(StrictModel):
    """What is so instead of what was asked, beside `reason`: whatever of this explains the refusal."""

    agentContact: AgentContact | None = None  # noqa: N815 -- this agent's part in the contact
    agent: Agent | None = None  # this agent, with the states there are
    endpoint: Endpoint | None = None  # the colleague or queue that was asked for
    dispositions: list[str] | None = None  # what the contact may have come to


class Code:
    """Error codes: the five of JSON-RPC 2.0, and ours below -32000."""

    PARSE = -32700
    INVALID_REQUEST = -32600
    UNKNOWN_METHOD = -32601
    INVALID_PARAMS = -32602
    INTERNAL = -32603
    REFUSED = -32001  # data.reason says which rule; data.current, a Current, what is so instead
    UNAVAILABLE = -32002  # Amazon Connect or the database is away: try again


class Close:
    """Close codes of our sockets, always after `accept` and a `bye` (RFC 6455 leaves 4000-4999 to applications)."""

    NOT_SIGNED_IN = 4401  # Streams' onAuthFail
    NO_ACCESS = 4403  # Streams' onAccessDenied
    SLOW_READER = 4008
    TOO_LARGE = 4009
    RESTART = 4012
    FLOOD = 4029
    BAD_ORIGIN = 4430
    REPLACED = 4440


STRICT: dict[str, TypeAdapter[Any]] = {name: TypeAdapter(shape) for name, shape in NOTIFICATIONS.items()}
