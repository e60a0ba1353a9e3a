"""Pure: is a place open at this moment? Weekly ranges in its own time zone, as Amazon Connect's hours of operation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEK = 7


@dataclass(frozen=True, slots=True)
class Range:
    """From `opens` on this weekday (Monday is 0) until `closes`; not later than it opens means: on the next day."""

    weekday: int
    opens: time
    closes: time

    @property
    def ends_next_day(self) -> bool:
        return self.closes <= self.opens


def is_open(now: datetime, zone: str, ranges: Iterable[Range]) -> bool:
    """Whether the wall clock there stands in one of these ranges; without any it is never open."""
    there = now.astimezone(ZoneInfo(zone))
    today, yesterday = there.weekday(), (there - timedelta(days=1)).weekday()
    clock = there.time()
    return any(_covers(one, today, clock) or _reaches_over(one, yesterday, clock) for one in ranges)


def _covers(one: Range, today: int, clock: time) -> bool:
    return one.weekday == today and one.opens <= clock and (one.ends_next_day or clock < one.closes)


def _reaches_over(one: Range, yesterday: int, clock: time) -> bool:
    return one.weekday == yesterday and one.ends_next_day and clock < one.closes
