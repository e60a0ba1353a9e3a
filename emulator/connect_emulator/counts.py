"""Contacts counted as the historical metrics count them (adminguide/historical-metrics-definitions).

A chat begins with the initiation method API, so it is no incoming contact; its transfer is one.
"""

from __future__ import annotations

from connect_emulator.world import World

_CONNECTED = "EXISTS (SELECT 1 FROM agent_contact a WHERE a.contact_id = c.id AND a.connected_at IS NOT NULL)"
_COUNTS = {
    "CONTACTS_INCOMING": (
        "SELECT count(*) FROM contact WHERE initiation_method IN ('INBOUND', 'TRANSFER', 'QUEUE_TRANSFER')"
    ),
    "API_CONTACTS": "SELECT count(*) FROM contact WHERE initiation_method = 'API'",
    "API_CONTACTS_HANDLED": f"SELECT count(*) FROM contact c WHERE initiation_method = 'API' AND {_CONNECTED}",  # noqa: S608 -- ours
    "CONTACTS_HANDLED": f"SELECT count(*) FROM contact c WHERE {_CONNECTED}",  # noqa: S608 -- ours
    "CONTACTS_MISSED": "SELECT count(*) FROM agent_contact WHERE state = 'MISSED'",
    "CONTACTS_ABANDONED": (
        "SELECT count(*) FROM queued q JOIN contact c ON c.id = q.contact_id"
        " WHERE q.left_at IS NOT NULL AND NOT q.answered AND c.end_reason = 'CUSTOMER_DISCONNECT'"
    ),
    "CONTACTS_AGENT_HUNG_UP_FIRST": "SELECT count(*) FROM contact WHERE end_reason = 'AGENT_DISCONNECT'",
}


def counted(world: World) -> dict[str, int]:
    """Of all contacts there ever were."""
    return {name: int(world.store.value(sql)) for name, sql in _COUNTS.items()}
