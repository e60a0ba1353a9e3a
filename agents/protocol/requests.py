"""What a client may ask: the parameters of every request, as Streams and ChatJS spell them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .base import MAX_DRAFT_BYTES, ClientToken, ContactId, Stream, StrictModel, Time


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
    enqueue_next_state: bool = False


class ContactParams(StrictModel):
    """Which contact is meant."""

    contact_id: ContactId


class WatchContact(ContactParams):
    """Follow a contact live. `hidden`: neither the agent nor colleagues are shown it (a permission of its own);
    `purpose`: what for, where the portal asks it.
    """

    hidden: bool = False
    purpose: Annotated[str, Field(max_length=500)] = ""


class ViewContact(StrictModel):
    """Which contact the agent looks at; empty: none (Streams' core.viewContact)."""

    contact_id: Annotated[str, Field(max_length=256)]


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
    client_token: ClientToken | None = None


class NoteIdParams(ContactParams):
    """Which of one's own notes is meant."""

    note_id: Annotated[str, Field(min_length=1, max_length=64)]


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


Id = Annotated[str, Field(pattern=r"^[0-9]{1,18}$")]
TableLimit = Annotated[int, Field(ge=1, le=1000)]


class FloorSort(StrictModel):
    """By which column each table is sorted; with a minus: the other way round."""

    queues: Literal["waiting", "name", "oldest", "level", "open", "-waiting", "-name", "-oldest", "-level", "-open"] = (
        "waiting"
    )
    agents: Literal["state", "name", "since", "load", "-state", "-name", "-since", "-load"] = "state"
    contacts: Literal[
        "waits",
        "customer",
        "agent",
        "queue",
        "age",
        "state",
        "-waits",
        "-customer",
        "-agent",
        "-queue",
        "-age",
        "-state",
    ] = "waits"


class FloorLimits(StrictModel):
    """How many rows of each table the page shows."""

    queues: TableLimit = 100
    agents: TableLimit = 50
    contacts: TableLimit = 50


class FloorView(StrictModel):
    """What of the floor is shown, filtered and sorted by the server; figures count every row that fits team and queues."""

    team: Id | None = None
    own: bool = False  # only the queues that one's groups read, or that one serves
    queues: list[Id] = Field(default_factory=list, max_length=100)
    states: list[Annotated[str, Field(max_length=90)]] = Field(default_factory=list, max_length=20)
    search: Annotated[str, Field(max_length=200)] = ""
    sort: FloorSort = Field(default_factory=FloorSort)
    limits: FloorLimits = Field(default_factory=FloorLimits)


class WatchFloor(StrictModel):
    """Show the floor by this view from now on: `floor` frames, the first with everything."""

    view: FloorView = Field(default_factory=FloorView)


class ViewName(StrictModel):
    """One of one's own saved views."""

    name: Annotated[str, Field(min_length=1, max_length=60, pattern=r"\S")]


class SaveView(ViewName):
    """Keep this view under the name, for oneself; one of the same name is replaced."""

    view: FloorView


class SavePlace(ContactParams):
    """Where the agent reads in this contact; null: at its end."""

    place: ScrollPosition | None


class RelayedQueue(StrictModel):
    """The queue of a contact as Streams' contact.getQueue() gives it: id or ARN, and name."""

    queue_id: Annotated[str, Field(max_length=256)] | None = None
    queue_arn: Annotated[str, Field(max_length=256)] | None = Field(default=None, alias="queueARN")
    name: Annotated[str, Field(max_length=256)] | None = None


class RelayedReference(StrictModel):
    """A reference as Streams' contact.getReferences() gives it by its name."""

    type: Annotated[str, Field(max_length=64)]
    value: Annotated[str, Field(max_length=4096)]


class RelayContact(ContactParams):
    """What a CCP in the browser knows of a contact that Amazon Connect itself gave to this agent."""

    initial_contact_id: Annotated[str, Field(max_length=256)] = ""  # empty: the same
    participant_id: Annotated[str, Field(min_length=1, max_length=256)]  # the agent's own
    participant_token: Annotated[str, Field(min_length=1, max_length=1000)]  # getConnectionToken's
    state: Literal["incoming", "pending", "connecting", "connected", "missed", "rejected", "error", "ended"]
    queue: RelayedQueue | None = None
    customer_name: Annotated[str, Field(max_length=256)] = ""
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
    content_type: Literal["text/plain", "text/markdown"] = "text/plain"
    client_token: ClientToken


class SendEvent(ContactParams):
    """Typing, or a receipt whose content is {"messageId": …}. Other types: an error that says what Connect accepts."""

    content_type: Annotated[str, Field(min_length=1, max_length=100)]
    content: Annotated[str, Field(max_length=1000)] | None = None


class OutboundMessageParams(ContactParams):
    """Which of our own messages is meant, by the token it was sent with."""

    client_token: ClientToken


MAX_REASON = 500  # characters of a supervisor's reason
MOST_AT_ONCE = 100  # contacts or agents of one request

ActionReason = Annotated[str, Field(max_length=MAX_REASON)]
AgentId = Annotated[str, Field(min_length=1, max_length=64)]
UserId = Annotated[int, Field(ge=1)]


class SendWhisper(ContactParams):
    """Words between supervisors and the agent who serves the contact. The same `clientToken` is the same whisper, once."""

    text: Annotated[str, Field(max_length=4000)]
    client_token: ClientToken


class BargeIn(ContactParams):
    """A supervisor's words to the customer. The same `clientToken` is the same message, once."""

    content: str
    content_type: Literal["text/plain", "text/markdown"] = "text/plain"
    client_token: ClientToken
    reason: ActionReason = ""


class TakeOver(ContactParams):
    """The supervisor serves the contact from now on. `seenOwner`: the user id of who served it when they decided; null:
    nobody. Where it is given, and somebody else has the contact by then, nothing is done.
    """

    over_capacity: bool = False
    seen_owner: UserId | None = None
    reason: ActionReason = ""


class OnContacts(StrictModel):
    """Which contacts are meant, and why it is done."""

    contact_ids: Annotated[list[ContactId], Field(min_length=1, max_length=MOST_AT_ONCE)]
    reason: ActionReason = ""


class ReassignContact(OnContacts):
    """Give the contacts to an agent, who is not asked, or to a queue: one of the two is given. `seenOwners`: as
    `takeOver` has it, by contact.
    """

    agent_id: AgentId | None = None
    queue_id: Annotated[str, Field(min_length=1, max_length=19)] | None = None
    over_capacity: bool = False
    seen_owners: dict[ContactId, UserId | None] = Field(default_factory=dict, max_length=MOST_AT_ONCE)


class RequeueContact(OnContacts):
    """Send the contacts back to their queues: to the place their age gives them, or before all others."""

    first: bool = False
    seen_owners: dict[ContactId, UserId | None] = Field(default_factory=dict, max_length=MOST_AT_ONCE)


class SetPriority(OnContacts):
    """Offer the contacts before, or after, the others of their queues: 1 is the first, 5 what every contact begins with."""

    priority: Annotated[int, Field(ge=1, le=10)]


class OnAgents(StrictModel):
    """Which agents are meant, what becomes of their open contacts, and why it is done."""

    agent_ids: Annotated[list[AgentId], Field(min_length=1, max_length=MOST_AT_ONCE)]
    open_contacts: Literal["keep", "requeue"]
    reason: ActionReason = ""


class ForceAgentState(OnAgents):
    """Put the agents into a state, on all their devices, until they or a supervisor choose another."""

    state: Annotated[str, Field(min_length=1, max_length=80)]


class SetAgentCapacity(StrictModel):
    """How many chats at once this agent has; null: as the routing profile says."""

    agent_id: AgentId
    capacity: Annotated[int, Field(ge=1, le=10)] | None
    reason: ActionReason = ""


class SetAgentQueues(StrictModel):
    """Which routing profile, by its name, says what queues this agent serves."""

    agent_id: AgentId
    routing_profile: Annotated[str, Field(min_length=1, max_length=127)]
    reason: ActionReason = ""


class RaiseHand(ContactParams):
    """Ask supervisors to look at the contact, and why."""

    reason: Annotated[str, Field(max_length=1000)] = ""


class StartPosition(StrictModel):
    """Where a page of the transcript starts; an empty one is allowed, ChatJS sends it."""

    id: Annotated[str, Field(max_length=256)] | None = None
    absolute_time: Time | None = None
    most_recent: Annotated[int, Field(ge=0, le=100)] | None = None


class GetTranscript(ContactParams):
    """A page of the transcript: the whole chain of contacts, oldest first unless told otherwise."""

    max_results: Annotated[int, Field(ge=1, le=100)] = 15
    sort_order: Literal["ASCENDING", "DESCENDING"] = "ASCENDING"
    scan_direction: Literal["BACKWARD", "FORWARD"] = "BACKWARD"
    start_position: StartPosition = Field(default_factory=StartPosition)
    next_token: Annotated[str, Field(max_length=1000)] | None = None


Milliseconds = Annotated[int, Field(ge=0, le=600_000)]


class ReportLatency(StrictModel):
    """How long messages took, in milliseconds: a customer's from AbsoluteTime until it was painted, this agent's from Enter
    until Connect had it. In small batches; nobody waits for it.
    """

    painted: list[Milliseconds] = Field(default_factory=list, max_length=50)
    answered: list[Milliseconds] = Field(default_factory=list, max_length=50)


class Presence(StrictModel):
    """The answer to `ask`: this tab is alive. Sent as a notification, from the message handler."""

    ask: Annotated[int, Field(ge=0)]
    visible: bool = True
