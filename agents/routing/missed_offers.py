"""Which missed offers count towards “Not responding”: as many customers in a row, of an agent who was doing nothing else.

Called by offers.withdraw_unanswered with the conversation and the agent locked, after the part was moved to missed.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Q

from agents.models import AgentContact
from agents.protocol import agent_contact_state
from chats.models import OutboundMessage


def counts(part: AgentContact) -> bool:
    """Whether this miss is one more in the row."""
    return not _was_busy(part) and not _was_counted(part)


def _was_busy(missed: AgentContact) -> bool:
    """The agent served somebody, whom they had accepted or written to not long before."""
    at = missed.ended_at
    if at is None:
        return False
    edge = at - timedelta(seconds=settings.CCP_BUSY_SECONDS)
    served = AgentContact.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=at), agent=missed.agent_id, accepted_at__lte=at
    )
    accepted = dict(served.values_list("contact", "accepted_at"))
    if any(since is not None and since >= edge for since in accepted.values()):
        return True
    said = OutboundMessage.objects.filter(
        contact__in=accepted, author=missed.agent.user_id, created_at__range=(edge, at)
    )
    return bool(accepted) and said.exists()


def _was_counted(part: AgentContact) -> bool:
    """The same customer, offered again, in the same row of misses: it began with the state or the last answer."""
    mine = AgentContact.objects.filter(agent=part.agent_id)
    before = mine.filter(
        contact=part.contact_id, outcome=agent_contact_state.State.MISSED, ended_at__gte=part.agent.state_since
    )
    for missed in before.exclude(pk=part.pk).select_related("agent").order_by("-ended_at"):
        at = missed.ended_at
        if mine.filter(
            Q(accepted_at__gte=at) | Q(outcome=agent_contact_state.State.REJECTED, ended_at__gte=at)
        ).exists():
            return False
        if not _was_busy(missed):
            return True
    return False
