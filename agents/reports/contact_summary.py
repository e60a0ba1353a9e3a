"""What came of a contact that is over: how long it waited and lasted, what was noted, whispered, handed on and offered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from agents.models import AgentContact, Whisper
from agents.protocol.agent_contact_state import State
from chats import serialisers
from chats.models import Contact, Transfer

from .history import lasted

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from agents.models import Agent

MOST_OFFERS = 100  # of one contact that a page lists, the newest; of whispers and handovers too


@dataclass(frozen=True)
class Offer:
    """One time that the contact was offered to an agent."""

    agent: str
    at: datetime
    outcome: str  # a state of an agent contact, or "accepted"
    because: str


@dataclass(frozen=True)
class Whispered:
    """What a supervisor and the serving agent wrote to each other beside it."""

    who: str
    agent: str  # who served the contact then
    at: datetime
    text: str


@dataclass(frozen=True)
class Handover:
    """One time that it came to be another's, or was to."""

    state: str  # of chats.models.Transfer, as people read it
    by: str  # who did it: a supervisor, or who served it
    sender: str
    to: str
    at: datetime
    comment: str


@dataclass(frozen=True)
class Summary:
    """As the page of an ended contact shows it; empty: it was not so."""

    waited: str
    served: str
    ended_by: str  # the agent's name, when an agent ended it
    disposition: str
    notes: list[tuple[str, str]]  # by whom, and what
    offers: list[Offer]
    missed: int
    whispers: list[Whispered]
    handovers: list[Handover]


def of(contact: Contact, reader: User, *, supervises: bool) -> Summary | None:
    """None while it lives. Who supervises reads every whisper, an agent those that were with them."""
    if contact.ended_at is None:
        return None
    parts = AgentContact.objects.filter(contact=contact).select_related("agent__user", "disposition")
    newest = list(parts.order_by("-offered_at", "-pk")[:MOST_OFFERS])[::-1]
    served = [part for part in newest if part.accepted_at]
    said = [part.disposition.name for part in served if part.disposition]
    return Summary(
        waited=lasted(contact.waiting_since, contact.connected_at or contact.ended_at),
        served=lasted(contact.connected_at, contact.ended_at),
        ended_by=_name(served[-1].agent) if served and contact.end_reason == "agent" else "",
        disposition=said[-1] if said else "",
        notes=[(_name(part.agent), part.note) for part in served if part.note],
        offers=[_offer(part) for part in newest],
        missed=sum(State.MISSED in {part.state, part.outcome} for part in newest),
        whispers=_whispers(contact, None if supervises else reader),
        handovers=_handovers(contact),
    )


def _whispers(contact: Contact, only_with: User | None) -> list[Whispered]:
    found = Whisper.objects.filter(agent_contact__contact=contact)
    if only_with is not None:
        found = found.filter(agent_contact__agent__user=only_with.pk)
    rows = found.select_related("author", "agent_contact__agent__user").order_by("-at", "-pk")[:MOST_OFFERS]
    return [Whispered(_person(row.author), _name(row.agent_contact.agent), row.at, row.text) for row in rows][::-1]


def _handovers(contact: Contact) -> list[Handover]:
    rows = Transfer.objects.filter(contact=contact).select_related("sender", "by").order_by("-asked_at", "-pk")
    return [_handover(row) for row in rows[:MOST_OFFERS]][::-1]


def _handover(row: Transfer) -> Handover:
    by, sender = _person(row.by), _person(row.sender)
    return Handover(row.get_state_display(), by or sender, sender, row.to_name, row.asked_at, row.comment)


def _offer(part: AgentContact) -> Offer:
    outcome = "accepted" if part.accepted_at else str(part.outcome or part.state)
    return Offer(_name(part.agent), part.offered_at, outcome, part.why.translated())


def _name(agent: Agent) -> str:
    return _person(agent.user)


def _person(user: User | None) -> str:
    found = serialisers.person(user)
    return found["name"] if found else ""
