"""What pages of Streams know of an agent beside their state (`agent.getConfiguration()`). Called by `getConfiguration`."""

from __future__ import annotations

from typing import Any

from agents.models import Agent
from chats.models import Queue


def of(agent_pk: int) -> dict[str, Any]:
    """As protocol.Configuration. Every queue: a contact may come from one that the agent does not serve."""
    agent = Agent.objects.select_related("user").get(pk=agent_pk)
    queues = Queue.objects.order_by("name").values_list("pk", "name", "connect_id")
    return {
        "username": agent.user.get_username(),
        "routingProfileId": str(agent.routing_profile_id),
        "queueIds": {name: _queue_id(pk, connect_id) for pk, name, connect_id in queues},
    }


def _queue_id(pk: int, connect_id: str) -> str:
    """As Amazon Connect has it in the ARN, so that pages find the queues they know; a queue of the portal's alone has its own."""
    return connect_id.rpartition("/")[2] or str(pk)
