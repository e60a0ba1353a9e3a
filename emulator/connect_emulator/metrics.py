"""The numbers of a queue as they are now: who waits, since when, and how many agents could answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connect_emulator.world import World, agents, queueing, register
from connect_emulator.world.register import Resource


def in_queue(world: World, queue_id: str) -> int:
    return len(queueing.waiting(world, queue_id))


def oldest_age(world: World, queue_id: str) -> int:
    """Seconds; none waits is none old."""
    entered = [each.entered_at for each in queueing.waiting(world, queue_id)]
    return (world.clock.now() - min(entered)) // 1000 if entered else 0


def online(world: World, queue_id: str) -> int:
    """Signed in and not offline."""
    return len(_online(world, queue_id))


def staffed(world: World, queue_id: str) -> int:
    """Online and not in a custom status (adminguide: NPT), whether or not they are busy."""
    return len(_staffed(world, queue_id))


def available(world: World, queue_id: str) -> int:
    return sum(agents.room(world, agent) > 0 for agent in _staffed(world, queue_id))


TYPES: dict[str, Callable[[World, str], int]] = {
    "NumberOfAgentsAvailable": available,
    "NumberOfAgentsStaffed": staffed,
    "NumberOfAgentsOnline": online,
    "OldestContactInQueueAgeSeconds": oldest_age,
    "NumberOfContactsInQueue": in_queue,
}


def shown(world: World, queue_id: str, *, counted: bool = True) -> dict[str, Any]:
    """As $.Metrics of the flow language has them (adminguide/connect-attrib-list: queue metrics)."""
    serving = _online(world, queue_id) if counted else []
    states = [{entry.state for entry in agents.of_user(world, agent.id)} for agent in serving]
    return {
        "Queue": {
            "ARN": world.instance.queue_arn(queue_id),
            "Name": queueing.name_of(world, queue_id),
            "Size": str(in_queue(world, queue_id) if counted else 0),
            "OldestContactAge": str(oldest_age(world, queue_id) if counted else 0),
        },
        "Agents": {
            "Online": {"Count": str(len(serving))},
            "Available": {"Count": str(available(world, queue_id) if counted else 0)},
            "Staffed": {"Count": str(staffed(world, queue_id) if counted else 0)},
            "Busy": {"Count": str(sum("CONNECTED" in held for held in states))},
            "AfterContactWork": {"Count": str(sum("ENDED" in held for held in states))},
            "Missed": {"Count": str(sum("MISSED" in held for held in states))},
            "NonProductive": {"Count": str(len(serving) - (staffed(world, queue_id) if counted else 0))},
        },
    }


def _serving(world: World, queue_id: str) -> list[Resource]:
    return [agent for agent in register.all_of(world, register.USER) if agents.serves(world, agent, queue_id)]


def _online(world: World, queue_id: str) -> list[Resource]:
    return [a for a in _serving(world, queue_id) if agents.status(world, a.id).body["Type"] != "OFFLINE"]


def _staffed(world: World, queue_id: str) -> list[Resource]:
    return [a for a in _serving(world, queue_id) if agents.status(world, a.id).body["Type"] == "ROUTABLE"]
