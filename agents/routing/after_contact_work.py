"""After contact work that is time-boxed ends by itself: the card leaves the desk, its slot is free."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from agents.desk import viewing
from agents.models import AgentContact
from agents.protocol import agent_contact_state
from chats.row_backoff import RowBackoff

from .agent_contact import lock, move

_parking = RowBackoff("wrap-up")


def run(now: datetime) -> int:
    """Clear what is due; how many were."""
    return sum(steps(now))


def steps(now: datetime) -> Iterator[int]:
    """`run`, card by card."""
    due = AgentContact.objects.filter(state=agent_contact_state.State.ENDED, acw_until__lte=now)
    rows = list(due.values_list("contact_id", "agent_id", "pk"))
    yield from _parking.steps(rows, lambda row: _finish(*row, now), now)


def _finish(contact_id: str, agent_id: int, pk: int, now: datetime) -> bool:
    with transaction.atomic():
        held = lock(contact_id, agent_id)
        part = AgentContact.objects.filter(pk=pk, state=agent_contact_state.State.ENDED, acw_until__lte=now).first()
        if part is None:
            return False  # the agent was faster
        part.agent, part.contact = held.agent, held.contact
        move(part, agent_contact_state.Move.CLEAR, now)
        viewing.view_next(held.agent.user_id, closed=contact_id)
        return True
