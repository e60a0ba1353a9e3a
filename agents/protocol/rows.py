"""Rows as they travel: agents, contacts, items and what belongs to them, in snapshots, notifications and answers."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from .base import ConnectModel, StrictModel, Time
from .requests import ScrollPosition


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


class Item(ConnectModel):
    """One item of the transcript, in Connect's own words, with our number, place and author."""

    id: str
    absolute_time: Time
    type: str
    content_type: str
    content: str | None
    participant_id: str | None
    participant_role: str | None
    display_name: str | None
    contact_id: str
    initial_contact_id: str
    attachments: list[dict[str, Any]]
    number: int  # its place in the order of arrival, for ever: unread counts stand on it
    seq: int  # the number of its newest change
    author: Author | None
    rich: list[str | Piece] | None = None  # the content of text/markdown, ready to be shown; else absent


class Reason(StrictModel):
    """A reason: its code, its sentence in English, which the page translates for its reader, and what fills the
    %(named)s gaps: text, a number, or a reason in turn.
    """

    code: str | None = None  # null: it is told to this reader only, and kept nowhere
    sentence: str
    values: dict[str, str | int | Reason] = Field(default_factory=dict)


class AgentStateFrame(StrictModel):
    """A state an agent can be in."""

    name: str
    type: Literal["routable", "not_routable", "offline"]


class Agent(StrictModel):
    """The agent at this desk: state, next state, room."""

    agent_id: str
    name: str
    state: AgentStateFrame
    state_since: Time
    state_why: Reason | None = None  # why the server put the agent there; null: it was chosen
    next_state: AgentStateFrame | None
    states: list[AgentStateFrame]  # those that can be chosen
    load: int
    capacity: int
    routing_profile: str
    queues: list[str]
    auto_accept: bool = False  # an offer is connected at once
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

    state: Literal[
        "offered", "accepted", "declined", "missed", "withdrawn", "queued", "takenOver", "reassigned", "requeued"
    ]
    sender: Author | None  # who served the contact
    by: Author | None = None  # the supervisor who took it over, reassigned or requeued it; null: the sender did it
    endpoint: TransferredTo
    comment: str
    why: Reason | None
    asked_at: Time
    settled_at: Time | None


class Help(StrictModel):
    """A raised hand: an agent, or a phrase of the customer's, asks supervisors to look at the contact."""

    reason: str  # the agent's words, or the phrase
    phrase: bool = False  # the customer wrote it: the hand was raised by itself
    raised_at: Time
    taken_by: Author | None  # the supervisor who comes
    escalated: bool  # nobody came for too long


class Draft(StrictModel):
    """What the agent has begun to write in a contact, and where they read in it."""

    text: str = ""
    note: str = ""  # begun as an internal note
    place: ScrollPosition | None = None  # null: at the end


class AgentContact(StrictModel):
    """One agent's part in one contact: offered (connecting), connected, ended, …; `cleared` leaves the desk."""

    contact_id: str
    initial_contact_id: str
    round: int
    state: Literal["connecting", "connected", "ended", "missed", "rejected", "error", "cleared"]
    why: Reason | None
    customer_name: str
    queue: str
    offered_at: Time
    rings_since: Time | None = None  # of several offers one rings; null: it waits its turn
    expires_at: Time | None  # null while it waits its turn
    accepted_at: Time | None
    ended_at: Time | None
    acw_until: Time | None = None  # then after contact work ends by itself
    disposition_required: bool = False  # clearContact needs a disposition
    disposition: str = ""  # as it is begun, like the note, until the contact is cleared
    note: str = ""
    read_number: int  # the highest item Number this agent has read
    help: Help | None = None  # while a hand is up in this contact
    draft: Draft = Field(default_factory=Draft)
    watched_by: list[Author] = Field(default_factory=list)  # supervisors who watch now, unless they hide


class Reference(StrictModel):
    """What a contact refers to, as ListContactReferences tells it. A DATE is an epoch timestamp, `status` is a file's."""

    name: str
    type: Literal["URL", "ATTACHMENT", "NUMBER", "STRING", "DATE", "EMAIL"]
    value: str
    status: str = ""


class Contact(StrictModel):
    """One contact (segment) of the conversation: its life, owner and queue."""

    contact_id: str
    initial_contact_id: str
    round: int
    state: Literal["JOINING", "WAITING", "CONNECTED", "ENDED"]
    queue: str
    public_name: str  # the name the customer sees
    customer_name: str
    owner: Author | None
    end_reason: str  # empty while it lives
    attention: Reason | None = None  # why a supervisor should look at it, while they should
    help: Help | None = None  # while a hand is up
    priority: int = 5  # within its queue: the lowest is offered first
    transfer: Transfer | None = None
    relayed: bool = False  # Amazon Connect itself gave it to the agent: transfer it there
    content_types: list[str] = Field(default_factory=lambda: ["text/plain"])  # what the chat takes, as far as is known
    chat_ended: bool  # Connect has said chat.ended: the customer cannot come back to this chat
    waiting_since: Time | None  # the present, or last, wait for an agent began then
    connected_at: Time | None
    served_since: Time | None = None  # its owner serves it since then; connectedAt is the first agent's
    ended_at: Time | None
    attributes: dict[str, str]
    references: list[Reference] = Field(default_factory=list)


class Outgoing(StrictModel):
    """What we owe Connect: queued, on its way, sent (then `itemId` names the item), failed and why, or discarded.

    A file is an ATTACHMENT: `content` is its name, `contentType` its type, and `taken` means that Connect scans it.
    """

    contact_id: str
    client_token: str
    kind: Literal["MESSAGE", "ATTACHMENT", "DISCONNECT"]
    content_type: str
    content: str
    author: Author | None
    state: Literal["queued", "sending", "taken", "sent", "failed", "discarded"]
    why: Reason | None
    item_id: str | None
    position: int
    created_at: Time
    size: int | None = None  # of a file, in bytes
    rich: list[str | Piece] | None = None  # the content of text/markdown, ready to be shown; else absent


class Receipt(StrictModel):
    """How far a participant has received and read: high-water marks, ids of items."""

    contact_id: str
    participant_id: str
    role: str
    delivered_id: str | None
    read_id: str | None


class Note(StrictModel):
    """An internal note. A deleted one comes once more, empty."""

    note_id: str
    contact_id: str
    client_token: str
    author: Author | None
    text: str
    created_at: Time
    edited_at: Time | None
    deleted: bool


class Whisper(StrictModel):
    """What a supervisor and the serving agent write to each other. It never changes; the customer never sees one."""

    whisper_id: str
    contact_id: str
    author: Author | None
    text: str
    at: Time
    client_token: str
