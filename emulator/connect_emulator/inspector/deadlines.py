"""Timers that run: of one chat or of all, the next to fire first."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from connect_emulator import timers
from connect_emulator.restjson import Response
from connect_emulator.world import World, participants

from .frame import contact_link, due, head, nobody, nothing, page, table
from .markup import Markup, el

_WHAT = {
    "expires": "The chat's duration is over",
    "customer": "The customer must have connected",
    "participant": "The participant must have connected",
    "idle": "An idle timer fires",
    "scan": "A file's scan is over",
    "offer": "The offer to an agent is missed",
    "wait": "The flow goes on",
}


@dataclass(frozen=True, slots=True)
class Deadline:
    what: str
    at: int
    contact_id: str | None
    of: str | None  # whose, or at which action


def respond(world: World) -> Response:
    found = pending(world)
    return page(
        world,
        "timers",
        "Timers",
        head(
            "Timers", lead="Everything that happens by itself, at the emulator's time. The control API turns its clock."
        ),
        shown(world, found) if found else nothing("No timer runs."),
    )


def shown(world: World, found: list[Deadline], *, linked: bool = True) -> Markup:
    heads = ["What", "Of", "Due"] + (["Contact"] if linked else [])
    rows: list[list[object]] = []
    for each in found:
        row: list[object] = [
            _WHAT[each.what],
            el("bdi", each.of) if each.of else nobody(),
            due(world, each.at),
        ]
        if linked:
            row.append(contact_link(world, each.contact_id) if each.contact_id else nobody())
        rows.append(row)
    return table(heads, rows, "Timers that run")


def pending(world: World, initial_id: str | None = None) -> list[Deadline]:
    found = [_READ[row["what"]](world, row) for row in timers.pending(world)]
    if initial_id is None:
        return found
    chat = {row["id"] for row in world.store.all("SELECT id FROM contact WHERE initial_id = ?", initial_id)}
    return [each for each in found if each.contact_id in chat]


def _of_contact(_world: World, row: sqlite3.Row) -> Deadline:
    return Deadline(row["what"], row["at"], row["id"], None)


def _of_participant(world: World, row: sqlite3.Row) -> Deadline:
    found = participants.find(world, row["id"])
    if found is None:
        return Deadline(row["what"], row["at"], None, None)
    return Deadline(row["what"], row["at"], found.contact_id, f"{found.display_name} ({_role(found.role)})")


def _role(role: str) -> str:
    return role.lower().replace("_", " ")


def _of_flow(world: World, row: sqlite3.Row) -> Deadline:
    action = world.store.value("SELECT action_id FROM execution WHERE contact_id = ?", row["id"])
    return Deadline(row["what"], row["at"], row["id"], action)


def _of_offer(world: World, row: sqlite3.Row) -> Deadline:
    sql = (
        "SELECT a.contact_id, u.name FROM agent_contact a LEFT JOIN resource u ON u.kind = 'agent' AND u.id = a.user_id"
        " WHERE a.seq = ?"
    )
    return _told_by(row, world.store.one(sql, row["id"]))


def _of_file(world: World, row: sqlite3.Row) -> Deadline:
    return _told_by(row, world.store.one("SELECT initial_id, name FROM attachment WHERE id = ?", row["id"]))


def _told_by(row: sqlite3.Row, found: sqlite3.Row | None) -> Deadline:
    """`found` is a contact and a name."""
    contact_id, name = found or (None, None)
    return Deadline(row["what"], row["at"], contact_id, name)


_READ: dict[str, Callable[[World, sqlite3.Row], Deadline]] = {
    "expires": _of_contact,
    "customer": _of_contact,
    "participant": _of_participant,
    "idle": _of_participant,
    "scan": _of_file,
    "offer": _of_offer,
    "wait": _of_flow,
}
