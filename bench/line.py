"""Waiting contacts and free agents in any number, and how long `routing.run()` takes with them. Runs inside a portal."""

from __future__ import annotations

import json
import time
from datetime import timedelta

from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agents import routing
from agents.models import Agent, AgentState, RoutingProfile, RoutingProfileQueue
from chats.models import Contact, Conversation, Queue

QUEUES, PROFILES = 4, 3


def measure(waiting: int, offers: int) -> str:
    """JSON: so many wait, and there are a `few` slots, then one for `each`, and then nothing to do."""
    few = _timed(waiting, offers)
    nothing = _nothing()
    return json.dumps({"waiting": waiting, "few": few, "nothing": nothing, "each": _timed(waiting, waiting)})


def _timed(waiting: int, room: int) -> dict[str, float]:
    """One run: how many offers it made, in how many seconds, and how many of them this process was at work."""
    _fill(waiting, room)
    starts, cpu = time.perf_counter(), time.process_time()
    made = routing.run(timezone.now())
    return {"offers": made, "seconds": time.perf_counter() - starts, "cpu": time.process_time() - cpu}


def _nothing() -> dict[str, float]:
    """Once more, when everybody has their hands full: the best of five, and its queries."""
    took = []
    for _ in range(5):
        starts = time.perf_counter()
        assert routing.run(timezone.now()) == 0  # noqa: S101 -- else it is not nothing
        took.append(time.perf_counter() - starts)
    with CaptureQueriesContext(connection) as queries:
        routing.run(timezone.now())
    return {"seconds": min(took), "queries": len(queries)}


def _fill(waiting: int, room: int) -> None:
    for label in ("agents.Agent", "chats.Contact", "chats.Conversation", "agents.RoutingProfile", "auth.User"):
        apps.get_model(label).objects.all().delete()
    queues = [Queue.objects.get_or_create(name=f"Bench {n}", defaults={"public_name": "B"})[0] for n in range(QUEUES)]
    _agents(_profiles(queues), room)
    _contacts(queues, waiting)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as autovacuum has long done where so many rows have come one by one


def _profiles(queues: list[Queue]) -> list[RoutingProfile]:
    """Each with four slots, each serving three of the four queues, in another order."""
    found = []
    for number in range(PROFILES):
        profile = RoutingProfile.objects.create(name=f"Bench {number}", chat_concurrency=4)
        for priority in range(1, QUEUES):
            queue = queues[(number + priority) % QUEUES]
            RoutingProfileQueue.objects.create(routing_profile=profile, queue=queue, priority=priority)
        found.append(profile)
    return found


def _agents(profiles: list[RoutingProfile], room: int) -> None:
    state = AgentState.objects.filter(type=AgentState.Type.ROUTABLE)[0]
    people = User.objects.bulk_create(User(username=f"bench{n}", password="!") for n in range(-(-room // 4)))  # noqa: S106 -- unusable
    now = timezone.now() + timedelta(hours=1)  # they are seen as long as this lasts
    Agent.objects.bulk_create(
        Agent(user=user, routing_profile=profiles[n % PROFILES], state=state, seen_at=now)
        for n, user in enumerate(people)
    )


def _contacts(queues: list[Queue], waiting: int) -> None:
    since = timezone.now() - timedelta(hours=2)
    chats = Conversation.objects.bulk_create(
        Conversation(initial_contact_id=f"bench-{n}", customer_name=f"Customer {n}") for n in range(waiting)
    )
    Contact.objects.bulk_create(
        Contact(
            id=chat.initial_contact_id,
            conversation=chat,
            queue=queues[n % QUEUES],
            state="WAITING",
            round=1,
            waiting_since=since + timedelta(seconds=n),
        )
        for n, chat in enumerate(chats)
    )
