"""Who an agent will be in the chat that rings: ids and tokens that are known before the agent has accepted."""

from __future__ import annotations

from dataclasses import dataclass

from .rows import Row
from .world import World


@dataclass(frozen=True, slots=True)
class Reservation(Row):
    seq: int  # of the agent_contact
    participant_id: str
    token: str
    connection_token: str  # good as soon as the agent has accepted


def make(world: World, seq: int) -> None:
    world.store.insert(
        "reserved_participant",
        seq=seq,
        participant_id=world.new_id(),
        token=world.new_token(),
        connection_token=world.new_token(),
    )


def of(world: World, seq: int) -> Reservation | None:
    """None of an offer that an earlier version made."""
    row = world.store.one("SELECT * FROM reserved_participant WHERE seq = ?", seq)
    return Reservation.of(row) if row else None
