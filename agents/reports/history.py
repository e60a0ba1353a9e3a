"""What an agent has done: their parts that are over, each with how long it took and what came of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from agents.models import Agent, AgentContact
from chats.models import Contact


@dataclass(frozen=True)
class Row:
    """One part, as the page shows it."""

    part: AgentContact
    lasted: str
    because: str
    is_readable: bool  # its transcript is theirs to read; else it is with whom it was handed on to


def served_by(agent: Agent, contacts: QuerySet[Contact]) -> QuerySet[AgentContact]:
    """The parts this agent had in these contacts and that are over, the newest first. What was never accepted is no part."""
    over = AgentContact.objects.filter(agent=agent, accepted_at__isnull=False, ended_at__isnull=False)
    parts = over.filter(contact__in=contacts.values("pk")).order_by("-ended_at", "-pk")
    return parts.select_related("contact__conversation", "contact__queue", "disposition")


def row(part: AgentContact, readable: Collection[str]) -> Row:
    return Row(part, lasted(part.accepted_at, part.ended_at), part.why.translated(), part.contact_id in readable)


def lasted(begun: datetime | None, over: datetime | None) -> str:
    """6:42 or 2:14:36, as the desk's clocks say it; empty when it never began."""
    if begun is None or over is None:
        return ""
    minutes, seconds = divmod(max(0, int((over - begun).total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
