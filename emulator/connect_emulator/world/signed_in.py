"""Agents who have signed in at a CCP; routing offers contacts to nobody else."""

from __future__ import annotations

import hashlib
import json

from connect_emulator import undocumented

from . import register
from .register import Resource
from .world import Due, World


def begin(world: World, agent: Resource) -> str:
    """A session; the token its page shows from now on."""
    now, token = world.clock.now(), world.new_token()
    world.store.run("DELETE FROM ccp_session WHERE expires_at <= ?", now)
    world.store.insert(
        "ccp_session", token=_digest(token), user_id=agent.id, expires_at=now + undocumented.CCP_SESSION_LIVES
    )
    world.store.notice(Due())
    return token


def holder(world: World, token: str) -> Resource | None:
    """Whose session this is, as long as it lives."""
    sql = "SELECT user_id FROM ccp_session WHERE token = ? AND expires_at > ?"
    found = world.store.value(sql, _digest(token), world.clock.now())
    return None if found is None else register.find(world, register.USER, str(found))


def end(world: World, token: str) -> None:
    world.store.run("DELETE FROM ccp_session WHERE token = ?", _digest(token))


def everyone(world: World) -> list[Resource]:
    """The agents with a session, in the order they were made."""
    rows = world.store.all("SELECT DISTINCT user_id FROM ccp_session WHERE expires_at > ?", world.clock.now())
    found = [register.find(world, register.USER, row["user_id"]) for row in rows]
    return sorted((each for each in found if each), key=lambda each: each.seq)


def preferences(world: World, agent: Resource) -> dict[str, str]:
    kept = world.store.value("SELECT preferences FROM ccp_preferences WHERE user_id = ?", agent.id)
    return {} if kept is None else dict(json.loads(str(kept)))


def set_preferences(world: World, agent: Resource, changed: dict[str, str]) -> None:
    merged = json.dumps({**preferences(world, agent), **changed})
    world.store.run("INSERT OR REPLACE INTO ccp_preferences VALUES (?, ?)", agent.id, merged)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
