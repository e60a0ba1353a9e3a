"""Contacts that wait in queues: which queue, at which place, since when.

The id of an agent's own queue is agent/<user id>, as the end of its ARN; any other is the queue's id.
"""

from __future__ import annotations

from dataclasses import dataclass

from connect_emulator import undocumented

from . import register
from .rows import Contact, Row
from .world import Due, World

OF_AGENT = "agent/"


@dataclass(frozen=True, slots=True)
class Queued(Row):
    contact_id: str
    queue_id: str
    entered_at: int
    left_at: int | None
    answered: int

    @property
    def waits(self) -> bool:
        return self.left_at is None


def named(world: World, queue: str) -> str | None:
    """The id of the queue with this id or ARN, if there is one."""
    if f"/queue/{OF_AGENT}" in queue or queue.startswith(OF_AGENT):
        return of_agent(world, queue)
    found = register.find(world, register.QUEUE, queue)
    return found.id if found else None


def of_agent(world: World, user: str) -> str | None:
    """The id of the own queue of the user with this id, or ARN, or ARN of that queue."""
    found = register.find(world, register.USER, user)
    return OF_AGENT + found.id if found else None


def name_of(world: World, queue_id: str) -> str | None:
    """An agent's own queue has no name."""
    found = None if queue_id.startswith(OF_AGENT) else register.find(world, register.QUEUE, queue_id)
    return found.name if found else None


def of_contact(world: World, contact_id: str) -> Queued | None:
    row = world.store.one("SELECT * FROM queued WHERE contact_id = ?", contact_id)
    return Queued.of(row) if row else None


def is_full(world: World, queue_id: str) -> bool:
    """CreateQueue.MaxContacts; a queue without it takes all."""
    found = None if queue_id.startswith(OF_AGENT) else register.find(world, register.QUEUE, queue_id)
    most = found.body.get("MaxContacts") if found else None
    return most is not None and len(waiting(world, queue_id)) >= most


def enter(world: World, contact: Contact, queue_id: str) -> None:
    now = world.clock.now()
    world.store.run("INSERT OR REPLACE INTO queued VALUES (?, ?, ?, NULL, 0)", contact.id, queue_id, now)
    world.store.run(
        "UPDATE contact SET queue_id = ?, queued_at = ?, updated_at = ? WHERE id = ?", queue_id, now, now, contact.id
    )
    world.store.notice(Due())
    world.tell_events(contact.id, "QUEUED")


def leave(world: World, contact_id: str, *, answered: bool) -> bool:
    """Whether it was this call that took the contact out of its queue."""
    sql = "UPDATE queued SET left_at = ?, answered = ? WHERE contact_id = ? AND left_at IS NULL"
    return world.store.run(sql, world.clock.now(), int(answered), contact_id) == 1


def set_routing(world: World, contact: Contact, *, priority: int | None = None, older_by: int | None = None) -> None:
    """The priority (1 is first) or the milliseconds a contact counts as older; what is not given stays."""
    row = world.store.one("SELECT priority, older_by FROM routing WHERE contact_id = ?", contact.id)
    kept = (row["priority"], row["older_by"]) if row else (undocumented.QUEUE_PRIORITY, 0)
    world.store.run(
        "INSERT OR REPLACE INTO routing VALUES (?, ?, ?)",
        contact.id,
        kept[0] if priority is None else priority,
        kept[1] if older_by is None else older_by,
    )


def waiting(world: World, queue_id: str) -> list[Queued]:
    """All that wait in a queue, the first to be served first: by priority, then by age."""
    rows = world.store.all(
        "SELECT q.* FROM queued q LEFT JOIN routing r ON r.contact_id = q.contact_id"
        " WHERE q.queue_id = ? AND q.left_at IS NULL"
        " ORDER BY coalesce(r.priority, ?), q.entered_at - coalesce(r.older_by, 0), q.contact_id",
        queue_id,
        undocumented.QUEUE_PRIORITY,
    )
    return [Queued.of(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Waiting(Row):
    """One of all that wait; a lower `priority` is served first, then a lower `counts_from`."""

    contact_id: str
    queue_id: str
    entered_at: int
    priority: int
    counts_from: int


def all_waiting(world: World) -> list[Waiting]:
    rows = world.store.all(
        "SELECT q.contact_id, q.queue_id, q.entered_at, coalesce(r.priority, ?) AS priority,"
        " q.entered_at - coalesce(r.older_by, 0) AS counts_from"
        " FROM queued q LEFT JOIN routing r ON r.contact_id = q.contact_id WHERE q.left_at IS NULL",
        undocumented.QUEUE_PRIORITY,
    )
    return [Waiting.of(row) for row in rows]


def position(world: World, queued: Queued) -> int:
    """1 is the next to be served."""
    return [each.contact_id for each in waiting(world, queued.queue_id)].index(queued.contact_id) + 1


def estimated_wait(world: World, queued: Queued) -> float:
    """Seconds: as long as the last contacts of this queue that were answered have waited; without any, as long as this one has."""
    rows = world.store.all(
        "SELECT left_at - entered_at AS waited FROM queued WHERE queue_id = ? AND answered ORDER BY left_at DESC LIMIT ?",
        queued.queue_id,
        undocumented.WAITS_ESTIMATED_FROM,
    )
    waits = [row["waited"] for row in rows] or [world.clock.now() - queued.entered_at]
    return float(sum(waits) / len(waits) / 1000)
