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


class Presence(StrictModel):
    """The answer to `ask`: this tab is alive. Sent as a notification, from the message handler."""

    ask: Annotated[int, Field(ge=0)]
    visible: bool = True
