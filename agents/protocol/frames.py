"""What the server tells unasked: snapshots, numbered changes, and notifications without a number."""

from __future__ import annotations

from typing import Any

from pydantic import Field, TypeAdapter

from .base import ContactId, Stream, StrictModel, Time
from .floor import (
    FloorAgents,
    FloorAlerts,
    FloorContacts,
    FloorFigures,
    FloorMissed,
    FloorOptions,
    FloorQueues,
    FloorState,
)
from .rows import Agent, AgentContact, Contact, Item, Note, Outgoing, Receipt, Whisper


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


class WhispersSnapshot(StrictModel):
    """Everything of a stream of whispers, in the order they were written."""

    whispers: list[Whisper]


class Numbered(StrictModel):
    """Drop it if `seq` is at or below the cursor of `stream`; else apply it and set the cursor to `seq`."""

    stream: Stream
    seq: int


class SnapshotFrame(Numbered):
    server_time: Time
    agent: AgentSnapshot | None = None
    conversation: ConversationSnapshot | None = None
    whispers: WhispersSnapshot | None = None


class AgentFrame(Numbered):
    agent: Agent


class AgentContactFrame(Numbered):
    agent_contact: AgentContact


class ViewContactFrame(Numbered):
    contact_id: str


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


class WhisperFrame(Numbered):
    whisper: Whisper


class ClosedStreamFrame(StrictModel):
    """This socket no longer follows the stream (cleared, or no longer allowed): forget what you hold of it."""

    stream: Stream


class TypingFrame(StrictModel):
    """Somebody types; unnumbered, may be lost; it holds for 12 s or until their next message. Where `role` is `SUPERVISOR`
    it is a supervisor who is about to write to the customer; where it is `AGENT` on a stream of whispers, the serving agent,
    for supervisors who watch. `participantId` is then `user:<their id>`.
    """

    stream: Stream
    contact_id: str
    participant_id: str
    role: str
    display_name: str


class FloorFrame(StrictModel):
    """What has changed of the floor, by the view that was asked for. `n` is 1 for the first frame of an epoch, which has
    everything; a frame of another epoch, or after a hole, is no use: ask watchFloor again.
    """

    epoch: str
    n: int
    server_time: Time
    kpis: FloorFigures | None = None
    states: list[FloorState] | None = None
    options: FloorOptions | None = None
    queues: FloorQueues | None = None
    agents: FloorAgents | None = None
    contacts: FloorContacts | None = None
    asking: FloorContacts | None = None  # those with a hand up, whatever the view filters
    alerts: FloorAlerts | None = None
    missed: FloorMissed | None = None


class LatencyFigures(StrictModel):
    """Of one stage: percentiles in milliseconds, and of how many messages."""

    p50: int
    p95: int
    p99: int
    messages: int


class LatencyFrame(StrictModel):
    """How long messages took in the last `minutes`, in the server process of this socket; null: there were none. `behindSeconds`:
    how old the oldest message was that comparing with Amazon Connect has just found; null: nothing came late.
    """

    received: LatencyFigures | None  # AbsoluteTime → committed
    painted: LatencyFigures | None  # AbsoluteTime → on the agent's screen
    answered: LatencyFigures | None  # the agent's Enter → Connect has it
    minutes: int
    behind_seconds: int | None


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
    retry_after: float | None


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
    "whisper": WhisperFrame,
    "closedStream": ClosedStreamFrame,
    "typing": TypingFrame,
    "floor": FloorFrame,
    "latency": LatencyFrame,
    "queues": QueuesFrame,
    "ask": AskFrame,
    "bye": ByeFrame,
}


STRICT: dict[str, TypeAdapter[Any]] = {name: TypeAdapter(shape) for name, shape in NOTIFICATIONS.items()}
