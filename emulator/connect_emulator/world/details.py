"""What is known of a contact, or of its whole chat, beside how it stands: names, references, timers, preferences."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .rows import Contact
from .world import World

TimerOf = tuple[str, str]  # ("CUSTOMER" | "AGENT", "IDLE" | "DISCONNECT_NONCUSTOMER")


@dataclass(frozen=True, slots=True)
class Details:
    """Of one contact."""

    name: str | None = None
    description: str | None = None
    references: dict[str, dict[str, Any]] = field(default_factory=dict)


def of_contact(world: World, contact_id: str) -> Details:
    row = world.store.one("SELECT * FROM contact_detail WHERE contact_id = ?", contact_id)
    return Details(row["name"], row["description"], json.loads(row["contact_references"])) if row else Details()


def set_details(world: World, contact: Contact, details: Details) -> None:
    world.store.run(
        "INSERT OR REPLACE INTO contact_detail VALUES (?, ?, ?, ?)",
        contact.id,
        details.name,
        details.description,
        json.dumps(details.references),
    )


def role_config(world: World, contact: Contact) -> dict[TimerOf, int]:
    """The minutes of each timer that is set, by role and type: what UpdateParticipantRoleConfig has said of this chat."""
    row = _of_chat(world, contact)
    kept = json.loads(row["role_config"]) if row else []
    return {(role, kind): minutes for role, kind, minutes in kept}


def set_role_config(world: World, contact: Contact, changes: Mapping[TimerOf, int | None]) -> None:
    """None unsets a timer; the others stay as they are."""
    merged = {**role_config(world, contact), **changes}
    kept = [[role, kind, minutes] for (role, kind), minutes in sorted(merged.items()) if minutes is not None]
    _set(world, contact, "role_config", json.dumps(kept))


def set_preferences(
    world: World, contact: Contact, *, response_mode: str | None, disconnect_on_customer_exit: list[str]
) -> None:
    """What StartChatContact says of a whole chat."""
    if response_mode:
        _set(world, contact, "response_mode", response_mode)
    if disconnect_on_customer_exit:
        _set(world, contact, "disconnect_on_customer_exit", json.dumps(disconnect_on_customer_exit))


def response_mode(world: World, contact: Contact) -> str | None:
    row = _of_chat(world, contact)
    return row["response_mode"] if row else None


def disconnect_on_customer_exit(world: World, contact: Contact) -> list[str]:
    """The roles that go when the customer goes."""
    row = _of_chat(world, contact)
    return list(json.loads(row["disconnect_on_customer_exit"])) if row else []


def _of_chat(world: World, contact: Contact) -> Mapping[str, Any] | None:
    row = world.store.one("SELECT * FROM chat_detail WHERE initial_id = ?", contact.initial_id)
    return dict(row) if row else None


def _set(world: World, contact: Contact, column: str, value: str) -> None:
    world.store.run(
        f"INSERT INTO chat_detail (initial_id, {column}) VALUES (?, ?)"  # noqa: S608 -- the name is ours
        f" ON CONFLICT (initial_id) DO UPDATE SET {column} = excluded.{column}",
        contact.initial_id,
        value,
    )
