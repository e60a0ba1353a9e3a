"""What every new instance begins with, as AWS furnishes it: a queue, its hours, a profile, two statuses, four roles, eight flows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connect_emulator.flows import Flow
from connect_emulator.world import World, register

from .default_flows import documents
from .flows import blank, load
from .instances import CREATED, ensure_own

_ALWAYS = [
    {"Day": day, "StartTime": {"Hours": 0, "Minutes": 0}, "EndTime": {"Hours": 0, "Minutes": 0}}
    for day in ("SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY")
]
SECURITY_PROFILES = ("Admin", "Agent", "CallCenterManager", "QualityAnalyst")


def furnish(world: World, flows: Mapping[str, Flow]) -> None:
    """Once; and the flows of the command line, as often as their files have changed."""
    with world.store.change():
        if not world.store.meta(CREATED):
            world.store.set_meta(CREATED, str(world.clock.now()))
            _furnish(world)
        ensure_own(world)
        for flow_id, flow in flows.items():
            load(world, flow_id, flow)


def _furnish(world: World) -> None:
    hours = _add(world, register.HOURS, "Basic Hours", {"TimeZone": "UTC", "Config": _ALWAYS})
    body = {"Description": "A simple, basic voice queue.", "HoursOfOperationId": hours, "Status": "ENABLED"}
    queue = _add(world, register.QUEUE, "BasicQueue", body)
    config = {"QueueReference": {"QueueId": queue, "Channel": "CHAT"}, "Priority": 1, "Delay": 0}
    profile = {
        "Description": "A simple routing profile.",
        "DefaultOutboundQueueId": queue,
        "QueueConfigs": [config],
        "MediaConcurrencies": [{"Channel": "CHAT", "Concurrency": 2}],
    }
    _add(world, register.ROUTING_PROFILE, "Basic Routing Profile", profile)
    for order, (name, kind) in enumerate((("Available", "ROUTABLE"), ("Offline", "OFFLINE")), start=1):
        _add(world, register.STATUS, name, {"State": "ENABLED", "DisplayOrder": order, "Type": kind})
    for name in SECURITY_PROFILES:
        _add(world, register.SECURITY_PROFILE, name, {})
    for name, (kind, text) in documents().items():
        _add(world, register.FLOW, name, {**blank(kind), "published": text, "default": True})


def _add(world: World, kind: str, name: str, body: dict[str, Any]) -> str:
    return register.add(world, kind, name, body, resource_id=register.default_id(world, kind, name)).id
