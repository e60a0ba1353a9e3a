"""Who is offered what: contacts that wait in queues, to the agents who have signed in at a CCP (hand-made agents of the
control API are offered contacts by hand only). Called by the background whenever something has changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from connect_emulator import limits
from connect_emulator.world import World, agents, contacts, queueing, register, signed_in
from connect_emulator.world.queueing import Waiting
from connect_emulator.world.register import Resource

from . import desk

_OWN_QUEUE_FIRST = 0  # the priorities of a profile begin at 1


@dataclass(frozen=True, slots=True, order=True)
class Match:
    """A contact an agent may be offered; the least comes first."""

    queue_priority: int
    priority: int
    counts_from: int
    idle_since: int
    contact_id: str
    user_id: str
    not_before: int


def run(world: World) -> int:
    """Offers all that can be offered now; how many that were."""
    offered = 0
    while signed_in.everyone(world) and _offer_one(world):
        offered += 1
    return offered


def next_delay(world: World) -> int | None:
    """When a contact has waited long enough for a queue that is served with a delay."""
    now = world.clock.now()
    return min((match.not_before for match in _matches(world) if match.not_before > now), default=None)


def _offer_one(world: World) -> bool:
    with world.store.change():
        now = world.clock.now()
        best = min((match for match in _matches(world) if match.not_before <= now), default=None)
        if best is None:
            return False
        agent = register.get(world, register.USER, best.user_id)
        desk.offer(world, contacts.get(world, best.contact_id), agent)
    return True


def _matches(world: World) -> Iterator[Match]:
    free = [agent for agent in signed_in.everyone(world) if _is_free(world, agent)]
    if not free:
        return
    for waiting in queueing.all_waiting(world):
        entries = agents.of_contact(world, waiting.contact_id)
        if any(entry.state == "CONNECTING" for entry in entries):
            continue
        asked = {entry.user_id for entry in entries if entry.cleared_at is None}
        for agent in free:
            if agent.id not in asked:
                yield from _match(world, waiting, agent)


def _is_free(world: World, agent: Resource) -> bool:
    waits_to_go = agents.next_status(world, agent.id) is not None
    routable = agents.status(world, agent.id).body["Type"] == "ROUTABLE"
    return routable and not waits_to_go and agents.room(world, agent) > 0


def _match(world: World, waiting: Waiting, agent: Resource) -> Iterator[Match]:
    served = _served(world, agent).get(waiting.queue_id)
    if served is not None:
        priority, delay = served
        yield Match(
            priority,
            waiting.priority,
            waiting.counts_from,
            _idle_since(world, agent),
            waiting.contact_id,
            agent.id,
            waiting.entered_at + delay,
        )


def _served(world: World, agent: Resource) -> dict[str, tuple[int, int]]:
    """The queues of the agent: their priority and their delay in milliseconds."""
    profile = register.get(world, register.ROUTING_PROFILE, agent.body["RoutingProfileId"])
    chat = [each for each in profile.body["QueueConfigs"] if each["QueueReference"]["Channel"] == "CHAT"]
    served = {each["QueueReference"]["QueueId"]: (each["Priority"], each["Delay"] * limits.SECOND) for each in chat}
    return {queueing.OF_AGENT + agent.id: (_OWN_QUEUE_FIRST, 0), **served}


def _idle_since(world: World, agent: Resource) -> int:
    """Who was offered a contact last comes last; who never was, since they are in their status."""
    last = world.store.value("SELECT max(offered_at) FROM agent_contact WHERE user_id = ?", agent.id)
    return int(last) if last is not None else agents.status_since(world, agent.id)
