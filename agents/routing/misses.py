"""Which missed offers count towards “Not responding”: as many customers in a row, of an agent who was doing nothing else.

Called by offers.take_back with the conversation and the agent locked, after the part was moved to missed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from agents import life
from agents.models import AgentContact
from chats.models import Outgoing


def counts(part: AgentContact, now: datetime) -> bool:
    """Whether this miss is one more in the row."""
    return not _is_busy(part, now) and not _was_counted(part)


def _is_busy(part: AgentContact, now: datetime) -> bool:
    """The agent serves somebody, whom they accepted or wrote to not long ago."""
    edge = now - timedelta(seconds=settings.CCP_BUSY_SECONDS)
    served = AgentContact.objects.filter(agent=part.agent_id, state=life.State.CONNECTED)
    accepted = dict(served.values_list("contact", "accepted_at"))
    if any(at is not None and at >= edge for at in accepted.values()):
        return True
    said = Outgoing.objects.filter(contact__in=accepted, author=part.agent.user_id, created_at__gte=edge)
    return bool(accepted) and said.exists()


def _was_counted(part: AgentContact) -> bool:
    """The same customer, offered again, in the same row of misses: it began with the state or the last answer."""
    mine = AgentContact.objects.filter(agent=part.agent_id)
    before = mine.filter(contact=part.contact_id, outcome=life.State.MISSED, ended_at__gte=part.agent.state_since)
    last = before.exclude(pk=part.pk).order_by("-ended_at").first()
    if last is None or last.ended_at is None:
        return False
    answered = Q(accepted_at__gt=last.ended_at) | Q(outcome=life.State.REJECTED, ended_at__gt=last.ended_at)
    return not mine.filter(answered).exists()
