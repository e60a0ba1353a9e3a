"""What a request is answered with, and what a refusal says is so instead."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .base import ClientToken, ConnectModel, Stream, StrictModel, Time
from .requests import FloorView
from .rows import Agent, AgentContact, AgentStateFrame, Author, Contact, Endpoint, Item, Reason


class Connected(StrictModel):
    """The answer to `connect`. It comes after every snapshot and change the client lacked: now it is caught up."""

    server_time: Time
    streams: list[Stream]


class Pong(StrictModel):
    """The answer to `ping`."""

    server_time: Time


class Sent(StrictModel):
    """The answer to `sendMessage`: the words are kept and will be sent, in order, once."""

    client_token: ClientToken
    state: Literal["queued", "sending", "taken", "sent", "failed", "discarded"]


class ConnectionToken(StrictModel):
    """The answer to `connectionToken`: what ChatJS says as X-Amz-Bearer to our participant API in this contact."""

    token: str
    expires: Time


class Transcript(ConnectModel):
    """A page of the transcript; `NextToken` when there is more in that direction."""

    initial_contact_id: str
    transcript: list[Item]
    next_token: str | None


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

    quick_responses: list[QuickResponse]


class Endpoints(StrictModel):
    """Whom a contact can be handed on to: every colleague, then every queue, each by name."""

    endpoints: list[Endpoint]


class NoteAdded(StrictModel):
    """The answer to `addNote`."""

    note_id: str


class EarlierContact(StrictModel):
    """A conversation of the same customer from before: enough to know whether to read it (getTranscript)."""

    contact_id: str
    initial_contact_id: str
    queue: str
    owner: Author | None  # who served it last
    started_at: Time
    ended_at: Time | None  # null: it is live elsewhere
    end_reason: str
    opening: str  # the customer's first words, shortened
    disposition: str  # what came of it; empty: nobody has said


class EarlierContacts(StrictModel):
    """What else this customer had with us, newest first; `by` says what made them the same customer."""

    by: Literal["customerId", "email", "name"] | None
    contacts: list[EarlierContact]


class SavedView(StrictModel):
    """A view of the floor that was kept."""

    name: str
    view: FloorView


class SavedViews(StrictModel):
    """One's own saved views, by name."""

    views: list[SavedView]


class Done(StrictModel):
    """It is done; what changed comes as numbered notifications."""


class Colleague(StrictModel):
    """A colleague of this agent's teams and queues, as they are now."""

    agent_id: str
    name: str
    state: AgentStateFrame
    since: Time
    load: int
    capacity: int


class Configuration(StrictModel):
    """What Streams' `agent.getConfiguration()` says beside the agent's state; ids of queues by their names."""

    username: str
    routing_profile_id: str
    queue_ids: dict[str, str]


class Colleagues(StrictModel):
    """Who else is there, by name."""

    colleagues: list[Colleague]


class Current(StrictModel):
    """What is so instead of what was asked, beside `reason`: whatever of this explains the refusal."""

    agent_contact: AgentContact | None = None  # this agent's part in the contact
    agent: Agent | None = None  # this agent, with the states there are
    endpoint: Endpoint | None = None  # the colleague or queue that was asked for
    contact: Contact | None = None  # the contact, for a supervisor who steps in
    dispositions: list[str] | None = None  # what the contact may have come to


class WhisperSent(StrictModel):
    """The answer to `whisper`."""

    whisper_id: str


class ActionRefused(StrictModel):
    """Why this one of several was not done, as an error says it of a single one."""

    reason: str
    why: Reason
    current: Current | None = None


class ContactOutcome(StrictModel):
    """What became of a contact of an agent whose state was forced or who was signed out."""

    contact_id: str
    outcome: Literal["kept", "requeued", "withdrawn"]  # withdrawn: a colleague's offer, who serves the contact on


class ActionResult(StrictModel):
    """What became of one of the ids: done, or why not."""

    id: str
    ok: bool
    refusal: ActionRefused | None = None
    contacts: list[ContactOutcome] = Field(default_factory=list)


class ActionResults(StrictModel):
    """The answer to a verb on several contacts or agents, in the order they were named. One that is refused hinders no other."""

    results: list[ActionResult]
