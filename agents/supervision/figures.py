"""The figures of the floor, as docs/metrics.md defines them with an example each. Pure: times in, numbers out.

A figure without anything to count is None, which the page shows as a dash: never 0 and never 100 %.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

HOUR = timedelta(hours=1)
SPARK_STEP, SPARK_POINTS = timedelta(minutes=5), 12
NOT_ANSWERED = frozenset({"missed", "rejected"})
Interval = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Wait:
    """One stay of one contact in a queue (chats.models.QueueWait)."""

    queue: int
    entered_at: datetime
    left_at: datetime | None = None
    outcome: str = ""  # answered, abandoned, transferred, ended; empty: it waits
    by_transfer: bool = False

    def waited(self, now: datetime) -> float:
        return ((self.left_at or now) - self.entered_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Rule:
    """How a queue counts its service level."""

    seconds: int = 60
    goal: int = 80
    minutes: int = 30
    abandons: Literal["by_time", "missed", "excluded"] = "by_time"
    short_abandon_seconds: int = 0
    transfers: bool = True


@dataclass(frozen=True, slots=True)
class Handling:
    """One agent's part in a contact, from the offer to the end of after contact work."""

    agent: int
    queue: int
    offered_at: datetime
    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    cleared_at: datetime | None = None
    outcome: str = ""  # the state it was in when it was over
    customer_left: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """Who spoke: the customer, or a person who answers them. What the portal says by itself is neither."""

    at: datetime
    by_customer: bool


def mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return sum(found) / len(found) if found else None


# ---- queues ----------------------------------------------------------------------------------------------------------


def service_level_counts(waits: Iterable[Wait], rule: Rule, now: datetime) -> tuple[int, int]:
    """How many left the queue in time, of how many that count."""
    since = now - timedelta(minutes=rule.minutes)
    counted = [wait for wait in waits if wait.entered_at >= since and _counts(wait, rule, now)]
    return sum(_is_met(wait, rule, now) for wait in counted), len(counted)


def service_level(waits: Iterable[Wait], rule: Rule, now: datetime) -> float | None:
    """Per cent of the contacts queued within the window that left the queue in time."""
    met, counted = service_level_counts(waits, rule, now)
    return 100 * met / counted if counted else None


def _counts(wait: Wait, rule: Rule, now: datetime) -> bool:
    if not wait.outcome:
        return wait.waited(now) > rule.seconds and (rule.transfers or not wait.by_transfer)  # before, nobody can say
    if not rule.transfers and (wait.by_transfer or wait.outcome == "transferred"):
        return False
    if wait.outcome != "abandoned":
        return True
    is_short = bool(rule.short_abandon_seconds) and wait.waited(now) <= rule.short_abandon_seconds
    return rule.abandons != "excluded" and not is_short


def _is_met(wait: Wait, rule: Rule, now: datetime) -> bool:
    if wait.outcome == "abandoned" and rule.abandons == "missed":
        return False
    return bool(wait.outcome) and wait.waited(now) <= rule.seconds


def abandoned(waits: Iterable[Wait], since: datetime) -> tuple[int, float | None]:
    """Customers who left while they waited, of those queued since then: how many, and per cent."""
    queued = [wait for wait in waits if wait.entered_at >= since]
    left = sum(wait.outcome == "abandoned" for wait in queued)
    return left, 100 * left / len(queued) if queued else None


def queue_answer_time(waits: Iterable[Wait], since: datetime) -> float | None:
    """Seconds that contacts answered since then had waited, on average."""
    answered = (wait for wait in waits if wait.outcome == "answered" and wait.left_at and wait.left_at >= since)
    return mean((wait.left_at - wait.entered_at).total_seconds() for wait in answered if wait.left_at)


def waiting_every_five_minutes(waits: Sequence[Wait], now: datetime) -> list[int]:
    """How many waited at each of twelve moments, five minutes apart; the last one is now."""
    moments = [now - SPARK_STEP * back for back in reversed(range(SPARK_POINTS))]
    return [sum(w.entered_at <= at and (w.left_at is None or w.left_at > at) for w in waits) for at in moments]


# ---- agents ----------------------------------------------------------------------------------------------------------


def handle_time(handlings: Iterable[Handling], since: datetime) -> float | None:
    """Seconds from accepting a contact to the end of after contact work, on average, of those that were over since
    then. Each of parallel chats counts in full; a chat has no hold.
    """
    return mean(
        (one.cleared_at - one.accepted_at).total_seconds()
        for one in handlings
        if one.accepted_at and one.cleared_at and one.cleared_at >= since
    )


def occupancy(
    handlings: Iterable[Handling], routable: Sequence[Interval], since: datetime, now: datetime
) -> float | None:
    """Per cent of handling in handling and idle time. Parallel chats count once (the union of their times); idle is
    routable without a contact, an offer that rings included.
    """
    busy = union([(one.accepted_at, one.cleared_at or now) for one in handlings if one.accepted_at], since, now)
    free = union(routable, since, now)
    handling = _length(busy)
    idle = _length(free) - _length(_overlap(busy, free))
    return 100 * handling / (handling + idle) if handling + idle > 0 else None


def non_response(handlings: Iterable[Handling], since: datetime, *, without_abandons: bool = False) -> int:
    """Offers since then that the agent did not answer. Offers whose customer left count, unless left out."""
    return sum(
        one.offered_at >= since
        and one.accepted_at is None
        and ((one.outcome in NOT_ANSWERED and not one.customer_left) or (one.customer_left and not without_abandons))
        for one in handlings
    )


def union(intervals: Iterable[Interval], since: datetime, now: datetime) -> list[Interval]:
    """These times within the window, what overlaps joined."""
    joined: list[Interval] = []
    for begin, end in sorted((max(begin, since), min(end, now)) for begin, end in intervals):
        if begin >= end:
            continue
        if joined and begin <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((begin, end))
    return joined


def _overlap(some: Sequence[Interval], others: Sequence[Interval]) -> list[Interval]:
    return [(max(a, c), min(b, d)) for a, b in some for c, d in others if max(a, c) < min(b, d)]


def _length(intervals: Iterable[Interval]) -> float:
    return sum((end - begin).total_seconds() for begin, end in intervals)


# ---- conversations ---------------------------------------------------------------------------------------------------


def response_times(said: Iterable[Said]) -> list[tuple[datetime, float]]:
    """For each answer when it came, and the seconds since the first words of the customer that nobody had answered."""
    found: list[tuple[datetime, float]] = []
    asked: datetime | None = None
    for one in said:
        if one.by_customer:
            asked = asked or one.at
        elif asked is not None:
            found.append((one.at, (one.at - asked).total_seconds()))
            asked = None
    return found


def first_response_time(served_since: datetime, said: Iterable[Said]) -> float | None:
    """Seconds from being served to the first words of a person."""
    first = next((one.at for one in said if not one.by_customer and one.at >= served_since), None)
    return (first - served_since).total_seconds() if first else None
