"""The access keys of the state file: as long as there is none, any key may sign; as soon as there is one, only those."""

from __future__ import annotations

from dataclasses import dataclass

from connect_emulator.world import World

from .policies import Policy


@dataclass(frozen=True, slots=True)
class AccessKey:
    """`policy` is the text of a policy document; without one its user may do everything."""

    id: str
    secret: str
    policy: str | None = None


def replace(world: World, keys: tuple[AccessKey, ...]) -> None:
    """These and no others; none at all opens the door again."""
    world.store.run("DELETE FROM access_key")
    for key in keys:
        world.store.insert("access_key", id=key.id, secret=key.secret, policy=key.policy)


def there_are_any(world: World) -> bool:
    return world.store.one("SELECT 1 FROM access_key LIMIT 1") is not None


def find(world: World, key_id: str) -> AccessKey | None:
    row = world.store.one("SELECT * FROM access_key WHERE id = ?", key_id)
    return AccessKey(**dict(row)) if row else None


def policy_of(key: AccessKey) -> Policy | None:
    return None if key.policy is None else Policy.read(key.policy)
