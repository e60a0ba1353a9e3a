"""The register of the instance: its flows, queues, hours, users and the like, each by kind, id and name.

The kinds are the words their ARNs have.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from connect_emulator import limits
from connect_emulator.instance import last_part
from connect_emulator.restjson import ServiceError

from .rows import Row
from .world import World

FLOW: Final = "contact-flow"
MODULE: Final = "flow-module"
QUEUE: Final = "queue"
HOURS: Final = "operating-hours"
USER: Final = "agent"
ROUTING_PROFILE: Final = "routing-profile"
STATUS: Final = "agent-state"
SECURITY_PROFILE: Final = "security-profile"
INSTANCE: Final = "instance"
KINDS: Final = (FLOW, QUEUE, HOURS, USER, ROUTING_PROFILE, STATUS, SECURITY_PROFILE)  # what an instance holds

_CALLED: Mapping[str, str] = {
    FLOW: "flow",
    MODULE: "flow module",
    QUEUE: "queue",
    HOURS: "hours of operation",
    USER: "user",
    ROUTING_PROFILE: "routing profile",
    STATUS: "agent status",
    SECURITY_PROFILE: "security profile",
    INSTANCE: "instance",
}


@dataclass(frozen=True, slots=True)
class Resource(Row):
    JSON: ClassVar[frozenset[str]] = frozenset({"body"})

    seq: int
    kind: str
    id: str
    name: str
    body: dict[str, Any]
    modified_at: int


def arn(world: World, kind: str, resource_id: str) -> str:
    if kind == INSTANCE:
        return f"{world.instance.arn.rpartition('/')[0]}/{resource_id}"
    return f"{world.instance.arn}/{kind}/{resource_id}"


def find(world: World, kind: str, id_or_arn: str) -> Resource | None:
    row = world.store.one("SELECT * FROM resource WHERE kind = ? AND id = ?", kind, last_part(id_or_arn))
    return Resource.of(row) if row else None


def get(world: World, kind: str, id_or_arn: str) -> Resource:
    found = find(world, kind, id_or_arn)
    if found is None:
        raise ServiceError("ResourceNotFoundException", f"the instance has no {_CALLED[kind]} with the id {id_or_arn}")
    return found


def all_of(world: World, kind: str) -> list[Resource]:
    """In the order they were made."""
    return [Resource.of(row) for row in world.store.all("SELECT * FROM resource WHERE kind = ? ORDER BY seq", kind)]


def default_id(world: World, kind: str, name: str) -> str:
    """The id of what every instance begins with: the same for the same instance."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{world.instance.arn}/{kind}/{name}"))


def add(world: World, kind: str, name: str, body: dict[str, Any], *, resource_id: str | None = None) -> Resource:
    _require_free(world, kind, name)
    if len(all_of(world, kind)) >= limits.RESOURCES[kind]:
        raise ServiceError(
            "LimitExceededException", f"an instance has at most {limits.RESOURCES[kind]} of kind {_CALLED[kind]}"
        )
    made = resource_id or world.new_id()
    world.store.insert("resource", kind=kind, id=made, name=name, body=json.dumps(body), modified_at=world.clock.now())
    return get(world, kind, made)


def change(world: World, resource: Resource, *, name: str | None = None, **members: Any) -> Resource:
    """Another name, and other members of the body; what is not named stays."""
    if name is not None and name != resource.name:
        _require_free(world, resource.kind, name)
    world.store.run(
        "UPDATE resource SET name = ?, body = ?, modified_at = ? WHERE seq = ?",
        resource.name if name is None else name,
        json.dumps({**resource.body, **members}),
        world.clock.now(),
        resource.seq,
    )
    return get(world, resource.kind, resource.id)


def remove(world: World, resource: Resource) -> None:
    world.store.run("DELETE FROM resource WHERE seq = ?", resource.seq)


def _require_free(world: World, kind: str, name: str) -> None:
    if world.store.one("SELECT 1 FROM resource WHERE kind = ? AND name = ?", kind, name):
        raise ServiceError("DuplicateResourceException", f"the instance has a {_CALLED[kind]} with this name already")
