"""Quotas AWS gives an account: how often each operation may be called, how many chats may be open. Kept when somebody says so.

adminguide/amazon-connect-service-limits: requests per second, and how many at once; 429 above.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from connect_emulator.clock import Clock

Rate = tuple[int, int]  # a second, at once
USUAL: Final[Mapping[str, Rate]] = {"connect": (2, 5), "connectparticipant": (2, 5)}
RATES: Final[Mapping[str, Mapping[str, Rate]]] = {
    "connect": {
        "StartChatContact": (5, 8),
        "StartContactStreaming": (5, 8),
        "StopContactStreaming": (5, 8),
    },
    "connectparticipant": {
        "CreateParticipantConnection": (6, 9),
        "DisconnectParticipant": (3, 5),
        "GetTranscript": (8, 12),
        "SendEvent": (10, 15),
        "SendMessage": (10, 15),
    },
}


@dataclass(slots=True)
class Bucket:
    """Tokens come back evenly, up to what may be called at once."""

    left: float
    at: int

    def take(self, rate: Rate, now: int) -> bool:
        a_second, most = rate
        self.left = min(most, self.left + (now - self.at) / 1000 * a_second)
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


class Quotas:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, str], Bucket] = {}
        self.rates = False

    def keep_rates(self, *, kept: bool) -> None:
        with self._lock:
            self.rates = kept
            self._buckets.clear()

    def admits(self, service: str, operation: str) -> bool:
        """Each operation has a bucket of its own, for the whole account. SNS has quotas nobody here comes near."""
        if not self.rates or service not in USUAL:
            return True
        rate, now = RATES[service].get(operation, USUAL[service]), self._clock.now()
        with self._lock:
            bucket = self._buckets.setdefault((service, operation), Bucket(rate[1], now))
            return bucket.take(rate, now)
