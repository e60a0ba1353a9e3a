"""Pure: is a place open at this moment? Weekly ranges in its own time zone, as Amazon Connect's hours of operation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEK = 7
NO_HOLIDAYS: Mapping[date, Iterable[Range]] = {}  # no day is a holiday


@dataclass(frozen=True, slots=True)
class Range:
    """From `opens` on this weekday (Monday is 0) until `closes`; not later than it opens means: on the next day."""

    weekday: int
    opens: time
    closes: time

    @property
    def ends_next_day(self) -> bool:
        return self.closes <= self.opens


def is_open(
    now: datetime, zone: str, ranges: Iterable[Range], holidays: Mapping[date, Iterable[Range]] = NO_HOLIDAYS
) -> bool:
    """Whether the wall clock there stands in one of these ranges; without any it is never open.

    A holiday has ranges of its own in place of its weekday's, or none, and nothing of the day before reaches into it.
    """
    there, weekly = now.astimezone(ZoneInfo(zone)), list(ranges)
    today, clock = there.date(), there.time()
    yesterday = today - timedelta(days=1)
    if any(_covers(one, clock) for one in _of(today, weekly, holidays)):
        return True
    return today not in holidays and any(_reaches_over(one, clock) for one in _of(yesterday, weekly, holidays))


def _of(day: date, weekly: Iterable[Range], holidays: Mapping[date, Iterable[Range]]) -> Iterable[Range]:
    return holidays[day] if day in holidays else (one for one in weekly if one.weekday == day.weekday())


def _covers(one: Range, clock: time) -> bool:
    return one.opens <= clock and (one.ends_next_day or clock < one.closes)


def _reaches_over(one: Range, clock: time) -> bool:
    return one.ends_next_day and clock < one.closes
