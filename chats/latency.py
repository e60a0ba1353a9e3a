"""How long messages take, in this process, over the last minutes: for supervisors (the floor's `latency` frame) and /metrics.

Stages: *received*, from Connect's AbsoluteTime until an item is committed (where the webhook or the queue is read); *painted*,
until it stood on an agent's screen, and *answered*, from an agent's Enter until Connect had the message (both are told by pages,
to the process that has their socket). What comparing with Connect found late is told to every process.
"""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from typing import Any

from . import metrics, realtime
from .realtime import Update

WINDOW = 300.0  # seconds
MOST_SAMPLES = 5000  # of one stage
LATE_AFTER = 2.0  # seconds: what a comparison finds sooner was on its way
LATE_SHOWN = 60.0  # seconds
STREAM = "latency"  # no socket follows it: hubs give it to their listeners
STAGES = ("received", "painted", "answered")
PERCENTILES = (50, 95, 99)

_lock = threading.Lock()  # ingest observes on the loop, jobs on database threads
_samples: dict[str, deque[tuple[float, float]]] = defaultdict(lambda: deque(maxlen=MOST_SAMPLES))
_late: tuple[float, float] | None = None


def observe(stage: str, seconds: float) -> None:
    """One message took so long to this stage. A clock that is ahead of Connect's makes it 0, never less."""
    taken = max(0.0, seconds)
    with _lock:
        _samples[stage].append((time.monotonic(), taken))
    metrics.LATENCY[stage].observe(taken)


def found_late(seconds: float) -> None:
    """A comparison with Connect has found what should have come by itself so long ago."""
    if seconds > LATE_AFTER:
        realtime.broadcast(STREAM, "late", {"seconds": round(seconds, 1)})


def hear(hint: Update | str) -> None:
    """Listener of a hub: what some process found late."""
    global _late
    if isinstance(hint, Update) and hint.stream == STREAM:
        _late = time.monotonic(), float(json.loads(hint.text)["params"]["seconds"])


def summary() -> dict[str, Any]:
    """As protocol.LatencyFrame: percentiles in milliseconds by stage, and how far behind a comparison found us."""
    now = time.monotonic()
    found: dict[str, Any] = {stage: _percentiles(_recent(stage, now)) for stage in STAGES}
    late = _late if _late is not None and now - _late[0] < LATE_SHOWN else None
    return {**found, "minutes": int(WINDOW // 60), "behindSeconds": round(late[1]) if late else None}


def forget() -> None:
    """Begin anew: for tests."""
    global _late
    _samples.clear()
    _late = None


def _recent(stage: str, now: float) -> list[float]:
    with _lock:
        samples = _samples[stage]
        while samples and samples[0][0] < now - WINDOW:
            samples.popleft()
        return sorted(seconds for _at, seconds in samples)


def _percentiles(ordered: Sequence[float]) -> Mapping[str, int] | None:
    """By nearest rank: of 1 to 100, p95 is 95."""
    if not ordered:
        return None
    ranks = {f"p{one}": ordered[max(0, -(-len(ordered) * one // 100) - 1)] for one in PERCENTILES}
    return {name: round(1000 * seconds) for name, seconds in ranks.items()} | {"messages": len(ordered)}
