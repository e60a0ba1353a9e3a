"""Rows for tests: each function makes one row that can stand alone, with whatever it needs beside it."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, User

from agents.models import Agent, AgentState, RoutingProfile, RoutingProfileQueue, Team
from agents.supervision import roles
from chats import contact_state
from chats.models import Contact, Conversation, Item, Queue

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TYPES = {"Available": "routable", "Break": "not_routable", "Offline": "offline"}
_numbers = itertools.count(1)


def number() -> int:
    """Never the same twice."""
    return next(_numbers)


def state(name: str = "Available") -> AgentState:
    return AgentState.objects.get_or_create(name=name, defaults={"type": TYPES[name]})[0]


def queue(name: str = "Returns", **columns: Any) -> Queue:
    return Queue.objects.get_or_create(name=name, defaults={"public_name": "Fenmark Home", **columns})[0]


def routing_profile(*queues: Queue, name: str = "", chats: int = 3, **priorities: int) -> RoutingProfile:
    """A profile that serves these queues, in this order of priority, unless `priorities` (by queue name) says more."""
    profile = RoutingProfile.objects.create(name=name or f"Profile {number()}", chat_concurrency=chats)
    for one in queues or (queue(),):
        RoutingProfileQueue.objects.create(routing_profile=profile, queue=one, priority=priorities.get(one.name, 1))
    return profile


def user(username: str = "", **columns: Any) -> User:
    """Somebody without a password (hashing one takes its time): a test logs them in by `client.force_login`."""
    return get_user_model().objects.create_user(username or f"person{number()}", **columns)


def agent(
    username: str = "",
    *,
    profile: RoutingProfile | None = None,
    chats: int = 3,
    in_state: str = "Available",
    **columns: Any,
) -> Agent:
    """An agent with room who waits for contacts since NOW, at a desk that answered just then."""
    person = {key: columns.pop(key) for key in ("first_name", "last_name") if key in columns}
    return Agent.objects.create(
        user=user(username, **person),
        routing_profile=profile or routing_profile(chats=chats),
        state=state(in_state),
        **{"state_since": NOW, "idle_since": NOW, "seen_at": NOW, **columns},
    )


def rules(of: Agent | Queue, **columns: Any) -> None:
    """Change what this agent's routing profile, or this queue, says."""
    row = of.routing_profile if isinstance(of, Agent) else of
    for name, value in columns.items():
        setattr(row, name, value)
    row.save()


def role(name: str) -> Group:
    """One of the groups that come with the portal; a database that was emptied lost them."""
    made: Group = roles.make(name)
    return made


def team(name: str, *members: User) -> Group:
    """A group that is a team, with these members."""
    group, _ = Group.objects.get_or_create(name=name)
    Team.objects.get_or_create(group=group)
    group.user_set.add(*members)
    return group


def in_role(name: str, *teams: Group, **columns: Any) -> User:
    """Somebody with this role, in these teams."""
    person = user(**columns)
    person.groups.add(role(name), *teams)
    return person


def supervisor(username: str = "", *, reads: Queue | None = None, **columns: Any) -> User:
    """Somebody in a group that may read this queue, with the rights of a supervisor."""
    group = role("Supervisors")
    (reads or queue()).readers.add(group)
    person = user(username, **columns)
    person.groups.add(group)
    return person


def admin(username: str = "") -> User:
    return user(username, is_staff=True, is_superuser=True)


def admin_with(username: str, password: str) -> User:
    """An admin who signs in with a password: a test of passwords says which hasher."""
    return user(username, is_staff=True, is_superuser=True, password=password)


def conversation(customer: str = "Sanna Virtanen", **columns: Any) -> Conversation:
    ids = {"initial_contact_id": f"initial-{number():06}", **columns}
    return Conversation.objects.create(customer_name=customer, **ids)


def contact(customer: str = "Sanna Virtanen", *, waited: float = 0, **columns: Any) -> Contact:
    """A contact that has been waiting for so many seconds at NOW."""
    chain = columns.pop("conversation", None) or conversation(customer)
    since = NOW - timedelta(seconds=waited)
    defaults = {
        "id": f"contact-{number():06}",
        "queue": columns.pop("queue", None) or queue(),
        "state": contact_state.State.WAITING,
        "round": 1,
        "handed_over_at": since,
        "waiting_since": since,
    }
    return Contact.objects.create(conversation=chain, **defaults | columns)


def item(of: Contact, content: str = "Hello", **columns: Any) -> Item:
    seq = of.conversation.next_seq()
    defaults = {
        "id": f"item-{number():06}",
        "type": "MESSAGE",
        "content_type": "text/plain",
        "content": content,
        "participant_id": "the-customer",
        "role": "CUSTOMER",
        "display_name": of.conversation.customer_name,
        "absolute_time": NOW,
        "received_at": NOW,
        "number": seq,
        "seq": seq,
    }
    return Item.objects.create(conversation=of.conversation, contact_id=of.pk, **defaults | columns)
