"""Participants, their connection tokens and the tickets of their sockets."""

from __future__ import annotations

from typing import Any

from connect_emulator import limits

from . import agents
from .reservations import Reservation
from .rows import Contact, Participant
from .world import Due, World


def find(world: World, participant_id: str) -> Participant | None:
    row = world.store.one("SELECT * FROM participant WHERE id = ?", participant_id)
    return Participant.of(row) if row else None


def by_token(world: World, token: str) -> Participant | None:
    row = world.store.one("SELECT * FROM participant WHERE token = ?", token)
    return Participant.of(row) if row else None


def by_connection(world: World, token: str) -> Participant | None:
    """Whose connection token this is, as long as it lives."""
    row = world.store.one(
        "SELECT p.* FROM participant p JOIN connection c ON c.participant_id = p.id WHERE c.token = ? AND c.expires_at > ?",
        token,
        world.clock.now(),
    )
    return Participant.of(row) if row else None


def by_ticket(world: World, token: str) -> Participant | None:
    """Whose socket this URL opens; the URL opens it several times, within 100 s."""
    row = world.store.one(
        "SELECT p.* FROM participant p JOIN ticket t ON t.participant_id = p.id"
        " WHERE t.token = ? AND t.connect_by > ? AND p.state != 'LEFT'",
        token,
        world.clock.now(),
    )
    return Participant.of(row) if row else None


def present(world: World, contact: Contact) -> list[Participant]:
    """All who have not left, whether or not they are connected."""
    rows = world.store.all(
        "SELECT * FROM participant WHERE contact_id = ? AND state != 'LEFT' ORDER BY created_at, id", contact.id
    )
    return [Participant.of(row) for row in rows]


def of_role(world: World, contact: Contact, *roles: str) -> list[Participant]:
    return [participant for participant in present(world, contact) if participant.role in roles]


def add(world: World, contact: Contact, role: str, display_name: str, *, within: int | None = None) -> Participant:
    connect_by = None if within is None else world.clock.now() + within
    ids = {"id": world.new_id(), "token": world.new_token()}
    return _insert(world, contact, role=role, display_name=display_name, connect_by=connect_by, **ids)


def add_agent(world: World, contact: Contact, display_name: str, reserved: Reservation | None) -> Participant:
    """What was reserved while the contact rang is the agent's own from now on."""
    if reserved is None:
        return add(world, contact, "AGENT", display_name)
    ids = {"id": reserved.participant_id, "token": reserved.token}
    added = _insert(world, contact, role="AGENT", display_name=display_name, **ids)
    _keep_connection(world, added.id, reserved.connection_token)
    return added


def _insert(world: World, contact: Contact, **columns: Any) -> Participant:
    created = {"contact_id": contact.id, "state": "CREATED", "created_at": world.clock.now()}
    world.store.insert("participant", **created, **columns)
    world.store.notice(Due())
    added = find(world, columns["id"])
    if added is None:
        raise AssertionError("a row that was just inserted")
    return added


def set_connecting(world: World, participant: Participant) -> None:
    """It asked for a connection in time; a custom participant's socket now has 100 s."""
    world.store.run(
        "UPDATE participant SET state = 'CONNECTING', connect_by = ? WHERE id = ? AND state = 'CREATED'",
        None if participant.connect_by is None else world.clock.now() + limits.SOCKET_CONNECTS_WITHIN,
        participant.id,
    )


def set_connected(world: World, participant: Participant) -> bool:
    """Whether it was this call that connected it."""
    sql = "UPDATE participant SET state = 'CONNECTED', connect_by = NULL WHERE id = ? AND state IN ('CREATED', 'CONNECTING')"
    return world.store.run(sql, participant.id) == 1


def set_left(world: World, participant: Participant) -> bool:
    """Whether it was this call that took it out of the chat."""
    agents.participant_left(world, participant.id)
    sql = "UPDATE participant SET state = 'LEFT', connect_by = NULL, left_at = ? WHERE id = ? AND state != 'LEFT'"
    return world.store.run(sql, world.clock.now(), participant.id) == 1


def new_connection(world: World, participant: Participant) -> tuple[str, int]:
    """A token for the calls of one day, and when it expires."""
    token = world.new_token()
    world.store.run(
        "DELETE FROM connection WHERE participant_id = ? AND expires_at <= ?", participant.id, world.clock.now()
    )
    return token, _keep_connection(world, participant.id, token)


def expire_connections(world: World, initial_id: str | None = None) -> int:
    """All tokens for calls that were given out in one chat, or in all, are good no longer; how many that were."""
    now = world.clock.now()
    sql = "UPDATE connection SET expires_at = ? WHERE expires_at > ?"
    if initial_id is None:
        return world.store.run(sql, now, now)
    of_chat = "SELECT p.id FROM participant p JOIN contact c ON c.id = p.contact_id WHERE c.initial_id = ?"
    return world.store.run(f"{sql} AND participant_id IN ({of_chat})", now, now, initial_id)


def _keep_connection(world: World, participant_id: str, token: str) -> int:
    expires = world.clock.now() + limits.CONNECTION_TOKEN_LIVES
    world.store.insert("connection", token=token, participant_id=participant_id, expires_at=expires)
    return expires


def new_ticket(world: World, participant: Participant) -> str:
    token, connect_by = world.new_token(), world.clock.now() + limits.SOCKET_CONNECTS_WITHIN
    world.store.run(
        "DELETE FROM ticket WHERE participant_id = ? AND connect_by <= ?", participant.id, world.clock.now()
    )
    world.store.insert("ticket", token=token, participant_id=participant.id, connect_by=connect_by)
    return token
