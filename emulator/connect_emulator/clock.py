"""The emulator's time, in milliseconds: the machine's clock, moved forward when somebody turns it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _machine() -> int:
    return time.time_ns() // 1_000_000


class Clock:
    """Contacts live by `now`; SNS posts, whose age a receiver checks with its own clock, live by `wall`."""

    def __init__(self, offset: int = 0) -> None:
        self.offset = offset

    def wall(self) -> int:
        return _machine()

    def now(self) -> int:
        return self.wall() + self.offset

    def advance(self, milliseconds: int) -> None:
        if milliseconds < 0:
            raise ValueError("a clock is only turned forward")
        self.offset += milliseconds


class FakeClock(Clock):
    """Stands still until it is turned; both kinds of time move together."""

    def __init__(self, start: int = 1_800_000_000_000) -> None:
        super().__init__()
        self.start = start

    def wall(self) -> int:
        return self.start + self.offset

    def now(self) -> int:
        return self.wall()


def iso(milliseconds: int) -> str:
    """2027-01-15T08:00:00.000Z, as Connect writes AbsoluteTime and Expiry."""
    return moment(milliseconds).strftime("%Y-%m-%dT%H:%M:%S.") + f"{milliseconds % 1000:03d}Z"


def moment(milliseconds: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=milliseconds)


def parse_iso(text: str) -> int:
    """Raises ValueError when the text is no ISO 8601 time."""
    parsed = datetime.fromisoformat(text)
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=UTC)
    return (parsed - _EPOCH) // timedelta(milliseconds=1)
