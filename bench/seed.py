"""Rows a measured portal starts with: agents at their desks, and contacts they are in the middle of. Runs inside it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.utils import timezone

from agents.models import Agent, AgentContact, AgentState, RoutingProfile, RoutingProfileQueue
from agents.protocol import agent_contact_state as part
from chats import contact_state
from chats.models import Contact, Conversation, Item, Participant, Queue

TOGETHER = 2  # contacts per desk; a socket may send 40 frames a second, so few would do for many messages


@transaction.atomic
def seed(conversations: int, idle: int, *, connected: bool, together: int = TOGETHER, items: int = 0) -> str:
    """JSON: the sessions of the desks and the contacts on each, and the sessions of desks without a contact.

    Without `connected` the desks are free: contacts come to them through the flow. `together` are the contacts of a desk,
    `items` what was said in each.
    """
    queue = Queue.objects.get(is_default=True)
    profile = RoutingProfile.objects.create(name="Bench", chat_concurrency=together)
    RoutingProfileQueue.objects.create(routing_profile=profile, queue=queue)
    desks = _agents("busy", -(-conversations // together), profile, _state(AgentState.Type.ROUTABLE))
    quiet = _agents("idle", idle, profile, _state(AgentState.Type.NOT_ROUTABLE))
    contacts = [_contact(n, desks[n // together], queue, items) for n in range(conversations if connected else 0)]
    return json.dumps(
        {
            "desks": [
                {"session": _session(agent.user), "contacts": [c.pk for c in contacts if c.owner_id == agent.user_id]}
                for agent in desks
            ],
            "idle": [_session(agent.user) for agent in quiet],
        }
    )


@transaction.atomic
def seed_waiting(count: int) -> None:
    """Contacts that nobody serves yet."""
    queue, now = Queue.objects.get(is_default=True), timezone.now()
    for number in range(count):
        name = f"waiting-{number}"
        chat = Conversation.objects.create(initial_contact_id=name, customer_name=f"Customer {number}", seq=1)
        Contact.objects.create(
            id=name,
            conversation=chat,
            queue=queue,
            state=contact_state.State.WAITING,
            round=1,
            attempt=1,
            handed_over_at=now,
            waiting_since=now,
            seq=1,
        )


def _state(kind: AgentState.Type) -> AgentState:
    return AgentState.objects.filter(type=kind)[0]


def _agents(name: str, count: int, profile: RoutingProfile, state: AgentState) -> Sequence[Agent]:
    """Nobody logs in here, so that no password has to be hashed a thousand times."""
    people = [User(username=f"{name}{n}", first_name=f"{name.title()} {n}", password="!") for n in range(count)]  # noqa: S106 -- unusable
    now = timezone.now()
    return Agent.objects.bulk_create(
        Agent(user=user, routing_profile=profile, state=state, seen_at=now) for user in User.objects.bulk_create(people)
    )


def _session(user: User) -> str:
    session: Any = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def _contact(number: int, agent: Agent, queue: Queue, items: int) -> Contact:
    """A contact in its first round, accepted, with a participant of ours who may speak."""
    now = timezone.now()
    chat = Conversation.objects.create(
        initial_contact_id=f"bench-{number}", customer_name=f"Customer {number}", seq=items + 1
    )
    contact = Contact.objects.create(
        id=f"bench-{number}",
        conversation=chat,
        queue=queue,
        state=contact_state.State.CONNECTED,
        round=1,
        attempt=1,
        owner=agent.user,
        handed_over_at=now,
        waiting_since=now,
        connected_at=now,
        seq=1,
    )
    Participant.objects.create(
        conversation=chat,
        participant_id=f"ours-{number}",
        contact_id=contact.pk,
        role="CUSTOM_BOT",
        display_name=queue.public_name,
        round=1,
        participant_token=f"participant-{number}",
        connection_token=f"connection-{number}",
        connection_made_at=now,
        connection_expires_at=now + timedelta(days=1),
        reconciled_at=now,
    )
    agent.take_slot(now)
    mine = AgentContact(agent=agent, contact=contact, round=1, state=part.State.CONNECTED, offered_at=now)
    mine.accepted_at = now
    mine.changed()
    Item.objects.bulk_create(_said(chat, contact, place) for place in range(items))
    return contact


def _said(chat: Conversation, contact: Contact, place: int) -> Item:
    now, by_us = timezone.now(), bool(place % 2)
    return Item(
        id=f"{contact.pk}-{place}",
        conversation=chat,
        contact_id=contact.pk,
        type="MESSAGE",
        content_type="text/plain",
        content=f"The lamp flickers since yesterday, and this is sentence {place} about it.",
        role="CUSTOM_BOT" if by_us else "CUSTOMER",
        participant_id=f"ours-{chat.pk}" if by_us else f"theirs-{chat.pk}",
        display_name=chat.customer_name,
        absolute_time=now,
        received_at=now,
        author=contact.owner if by_us else None,
        number=place + 2,
        seq=place + 2,
    )
