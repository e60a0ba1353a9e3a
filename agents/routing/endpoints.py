"""Whom a contact can be handed on to, and why not now (Streams' getEndpoints): colleagues with room, open queues."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from agents import presence, serialisers
from agents.models import Agent, AgentState
from agents.protocol.refusals import Refusal
from chats import contact_state as chat
from chats import queue_capacity
from chats.models import Queue

FULL = "agentFull"


class Ref(NamedTuple):
    """An endpoint as a client names it."""

    type: str
    id: str


def find(to: Ref) -> Agent | Queue:
    """Refusal when there is none."""
    found: Agent | Queue | None = None
    if to.type == "agent" and _is_uuid(to.id):
        found = Agent.objects.filter(key=to.id, user__is_active=True).first()
    elif to.type == "queue" and to.id.isdecimal() and len(to.id) < 19:
        found = Queue.objects.filter(pk=int(to.id)).first()
    if found is None:
        raise not_found(to)
    return found


def not_found(to: Ref) -> Refusal:
    return Refusal(
        "endpointNotFound",
        "There is no %(type)s %(id)s: getEndpoints lists whom you can transfer to.",
        type=to.type,
        id=to.id,
    )


def named(target: Agent | Queue) -> tuple[str, str]:
    """Its id and name."""
    return (str(target.key) if isinstance(target, Agent) else str(target.pk)), target.name


def listed(me: Agent, now: datetime) -> list[dict[str, Any]]:
    """Every colleague, then every queue, as protocol.Endpoint. A constant number of queries."""
    return listed_of(Agent.objects.exclude(pk=me.pk), Queue.objects.all(), now, me)


def listed_of(
    agents: QuerySet[Agent], queues: QuerySet[Queue], now: datetime, me: Agent | None = None
) -> list[dict[str, Any]]:
    """These agents, then these queues: those that a supervisor sees, or that `me` can hand a contact on to."""
    agents = agents.filter(user__is_active=True).select_related("user", "state", "routing_profile")
    waiting = Count("contacts", filter=Q(contacts__state=chat.State.WAITING))
    taken = Count("contacts", filter=Q(contacts__state__in=[chat.State.JOINING, chat.State.WAITING]))
    counted = queues.select_related("hours").annotate(waiting=waiting, taken=taken).order_by("name")
    open_hours: dict[int | None, bool] = {}
    return [
        *sorted((agent_endpoint(one, me, now) for one in agents), key=lambda one: (one["name"].casefold(), one["id"])),
        *(_queue(one, one.waiting, one.taken, is_open=_is_open(one, open_hours, now)) for one in counted),
    ]


def agent_endpoint(agent: Agent, me: Agent | None, now: datetime) -> dict[str, Any]:
    refusal = refusal_of_agent(agent, me, now)
    return {
        "type": "agent",
        "id": str(agent.key),
        "name": agent.name,
        "state": serialisers.state(agent.state),
        "load": agent.load,
        "capacity": agent.capacity,
        "refusal": refusal.why.data if refusal else None,
    }


def _is_open(queue: Queue, open_hours: dict[int | None, bool], now: datetime) -> bool:
    """Many queues have the same hours: they are looked up once."""
    if queue.hours_id not in open_hours:
        open_hours[queue.hours_id] = queue.hours is None or queue.hours.is_open(now)
    return queue.is_open and open_hours[queue.hours_id]


def _queue(queue: Queue, waiting: int, taken: int, *, is_open: bool) -> dict[str, Any]:
    refusal = _refusal_of_queue(queue, taken, is_open=is_open)
    return {
        "type": "queue",
        "id": str(queue.pk),
        "name": queue.name,
        "open": is_open,
        "waiting": waiting,
        "refusal": refusal.why.data if refusal else None,
    }


def refusal_of_agent(agent: Agent, me: Agent | None, now: datetime) -> Refusal | None:
    """Why this colleague cannot be asked now, by `me` or by a supervisor."""
    if me is not None and agent.pk == me.pk:
        return Refusal("transferToSelf", "You cannot transfer a contact to yourself: you are serving it.")
    if agent.state.type == AgentState.Type.OFFLINE or not _is_here(agent, now):
        return Refusal("agentAbsent", "%(name)s is not there.", name=agent.name)
    if not agent.state.is_routable:
        return Refusal(
            "agentAbsent",
            "%(name)s takes no contacts now: %(state)s.",
            name=agent.name,
            state=agent.state.name,
        )
    return refusal_of_full(agent)


def refusal_of_full(agent: Agent) -> Refusal | None:
    """Why one more chat would be above the agent's capacity."""
    if agent.has_room:
        return None
    return Refusal(
        "agentFull",
        "%(name)s has no room: %(load)s of %(allowed)s chats.",
        name=agent.name,
        load=agent.load,
        allowed=agent.capacity,
    )


def check_agent(agent: Agent, me: Agent, now: datetime) -> None:
    """Refusal, with how it is with them, when this colleague cannot be asked now."""
    refusal = refusal_of_agent(agent, me, now)
    if refusal is not None:
        raise refusal.but(endpoint=agent_endpoint(agent, me, now))


def check_queue(queue: Queue, now: datetime) -> None:
    """Refusal, with how it is with it, when this queue takes nothing now. In the transaction that takes the place."""
    is_open = queue.is_open_at(now)
    refusal = None if is_open else _refusal_of_queue(queue, 0, is_open=False)
    try:
        queue_capacity.check_room(queue)
    except queue_capacity.QueueFull as full:
        refusal = refusal or _refusal_of_queue(full.queue, queue_capacity.waiting_in(full.queue), is_open=True)
    if refusal is not None:
        waiting = queue.contacts.filter(state=chat.State.WAITING).count()
        raise refusal.but(endpoint=_queue(queue, waiting, queue_capacity.waiting_in(queue), is_open=is_open))


def _refusal_of_queue(queue: Queue, taken: int, *, is_open: bool) -> Refusal | None:
    if not is_open:
        return Refusal("queueClosed", "The queue %(name)s is closed now.", name=queue.name)
    if taken >= queue.max_waiting:
        return Refusal(
            "queueFull",
            "The queue %(name)s is full: %(waiting)s of %(allowed)s wait.",
            name=queue.name,
            waiting=taken,
            allowed=queue.max_waiting,
        )
    return None


def _is_here(agent: Agent, now: datetime) -> bool:
    return agent.user.is_active and presence.last_sign(agent) >= now - timedelta(seconds=settings.CCP_LEASE_SECONDS)


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
