"""What happens because time passes: chats expire, windows close, waits are over. One place knows all deadlines."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from typing import Any

from connect_emulator import chat, idle
from connect_emulator.attachments.scan import scan
from connect_emulator.ccp import desk
from connect_emulator.flows import Engine
from connect_emulator.world import World, contacts, participants

_log = logging.getLogger("connect_emulator.timers")
PARKED_FOR = 60_000  # milliseconds until a deadline that failed is tried again
_NEVER = 2**63 - 1  # the last time SQLite can keep
_NEXT = """
SELECT min(at) FROM (
  SELECT min(expires_at) AS at FROM contact WHERE expires_at IS NOT NULL
  UNION ALL SELECT min(connect_by) FROM contact WHERE connect_by IS NOT NULL
  UNION ALL SELECT min(connect_by) FROM participant WHERE connect_by IS NOT NULL
  UNION ALL SELECT min(due_at) FROM idle_timer WHERE due_at IS NOT NULL
  UNION ALL SELECT min(scan_at) FROM attachment WHERE scan_at IS NOT NULL
  UNION ALL SELECT min(answer_by) FROM agent_contact WHERE answer_by IS NOT NULL
  UNION ALL SELECT min(deadline) FROM execution WHERE deadline IS NOT NULL)
"""
_DUE = """
SELECT 'expires' AS what, id, expires_at AS at FROM contact WHERE expires_at <= ?
UNION ALL SELECT 'customer', id, connect_by FROM contact WHERE connect_by <= ?
UNION ALL SELECT 'participant', id, connect_by FROM participant WHERE connect_by <= ?
UNION ALL SELECT 'idle', participant_id, due_at FROM idle_timer WHERE due_at <= ?
UNION ALL SELECT 'scan', id, scan_at FROM attachment WHERE scan_at <= ?
UNION ALL SELECT 'offer', seq, answer_by FROM agent_contact WHERE answer_by <= ?
UNION ALL SELECT 'wait', contact_id, deadline FROM execution WHERE deadline <= ?
ORDER BY at, id
"""


def next_deadline(world: World) -> int | None:
    """The earliest one; of a parked row, when it is tried again."""
    found = world.store.value(_NEXT)
    if found is None or not world.parked:
        return None if found is None else int(found)
    return min(max(int(row["at"]), world.parked.get((row["what"], row["id"]), 0)) for row in pending(world))


def pending(world: World) -> list[sqlite3.Row]:
    """Every deadline there is, the next first: what it is, of which row, and when."""
    return world.store.all(_DUE, *[_NEVER] * _DUE.count("?"))


def fire(world: World, engine: Engine) -> int:
    """Everything whose time has come, the earliest first, each in a change of its own; how many that were.

    One that fails is undone, logged and parked: it holds up nobody else's deadline.
    """
    now = world.clock.now()
    due = world.store.all(_DUE, *[now] * _DUE.count("?"))
    return sum(_fire(world, engine, row, now) for row in due if world.parked.get((row["what"], row["id"]), 0) <= now)


def _fire(world: World, engine: Engine, row: sqlite3.Row, now: int) -> bool:
    key = (row["what"], row["id"])
    try:
        with world.store.change():
            _FIRE[row["what"]](world, engine, row["id"])
    except Exception:  # noqa: BLE001 -- logged whole; whatever it is, it is this row's alone
        _log.exception("the deadline “%s” of %s could not be kept; it is tried again in a while", *key)
        world.parked[key] = now + PARKED_FOR
        return False
    world.parked.pop(key, None)
    return True


def _chat_expires(world: World, _engine: Engine, contact_id: str) -> None:
    chat.ends(world, contacts.get(world, contact_id), "EXPIRED")


def _customer_never_came(world: World, _engine: Engine, contact_id: str) -> None:
    contact = contacts.get(world, contact_id)
    if contact.connect_by is not None:
        chat.ends(world, contact, "CUSTOMER_CONNECTION_NOT_ESTABLISHED")


def _participant_never_came(world: World, _engine: Engine, participant_id: str) -> None:
    participant = participants.find(world, participant_id)
    if participant and participant.connect_by is not None:
        chat.leaves(world, contacts.get(world, participant.contact_id), participant)


def _offer_is_over(world: World, _engine: Engine, seq: int) -> None:
    desk.miss(world, seq)


def _idle_time_is_over(world: World, _engine: Engine, participant_id: str) -> None:
    idle.fire(world, participant_id)


def _scan_is_over(world: World, _engine: Engine, attachment_id: str) -> None:
    scan(world, attachment_id)


def _wait_is_over(_world: World, engine: Engine, contact_id: str) -> None:
    engine.expire(contact_id)


_FIRE: dict[str, Callable[[World, Engine, Any], None]] = {
    "expires": _chat_expires,
    "customer": _customer_never_came,
    "participant": _participant_never_came,
    "idle": _idle_time_is_over,
    "scan": _scan_is_over,
    "offer": _offer_is_over,
    "wait": _wait_is_over,
}
