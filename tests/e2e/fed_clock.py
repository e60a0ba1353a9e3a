"""The time of a fed desk's page and of its server, which a test lets pass: nobody sleeps."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from chats.wire import iso
from tests.e2e.fed_desk import FedDesk


class FedClock:
    """Make it before the page opens. Time goes on by itself too, as fast as ours."""

    def __init__(self, desk: FedDesk) -> None:
        self._page = desk.page
        self._began, self._passed = datetime.now(UTC), 0.0
        self._turned = time.monotonic()
        self._page.clock.install(time=self._began)
        desk.answers["ping"] = self.told
        desk.answers["connect"] = lambda asked: {**self.told(asked), "streams": []}

    def at(self, seconds: float = 0) -> str:
        """So long from now, by this clock."""
        real = time.monotonic() - self._turned
        return iso(self._began + timedelta(seconds=real + self._passed + seconds))

    def told(self, _asked: dict[str, Any]) -> dict[str, Any]:
        return {"serverTime": self.at()}

    def passes(self, seconds: float) -> None:
        """Timers that were due meanwhile go off once, as after a nap."""
        self._passed += seconds
        self._page.clock.fast_forward(int(seconds * 1000))
