"""All operations of this room, by name."""

from __future__ import annotations

from connect_emulator.restjson import Handler
from connect_emulator.world import World

from . import flow_modules, flows, hours, instances, people, profiles, queues, tags


def handlers(world: World) -> dict[str, Handler]:
    rooms = (instances, flows, flow_modules, queues, hours, profiles, people, tags)
    return {name: handler for room in rooms for name, handler in room.handlers(world).items()}
