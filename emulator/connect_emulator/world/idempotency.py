"""A ClientToken stands for one effect: the second call with it gets the answer of the first, also after a restart."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from .world import World


def once(world: World, scope: str, client_token: str | None, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    if not client_token:
        return act()
    known = earlier(world, scope, client_token)
    if known is not None:
        return known
    answer = act()
    world.store.insert("answered", scope=scope, client_token=client_token, answer=json.dumps(answer))
    return answer


def earlier(world: World, scope: str, client_token: str | None) -> dict[str, Any] | None:
    found = world.store.value(
        "SELECT answer FROM answered WHERE scope = ? AND client_token = ?", scope, client_token or ""
    )
    return None if found is None else dict(json.loads(found))
