"""Who else is there: the colleagues whom an agent sees on their desk. Called by the command `getColleagues`."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group
from django.db.models import Q

from agents import serialisers
from agents.models import Agent
from chats.models import Queue
from chats.wire import iso

MOST = 200  # the first by name: more is a list nobody reads


def of(agent: Agent) -> list[dict[str, Any]]:
    """Agents of one of the agent's teams, or who serve one of their queues, and may sign in; by name, as protocol.Colleague."""
    queues = Queue.objects.filter(profile_queues__routing_profile=agent.routing_profile_id)
    teams = Group.objects.filter(team__isnull=False, user=agent.user_id)
    same = Q(routing_profile__profile_queues__queue__in=queues.values("pk")) | Q(user__groups__in=teams.values("pk"))
    found = Agent.objects.filter(pk__in=Agent.objects.filter(same).values("pk"), user__is_active=True)
    rows = found.exclude(pk=agent.pk).select_related("user", "state", "routing_profile")
    return sorted((_colleague(row) for row in rows), key=lambda one: (one["name"].casefold(), one["agentId"]))[:MOST]


def _colleague(row: Agent) -> dict[str, Any]:
    return {
        "agentId": str(row.key),
        "name": row.name,
        "state": serialisers.state(row.state),
        "since": iso(row.state_since),
        "load": row.load,
        "capacity": row.capacity,
    }
