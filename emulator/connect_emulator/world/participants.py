"""Participants, their connection tokens and the tickets of their sockets."""

from __future__ import annotations

from connect_emulator import limits

from . import agents
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
    now, participant_id = world.clock.now(), world.new_id()
    world.store.insert(
        "participant",
        id=participant_id,
        contact_id=contact.id,
        role=role,
        display_name=display_name,
        token=world.new_token(),
        state="CREATED",
        created_at=now,
        connect_by=None if within is None else now + within,
    )
    world.store.notice(Due())
    added = find(world, participant_id)
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
    token, expires = world.new_token(), world.clock.now() + limits.CONNECTION_TOKEN_LIVES
    world.store.run(
        "DELETE FROM connection WHERE participant_id = ? AND expires_at <= ?", participant.id, world.clock.now()
    )
    world.store.insert("connection", token=token, participant_id=participant.id, expires_at=expires)
    return token, expires


def expire_connections(world: World, initial_id: str | None = None) -> int:
    """All tokens for calls that were given out in one chat, or in all, are good no longer; how many that were."""
    now = world.clock.now()
    sql = "UPDATE connection SET expires_at = ? WHERE expires_at > ?"
    if initial_id is None:
        return world.store.run(sql, now, now)
    of_chat = "SELECT p.id FROM participant p JOIN contact c ON c.id = p.contact_id WHERE c.initial_id = ?"
    return world.store.run(f"{sql} AND participant_id IN ({of_chat})", now, now, initial_id)


def new_ticket(world: World, participant: Participant) -> str:
    token, connect_by = world.new_token(), world.clock.now() + limits.SOCKET_CONNECTS_WITHIN
    world.store.run(
        "DELETE FROM ticket WHERE participant_id = ? AND connect_by <= ?", participant.id, world.clock.now()
    )
    world.store.insert("ticket", token=token, participant_id=participant.id, connect_by=connect_by)
    return token
