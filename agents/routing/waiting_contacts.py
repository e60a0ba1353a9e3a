"""Who waits and who is free, read from the rows: agents all at once, waiting contacts only as far as they are needed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q

from agents import presence
from agents.models import Agent, AgentContact, AgentState, ContactTimer, RoutingProfileQueue
from agents.protocol import agent_contact_state
from chats import contact_state as chat
from chats.models import Contact

from .matching import AgentCapacity, Line, LineKey, Service, WaitingContact

PAGE = 200  # contacts of a queue that are read at once

# Somebody else is asked before who let it ring, or let another one ring while it stood behind that.
MISSED = Q(outcome__in=[agent_contact_state.State.MISSED, agent_contact_state.State.ERROR], round=F("contact__round"))
NOBODYS = Q(state=chat.State.WAITING, owner=None, waiting_since__isnull=False)


def capacities(now: datetime) -> list[AgentCapacity]:
    """Every routable agent who is there and has room."""
    agents = Agent.objects.filter(
        presence.here(now),
        state__type=AgentState.Type.ROUTABLE,
        load__lt=Agent.CAPACITY,
    ).values_list("pk", "load", Agent.CAPACITY, "idle_since", "routing_profile_id")
    serves: dict[int, dict[int, Service]] = defaultdict(dict)
    profiles = {row[4] for row in agents}
    for profile, queue, priority, delay in RoutingProfileQueue.objects.filter(routing_profile__in=profiles).values_list(
        "routing_profile_id", "queue_id", "priority", "delay"
    ):
        serves[profile][queue] = Service(priority, delay)
    return [AgentCapacity(pk, load, capacity, idle, serves[profile]) for pk, load, capacity, idle, profile in agents]


def waiting_queues(free: Collection[AgentCapacity], now: datetime) -> dict[LineKey, Line]:
    """By queue and priority, who waits there, the oldest first. Without agents there is nothing to ask."""
    served = {queue for seat in free for queue in seat.serves}
    if not served:
        return {}
    waiting = Contact.objects.filter(NOBODYS, queue__in=served).order_by()
    return {key: _line(key, now) for key in waiting.values_list("queue_id", "priority").distinct()}


def _line(key: LineKey, now: datetime) -> Iterator[WaitingContact]:
    page = _page(key, Q())
    while page:
        yield from _with_refusals(page, key, now)
        if len(page) < PAGE:
            return
        pk, since = page[-1]
        page = _page(key, Q(waiting_since__gt=since) | Q(waiting_since=since, pk__gt=pk))


def _page(key: LineKey, beyond: Q) -> list[tuple[str, datetime]]:
    queue, priority = key
    line = Contact.objects.filter(NOBODYS, beyond, queue=queue, priority=priority)
    rows = line.order_by("waiting_since", "pk")[:PAGE]
    return [(pk, since) for pk, since in rows.values_list("pk", "waiting_since") if since is not None]


def _with_refusals(page: list[tuple[str, datetime]], key: LineKey, now: datetime) -> Iterator[WaitingContact]:
    """With whom they are kept for, and who refused them lately."""
    queue, priority = key
    pks = [pk for pk, _ in page]
    kept, refusals, missed = _kept_for(pks, queue, now), _by_contact(refused(now), pks), _by_contact(MISSED, pks)
    for pk, since in page:
        yield WaitingContact(pk, queue, since, kept.get(pk), frozenset(refusals[pk]), frozenset(missed[pk]), priority)


def _kept_for(pks: list[str], queue: int, now: datetime) -> dict[str, int]:
    """Contacts that wait for the agent who served them: while there is time, and only for one who is there."""
    timers = ContactTimer.objects.filter(contact__in=pks, kind=ContactTimer.Kind.PREVIOUS, due_at__gt=now)
    agents = Agent.objects.filter(
        presence.here(now), state__type=AgentState.Type.ROUTABLE, routing_profile__profile_queues__queue=queue
    )
    return dict(timers.filter(agent__in=agents.values("pk")).values_list("contact_id", "agent_id"))


def _by_contact(parts: Q, pks: list[str]) -> dict[str, set[int]]:
    """Whose parts in these contacts are such."""
    found: dict[str, set[int]] = defaultdict(set)
    for contact, agent in AgentContact.objects.filter(parts, contact__in=pks).values_list("contact", "agent"):
        found[contact].add(agent)
    return found


def refused(now: datetime) -> Q:
    """Parts in contacts that are not to be offered to the same agent now.

    Missed, while the card is on the desk: nobody is looking, until they choose a state or a while has passed. Declined,
    or handed on to the queue: somebody else gets a chance first.
    """
    missed = Q(
        state=agent_contact_state.State.MISSED,
        ended_at__gt=now - timedelta(seconds=settings.CCP_MISSED_SECONDS),
        ended_at__gte=F("agent__state_since"),
    )
    declined = Q(
        outcome=agent_contact_state.State.REJECTED, ended_at__gt=now - timedelta(seconds=settings.CCP_DECLINE_SECONDS)
    )
    handed_on = Q(
        outcome=agent_contact_state.State.ENDED,
        rescued_at=None,
        ended_at__gt=now - timedelta(seconds=settings.CCP_DECLINE_SECONDS),
    )
    return Q(round=F("contact__round")) & (missed | declined | handed_on)
