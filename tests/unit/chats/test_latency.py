"""Percentiles of how long messages took, of the last minutes, and what was found late."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agents.protocol import NOTIFICATIONS
from chats import latency
from chats.realtime import hints


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    now = [1000.0]
    monkeypatch.setattr("chats.latency.time.monotonic", lambda: now[0])
    latency.forget()
    yield now
    latency.forget()


def test_percentiles_are_of_the_last_five_minutes_by_nearest_rank(clock: list[float]) -> None:
    latency.observe("painted", 60)
    clock[0] += latency.WINDOW + 1
    for number in range(1, 101):
        latency.observe("painted", number / 1000)
    latency.observe("answered", -3)  # a clock that is ahead
    told = latency.summary()
    assert told["painted"] == {"p50": 50, "p95": 95, "p99": 99, "messages": 100}
    assert told["answered"] == {"p50": 0, "p95": 0, "p99": 0, "messages": 1}
    assert (told["received"], told["minutes"], told["behindSeconds"]) == (None, 5, None)
    NOTIFICATIONS["latency"].from_wire(told)


def test_what_was_found_late_is_told_to_every_process_for_a_minute(clock: list[float]) -> None:
    hints.add_listener(latency.hear)
    try:
        latency.found_late(latency.LATE_AFTER)  # it was on its way
        assert latency.summary()["behindSeconds"] is None
        latency.found_late(42.4)
    finally:
        hints.remove_listener(latency.hear)
    assert latency.summary()["behindSeconds"] == 42
    clock[0] += latency.LATE_SHOWN
    assert latency.summary()["behindSeconds"] is None
