"""A registered resource as answers show it: what was given at its creation, its ids, and when it was changed last."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from connect_emulator.clock import moment
from connect_emulator.restjson import Params, ServiceError
from connect_emulator.world import World, register
from connect_emulator.world.register import Resource

from .paging import page

MOST = 1000  # the documented page of all lists but that of a profile's queues


def require_instance(world: World, params: Params) -> None:
    if not world.instance.answers_to(params["InstanceId"]):
        if register.find(world, register.INSTANCE, params["InstanceId"]):
            raise ServiceError(
                "NotImplementedException",
                f"this instance was made here and holds nothing: the emulator's chats are those of {world.instance.id}",
            )
        raise ServiceError("ResourceNotFoundException", "no instance has this InstanceId")


def given(params: Params, *but: str) -> dict[str, Any]:
    """What a resource keeps of the request that made it."""
    return {name: value for name, value in params.items() if name not in {"InstanceId", "Name", *but}}


def modified(world: World, resource: Resource) -> dict[str, Any]:
    return {"LastModifiedTime": moment(resource.modified_at), "LastModifiedRegion": world.instance.region}


def summary(world: World, resource: Resource, *, name: str = "Name") -> dict[str, Any]:
    return {
        "Id": resource.id,
        "Arn": register.arn(world, resource.kind, resource.id),
        name: resource.name,
        **modified(world, resource),
    }


def listed(world: World, params: Params, into: str, resources: Iterable[Resource], **members: Any) -> dict[str, Any]:
    """One page of summaries; a member is what `members` makes of a resource, in addition to what all have."""
    entries, token = page([(resource.seq, resource) for resource in resources], params, MOST)
    summaries = [summary(world, entry) | {name: make(entry) for name, make in members.items()} for entry in entries]
    return {into: summaries, "NextToken": token}
