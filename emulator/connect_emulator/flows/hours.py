"""Whether hours of operation include a moment."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

_DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_MIDNIGHT = 24 * 60


def is_open(config: Iterable[Mapping[str, Any]], time_zone: str, now: datetime) -> bool:
    """Each entry of `config` is a day with its StartTime and EndTime, which it does not include."""
    local = now.astimezone(zoneinfo.ZoneInfo(time_zone))
    today, yesterday = _DAYS[local.weekday()], _DAYS[(local - timedelta(days=1)).weekday()]
    minute = local.hour * 60 + local.minute
    return any(_includes(entry, today, yesterday, minute) for entry in config)


def _includes(entry: Mapping[str, Any], today: str, yesterday: str, minute: int) -> bool:
    """An end at or before the start is of the next day: 00:00 to 00:00 is the whole day."""
    start, end = _minute(entry["StartTime"]), _minute(entry["EndTime"])
    over_midnight = end <= start
    if entry["Day"] == today and start <= minute < (_MIDNIGHT if over_midnight else end):
        return True
    return over_midnight and entry["Day"] == yesterday and minute < end


def _minute(time: Mapping[str, int]) -> int:
    return time["Hours"] * 60 + time["Minutes"]
