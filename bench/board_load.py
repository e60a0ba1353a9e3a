"""The load of `bench floor`, run inside a process that has Django set up: rows, changes and looks at the board."""

from __future__ import annotations

import json
import random
import time
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from agents.models import Agent, AgentState, RoutingProfile, RoutingProfileQueue
from agents.supervision.board import Board
from agents.supervision.board_reader import scope_of
from agents.supervision.board_view import Projections, Told, View
from chats.models import Contact, Conversation, Item, Queue
from chats.realtime import encode

BATCH = 2000
CPU = time.process_time


def fill(agents: int, contacts: int, supervisors: int) -> list[User]:
    """Agents who serve ten queues, contacts of which four fifths are served, supervisors who may see everything."""
    now = timezone.now()
    queues = [Queue.objects.create(name=f"Bench {number}", public_name="Bench") for number in range(10)]
    profile = RoutingProfile.objects.create(name="Bench", chat_concurrency=10)
    RoutingProfileQueue.objects.bulk_create(
        RoutingProfileQueue(routing_profile=profile, queue=queue, priority=1) for queue in queues
    )
    state, _ = AgentState.objects.get_or_create(name="Available", defaults={"type": AgentState.Type.ROUTABLE})
    people = User.objects.bulk_create(User(username=f"bench{number}") for number in range(agents))
    crew = (Agent(user=user, routing_profile=profile, state=state, load=8, seen_at=now) for user in people)
    Agent.objects.bulk_create(crew, batch_size=BATCH)
    chats = Conversation.objects.bulk_create(
        (Conversation(initial_contact_id=f"bench-{n}", customer_name=f"Customer {n}") for n in range(contacts)),
        batch_size=BATCH,
    )
    Contact.objects.bulk_create((_contact(n, chat, people, queues) for n, chat in enumerate(chats)), batch_size=BATCH)
    return [User.objects.create(username=f"bench-super{n}", is_superuser=True) for n in range(supervisors)]


def _contact(number: int, chat: Conversation, people: list[User], queues: list[Queue]) -> Contact:
    since = timezone.now() - timedelta(seconds=number % 900)
    served = number % 5 > 0
    return Contact(
        id=f"bench-{number}",
        conversation=chat,
        queue=queues[number % len(queues)],
        state="CONNECTED" if served else "WAITING",
        owner=people[number % len(people)] if served else None,
        round=1,
        handed_over_at=since,
        waiting_since=since,
        served_since=since if served else None,
    )


def change(number: int, chat: Conversation) -> None:
    """A customer's message, as a row, under the next number of its conversation."""
    with transaction.atomic():
        seq, now = chat.next_seq(), timezone.now()
        Item.objects.create(
            id=f"bench-item-{number}",
            conversation=chat,
            contact_id=chat.initial_contact_id,
            type="MESSAGE",
            content="Hello",
            role="CUSTOMER",
            absolute_time=now,
            received_at=now,
            number=seq,
            seq=seq,
        )


def run(agents: int, contacts: int, supervisors: int, per_second: int, seconds: int) -> str:
    """As JSON: the CPU of the changes, of the looks, and the ages of what was told."""
    users = fill(agents, contacts, supervisors)
    chats = list(Conversation.objects.filter(initial_contact_id__startswith="bench-"))
    board, told = Board(), [Told(str(user.pk)) for user in users]
    began = time.monotonic()
    _look(board, users, told, set(), everything=True)
    first = time.monotonic() - began
    spent = {"changes": 0.0, "looks": 0.0}
    ages: list[float] = []
    for second in range(seconds):
        before, begins = CPU(), time.monotonic()
        changed = random.sample(chats, min(per_second, len(chats)))
        for number, chat in enumerate(changed):
            change(second * per_second + number, chat)
        middle = CPU()
        _look(board, users, told, {chat.initial_contact_id for chat in changed}, everything=second % 2 == 1)
        spent["changes"] += middle - before
        spent["looks"] += CPU() - middle
        ages.append(1.0 + time.monotonic() - begins)  # the oldest change came just after the look before
    return json.dumps({"first": first, "ages": ages, "seconds": seconds, **spent})


def _look(board: Board, users: list[User], told: list[Told], changed: set[str], *, everything: bool) -> list[str]:
    now = timezone.now()
    board.look(changed, (), at_everything=everything, now=now)
    projections = Projections(board, now)
    frames = [
        one.frame(projections.of(user.pk, scope_of(user.pk), View()), now)
        for user, one in zip(users, told, strict=True)
    ]
    return [encode("floor", frame) for frame in frames if frame is not None]
