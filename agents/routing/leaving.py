"""Closes the accounts of agents who only finish the contacts they have (Agent.leaves_when_done), once the last is done.

A job of ccp_portal.worker. After contact work is waited for as long as the agent is there to do it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from agents.models import Agent, AgentContact
from agents.protocol import agent_contact_state
from chats.row_backoff import RowBackoff
from chats.transcripts import end_sessions

_parking = RowBackoff("leaving")


def steps(now: datetime) -> Iterator[int]:
    """Agent by agent; how many accounts were closed."""
    yield from _parking.steps(list(_done(now).values_list("pk", flat=True)), lambda pk: _close(pk, now), now)


def _done(now: datetime) -> QuerySet[Agent]:
    edge = now - timedelta(seconds=settings.CCP_LEASE_SECONDS)
    mine = AgentContact.objects.filter(agent=OuterRef("pk"))
    is_open = Exists(mine.filter(state__in=agent_contact_state.OPEN))
    wraps_up = Exists(mine.filter(state=agent_contact_state.State.ENDED)) & Q(seen_at__gte=edge)
    return Agent.objects.filter(leaves_when_done=True, user__is_active=True).exclude(is_open).exclude(wraps_up)


def _close(pk: int, now: datetime) -> bool:
    with transaction.atomic():
        agent = Agent.locked(pk)
        if not _done(now).filter(pk=pk).exists():
            return False  # meanwhile an administrator thought better of it
        agent.leave_when_done(False)
        agent.user.is_active = False
        agent.user.save(update_fields=["is_active"])  # what follows is absent_agents.account_changed's
    end_sessions(agent.user_id)
    return True
