"""How many customers wait in the queues each agent serves, and which of those they missed: one look at the database for all the desks of a process."""

from __future__ import annotations

import asyncio
import weakref
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, F

from agents.models import Agent, AgentContact, RoutingProfileQueue
from agents.protocol import agent_contact_state as part
from chats import contact_state
from chats.db import db_read
from chats.models import Contact


@dataclass(frozen=True)
class Queues:
    """What one agent can still be told of customers who wait."""

    waiting: int = 0
    missed: tuple[str, ...] = ()  # contacts whose card says “Missed”, and that routing.take_missed would take


NONE = Queues()


def waiting_by_agent() -> dict[int, Queues]:
    """By agent. Whoever is offered to somebody waits still: nobody has answered them."""
    in_line = (
        Contact.objects.filter(state=contact_state.State.WAITING).order_by().values_list("queue").annotate(Count("pk"))
    )
    by_queue = dict(in_line)
    by_profile: Counter[int] = Counter()
    for profile, queue in RoutingProfileQueue.objects.values_list("routing_profile_id", "queue_id"):
        by_profile[profile] += by_queue.get(queue, 0)
    agents = Agent.objects.values_list("pk", "routing_profile_id")
    missed = _missed()
    return {agent: Queues(by_profile[profile], tuple(missed[agent])) for agent, profile in agents}


def _missed() -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    parts = AgentContact.objects.filter(
        state=part.State.MISSED, contact__state=contact_state.State.WAITING, round=F("contact__round")
    )
    for agent, contact in parts.order_by("pk").values_list("agent", "contact"):
        found[agent].append(contact)
    return found


@dataclass(frozen=True)
class _Look:
    began: float
    found: asyncio.Future[dict[int, Queues]]


_looks: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Look] = weakref.WeakKeyDictionary()


async def recent_waiting_by_agent() -> Mapping[int, Queues]:
    """What was `waiting` not long ago: hundreds of desks ask, the database is asked once."""
    loop = asyncio.get_running_loop()
    last = _looks.get(loop)
    if last is None or loop.time() - last.began >= settings.CCP_POLL_SECONDS / 2:
        last = _looks[loop] = _Look(loop.time(), asyncio.ensure_future(db_read(waiting_by_agent)()))
    return await asyncio.shield(last.found)  # who goes away does not take it from the others
