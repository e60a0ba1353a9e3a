"""The idle and auto-disconnect timers of a chat's people (adminguide/setup-chat-timeouts).

An idle session begins whenever somebody joins who serves the customer: all timers are dropped and made anew, from the
configuration as it is then. They run while the customer and an agent, or a custom participant, are both connected.
"""

from __future__ import annotations

from dataclasses import dataclass

from connect_emulator import limits

from . import details, participants
from .rows import Contact, Participant, Row
from .world import Due, World

IDLE, DISCONNECT = "IDLE", "DISCONNECT_NONCUSTOMER"
_SERVING = ("AGENT", "CUSTOM_BOT")


@dataclass(frozen=True, slots=True)
class Timer(Row):
    participant_id: str
    initial_id: str
    idle_after: int | None
    disconnect_after: int | None
    idle: int
    due: str | None
    due_at: int | None


def begin_session(world: World, contact: Contact) -> None:
    """Custom participants have no timers of their own; agents and the customer have those that are configured."""
    drop(world, contact)
    there = [each for each in participants.present(world, contact) if each.connected]
    if not _both_are_there(there):
        return
    minutes = details.role_config(world, contact)
    for each in there:
        if each.role in {"CUSTOMER", "AGENT"}:
            _begin(world, contact, each, minutes.get((each.role, IDLE)), minutes.get((each.role, DISCONNECT)))


def end_session(world: World, contact: Contact, left: Participant) -> None:
    """Somebody has left: with nobody to talk to, nobody is idle."""
    world.store.run("DELETE FROM idle_timer WHERE participant_id = ?", left.id)
    if not _both_are_there([each for each in participants.present(world, contact) if each.connected]):
        drop(world, contact)


def drop(world: World, contact: Contact) -> None:
    world.store.run("DELETE FROM idle_timer WHERE initial_id = ?", contact.initial_id)


def speaks(world: World, participant: Participant) -> bool:
    """A message begins the participant's timers again; whether it was idle before."""
    timer = find(world, participant.id)
    if timer is None:
        return False
    _set(world, timer, timer.idle_after, timer.disconnect_after, world.clock.now())
    return bool(timer.idle)


def goes_idle(world: World, timer: Timer) -> None:
    """The auto-disconnect timer, if there is one, starts when the idle timer has fired."""
    after = timer.disconnect_after
    world.store.run(
        "UPDATE idle_timer SET idle = 1, due = ?, due_at = ? WHERE participant_id = ?",
        None if after is None else DISCONNECT,
        None if after is None or timer.due_at is None else timer.due_at + after,
        timer.participant_id,
    )
    world.store.notice(Due())


def find(world: World, participant_id: str) -> Timer | None:
    row = world.store.one("SELECT * FROM idle_timer WHERE participant_id = ?", participant_id)
    return Timer.of(row) if row else None


def _both_are_there(there: list[Participant]) -> bool:
    return any(each.role == "CUSTOMER" for each in there) and any(each.role in _SERVING for each in there)


def _begin(world: World, contact: Contact, participant: Participant, idle: int | None, disconnect: int | None) -> None:
    if idle is None and disconnect is None:
        return
    idle_after = None if idle is None else idle * limits.MINUTE
    disconnect_after = None if disconnect is None else disconnect * limits.MINUTE
    world.store.insert(
        "idle_timer",
        participant_id=participant.id,
        initial_id=contact.initial_id,
        idle_after=idle_after,
        disconnect_after=disconnect_after,
    )
    timer = find(world, participant.id)
    if timer:
        _set(world, timer, idle_after, disconnect_after, world.clock.now())


def _set(world: World, timer: Timer, idle: int | None, disconnect: int | None, now: int) -> None:
    due, after = (IDLE, idle) if idle is not None else (DISCONNECT, disconnect)
    world.store.run(
        "UPDATE idle_timer SET idle = 0, due = ?, due_at = ? WHERE participant_id = ?",
        due,
        None if after is None else now + after,
        timer.participant_id,
    )
    world.store.notice(Due())
