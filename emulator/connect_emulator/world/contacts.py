"""Contacts: found, begun, changed and ended by named methods only."""

from __future__ import annotations

import json
from typing import Any

from connect_emulator import limits, undocumented
from connect_emulator.restjson import ServiceError

from . import agents, queueing
from .rows import Contact
from .world import Due, World


def find(world: World, contact_id: str) -> Contact | None:
    row = world.store.one("SELECT * FROM contact WHERE id = ?", contact_id)
    return Contact.of(row) if row else None


def get(world: World, contact_id: str) -> Contact:
    found = find(world, contact_id)
    if found is None:
        raise ServiceError("ResourceNotFoundException", "no contact has this ContactId")
    return found


def open_contact(world: World, contact_id: str) -> Contact:
    found = get(world, contact_id)
    if found.ended:
        raise ServiceError(undocumented.CONTACT_HAS_ENDED, "the contact has ended")
    return found


def begin(world: World, **given: Any) -> Contact:
    """A chat that waits for its customer's connection."""
    now, contact_id = world.clock.now(), world.new_id()
    columns = {
        "id": contact_id,
        "initial_id": contact_id,
        "initiation_method": "API",
        "hooks": {},
        "initiated_at": now,
        "updated_at": now,
        "spoken_at": 0,
        "connect_by": now + limits.CUSTOMER_CONNECTS_WITHIN,
        **given,
    }
    kept = {k: json.dumps(v) if k in Contact.JSON and v is not None else v for k, v in columns.items()}
    world.store.insert("contact", **kept)
    world.store.notice(Due())
    world.tell_events(contact_id, "INITIATED")
    return get(world, contact_id)


def set_connected(world: World, contact: Contact) -> None:
    now = world.clock.now()
    world.store.run(
        "UPDATE contact SET connected_at = ?, updated_at = ?, connect_by = NULL WHERE id = ?", now, now, contact.id
    )


def set_ended(world: World, contact: Contact, reason: str) -> bool:
    """Whether it was this call that ended the contact."""
    now = world.clock.now()
    changed = world.store.run(
        "UPDATE contact SET ended_at = ?, end_reason = ?, updated_at = ?, connect_by = NULL, expires_at = NULL"
        " WHERE id = ? AND ended_at IS NULL",
        now,
        reason,
        now,
        contact.id,
    )
    stop_flow(world, contact)
    agents.withdraw(world, contact.id)
    queueing.leave(world, contact.id, answered=False)
    if changed:
        world.tell_events(contact.id, "DISCONNECTED")
    return changed == 1


def stop_flow(world: World, contact: Contact) -> None:
    world.store.run("DELETE FROM execution WHERE contact_id = ?", contact.id)


def has_flow(world: World, contact: Contact) -> bool:
    """Whether a flow runs, or waits, for this contact."""
    return world.store.one("SELECT 1 FROM execution WHERE contact_id = ?", contact.id) is not None


def open_chats(world: World) -> int:
    return int(world.store.value("SELECT count(DISTINCT initial_id) FROM contact WHERE ended_at IS NULL"))


def transfers(world: World, initial_id: str) -> int:
    """How often a chat went from agent to agent or from queue to queue."""
    sql = "SELECT count(*) FROM contact WHERE initial_id = ? AND initiation_method IN ('TRANSFER', 'QUEUE_TRANSFER')"
    return int(world.store.value(sql, initial_id))


def attributes(world: World, initial_id: str) -> dict[str, str]:
    return get(world, initial_id).attributes


def add_attributes(world: World, initial_id: str, added: dict[str, str], *, by_flow: bool = False) -> None:
    """Attributes belong to the chat, not to a segment: they are kept with its first contact.

    A flow may use any characters in a key (adminguide/how-to-reference-attributes), a caller of the API may not.
    """
    merged = {**attributes(world, initial_id), **added}
    if not by_flow:
        _check_keys(added)
    _check_size(merged)
    _set(world, initial_id, "attributes", json.dumps(merged))
    if undocumented.ATTRIBUTES_ARE_CONTACT_DATA:
        world.tell_events(initial_id, "CONTACT_DATA_UPDATED")


def check_attributes(given: dict[str, str]) -> None:
    """API_StartChatContact: keys of letters, digits, - and _; 32,768 bytes for all keys and values."""
    _check_keys(given)
    _check_size(given)


def _check_keys(given: dict[str, str]) -> None:
    for key in given:
        if not key or not all(c.isascii() and (c.isalnum() or c in "-_") for c in key):
            raise ServiceError("InvalidRequestException", "an attribute's key takes only letters, digits, - and _")


def _check_size(given: dict[str, str]) -> None:
    size = sum(len(key.encode()) + len(value.encode()) for key, value in given.items())
    if size > limits.ATTRIBUTES_BYTES:
        raise ServiceError("InvalidRequestException", f"attributes take {size} bytes of {limits.ATTRIBUTES_BYTES}")


def set_customer(world: World, contact: Contact, customer_id: str) -> None:
    _set(world, contact.id, "customer_id", customer_id)


def set_queue(world: World, contact: Contact, queue_id: str) -> None:
    _set(world, contact.id, "queue_id", queue_id)


def set_hooks(world: World, contact: Contact, hooks: dict[str, str]) -> None:
    _set(world, contact.id, "hooks", json.dumps({**contact.hooks, **hooks}))


def set_related(world: World, contact: Contact, related_id: str) -> None:
    _set(world, contact.id, "related_id", related_id)


def add_segment_attributes(world: World, contact: Contact, added: dict[str, Any]) -> None:
    if added:
        _set(world, contact.id, "segment_attributes", json.dumps({**contact.segment_attributes, **added}))
        world.tell_events(contact.id, "CONTACT_DATA_UPDATED")


def next_time(world: World, contact: Contact) -> int:
    """The AbsoluteTime of the chat's next item: later than all before, so that the order can be told from it."""
    last = world.store.value("SELECT spoken_at FROM contact WHERE id = ?", contact.initial_id)
    time = max(world.clock.now(), last + undocumented.ABSOLUTE_TIME_STEP)
    world.store.run("UPDATE contact SET spoken_at = ? WHERE id = ?", time, contact.initial_id)
    return int(time)


def _set(world: World, contact_id: str, column: str, value: str) -> None:
    world.store.run(
        f"UPDATE contact SET {column} = ?, updated_at = ? WHERE id = ?",  # noqa: S608 -- the name is ours
        value,
        world.clock.now(),
        contact_id,
    )
