"""What an administrator changed is told to the desks it concerns."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from agents import presence
from agents.models import Agent, RoutingProfile
from chats import realtime


@transaction.atomic
def tell(agents: QuerySet[Agent]) -> None:
    """What stands on these desks has changed: their open tabs show it at once, and routing goes by it.

    Each is locked, then read, then numbered: routing may be changing it at this moment, and no number stands for old content.
    """
    for pk in list(agents.order_by("pk").values_list("pk", flat=True)):
        agent = Agent.locked(pk)
        agent.changed()
        realtime.publish(agent, agent.own_seq)
    realtime.wake(presence.ROUTING)


@transaction.atomic
def assign(pk: int, profile: RoutingProfile, capacity: int | None) -> None:
    """Only what the form has is written: state, load and numbers of an agent at work change while it is open."""
    held = Agent.locked(pk)
    if (held.routing_profile_id, held.capacity_override) == (profile.pk, capacity):
        return
    held.capacity_override = capacity
    held.assign(profile)
    held.set_capacity(capacity)
    realtime.publish(held, held.own_seq)
    realtime.wake(presence.ROUTING)
