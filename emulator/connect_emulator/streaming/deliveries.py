"""The durable queue of SNS posts: what is due, and what became of a post."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

from connect_emulator import limits, undocumented
from connect_emulator.world import World

from .envelope import Post

_KEPT = 2_000  # posts that are over and stay to be looked at
_DELAYS = {
    "Notification": undocumented.SNS_DELAYS,
    "SubscriptionConfirmation": undocumented.SNS_CONFIRMATION_DELAYS,
}
# What is delivered one after the other: to one endpoint, what belongs to one chat. What belongs to none has its own lane.
_LANE = "d.subscription_arn || ' ' || coalesce(json_extract(d.attributes, '$.InitialContactId'), d.seq)"
_IS_FREE = f"{_LANE} NOT IN (SELECT value FROM json_each(?))"  # noqa: S608 -- the words are ours
_COLUMNS = (
    f"SELECT d.*, {_LANE} AS lane, s.topic_arn, s.endpoint, s.token"  # noqa: S608 -- the words are ours
    " FROM delivery d JOIN subscription s ON s.arn = d.subscription_arn"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an endpoint did with a post: an HTTP status, or None with the reason why there was none."""

    post: Post
    status: int | None
    note: str = ""

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def final(self) -> bool:
        """SNS gives up at once on a client error, except 429 (sns: message-delivery-retries)."""
        return self.status is not None and 400 <= self.status < 500 and self.status != 429


def due(world: World, busy: Collection[str], most: int, late: int = 0) -> list[Post]:
    """The oldest posts whose time has come, or came so many milliseconds ago; none of a lane that is being delivered."""
    rows = world.store.all(
        f"{_COLUMNS} WHERE d.next_at <= ? AND {_IS_FREE} ORDER BY d.next_at, d.seq LIMIT ?",
        world.clock.wall() - late,
        json.dumps(list(busy)),
        most,
    )
    return [_post(row) for row in rows]


def next_due(world: World, busy: Collection[str]) -> int | None:
    """When the next post is due that can be begun, in the machine's time."""
    sql = f"SELECT d.next_at FROM delivery d WHERE d.next_at IS NOT NULL AND {_IS_FREE} ORDER BY d.next_at LIMIT 1"  # noqa: S608 -- the words are ours
    found = world.store.value(sql, json.dumps(list(busy)))
    return None if found is None else int(found)


def settle(world: World, outcomes: list[Outcome]) -> None:
    """One change for many posts: forgetting it in a crash only means posting again, which SNS does, too."""
    with world.store.change():
        for outcome in outcomes:
            _settle(world, outcome)
        newest = world.store.value("SELECT max(seq) FROM delivery") or 0
        world.store.run("DELETE FROM delivery WHERE next_at IS NULL AND seq < ?", newest - _KEPT)


def _settle(world: World, outcome: Outcome) -> None:
    attempts, next_at = outcome.post.attempts + 1, None
    state = "DELIVERED" if outcome.delivered else "FAILED"
    if not outcome.delivered and not outcome.final:
        next_at = next_attempt(_DELAYS[outcome.post.kind], attempts, outcome.post.published_at, world.clock.wall())
        state = "FAILED" if next_at is None else "PENDING"
    world.store.run(
        "UPDATE delivery SET attempts = ?, next_at = ?, state = ?, note = ? WHERE seq = ?",
        attempts,
        next_at,
        state,
        outcome.note or str(outcome.status),
        outcome.post.seq,
    )


def next_attempt(delays: tuple[int, ...], attempts: int, published_at: int, now: int) -> int | None:
    """When to try again after so many attempts; None when the hour is over."""
    at = now + delays[min(attempts - 1, len(delays) - 1)] * limits.SECOND
    return at if at <= published_at + limits.SNS_GIVES_UP_AFTER else None


def listed(world: World) -> list[dict[str, object]]:
    """For people and tests: all posts that are pending and the last that are over."""
    return [
        {
            "messageId": row["message_id"],
            "endpoint": row["endpoint"],
            "topicArn": row["topic_arn"],
            "type": row["kind"],
            "state": row["state"],
            "attempts": row["attempts"],
            "note": row["note"],
            "itemId": json.loads(row["message"]).get("Id") if row["kind"] == "Notification" else None,
        }
        for row in world.store.all(f"{_COLUMNS} ORDER BY d.seq")
    ]


def _post(row: sqlite3.Row) -> Post:
    return Post(
        seq=row["seq"],
        lane=row["lane"],
        message_id=row["message_id"],
        subscription_arn=row["subscription_arn"],
        topic_arn=row["topic_arn"],
        endpoint=row["endpoint"],
        token=row["token"],
        kind=row["kind"],
        message=row["message"],
        attributes=json.loads(row["attributes"]),
        published_at=row["published_at"],
        attempts=row["attempts"],
    )
