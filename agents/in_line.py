"""How many customers wait in the queues each agent serves: one look at the database for all the desks of a process."""

from __future__ import annotations

import asyncio
import weakref
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count

from chats import life
from chats.db import look_up
from chats.models import Contact

from .models import Agent, RoutingProfileQueue


def waiting() -> dict[int, int]:
    """By agent. Whoever is offered to somebody waits still: nobody has answered them."""
    in_line = Contact.objects.filter(state=life.State.WAITING).order_by().values_list("queue").annotate(Count("pk"))
    by_queue = dict(in_line)
    by_profile: Counter[int] = Counter()
    for profile, queue in RoutingProfileQueue.objects.values_list("routing_profile_id", "queue_id"):
        by_profile[profile] += by_queue.get(queue, 0)
    return {agent: by_profile[profile] for agent, profile in Agent.objects.values_list("pk", "routing_profile_id")}


@dataclass(frozen=True)
class _Look:
    began: float
    found: asyncio.Future[dict[int, int]]


_looks: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Look] = weakref.WeakKeyDictionary()


async def seen() -> Mapping[int, int]:
    """What was `waiting` not long ago: hundreds of desks ask, the database is asked once."""
    loop = asyncio.get_running_loop()
    last = _looks.get(loop)
    if last is None or loop.time() - last.began >= settings.CCP_POLL_SECONDS / 2:
        last = _looks[loop] = _Look(loop.time(), asyncio.ensure_future(look_up(waiting)()))
    return await asyncio.shield(last.found)  # who goes away does not take it from the others
