"""What came of a contact that is over: how long it waited and lasted, what was noted, and every offer of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from agents.models import AgentContact
from agents.protocol.agent_contact_state import State
from chats import serialisers
from chats.models import Contact

from .history import lasted

if TYPE_CHECKING:
    from agents.models import Agent

MOST_OFFERS = 100  # of one contact that a page lists, the newest


@dataclass(frozen=True)
class Offer:
    """One time that the contact was offered to an agent."""

    agent: str
    at: datetime
    outcome: str  # a state of an agent contact, or "accepted"
    because: str


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


def of(contact: Contact) -> Summary | None:
    """None while it lives."""
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
    )


def _offer(part: AgentContact) -> Offer:
    outcome = "accepted" if part.accepted_at else str(part.outcome or part.state)
    return Offer(_name(part.agent), part.offered_at, outcome, part.why.translated())


def _name(agent: Agent) -> str:
    found = serialisers.person(agent.user)
    return found["name"] if found else ""
