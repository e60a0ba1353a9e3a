"""What a run tells: a table, the ratios as bars, what to bear in mind, and everything again as JSON."""

from __future__ import annotations

import dataclasses
import json
import os
import platform
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .measure import Closed, Results

FULL = 0.9  # of a core: whoever uses more is the limit
BAR = 40  # characters of the longest bar
BARE = "bare Channels"
HEAD = ("lane", "p50 ms", "p99 ms", "msg/s", "x limit", "CPU s/10k", "x limit", "server cores", "generator cores")


@dataclass(frozen=True)
class Idle:
    """Desks that say nothing."""

    name: str
    sockets: int
    kb_each: float
    opened_per_second: float


@dataclass(frozen=True)
class Line:
    """One lane: the medians over its rounds."""

    name: str
    p50: float
    p99: float
    per_second: float
    cpu_per_10k: float
    server_cores: float
    generator_cores: float
    in_flight: int


def line(results: Results) -> Line:
    def middle(of: Callable[[Closed], float]) -> float:
        return statistics.median(map(of, results.closed))

    return Line(
        results.name,
        statistics.median(one.p50 for one in results.low),
        statistics.median(one.p99 for one in results.low),
        middle(lambda one: one.per_second),
        middle(lambda one: one.cpu_per_10k),
        middle(lambda one: one.server_cores),
        middle(lambda one: one.generator_cores),
        sum(one.in_flight for one in results.closed),
    )


def text(lines: Sequence[Line], idle: Sequence[Idle], than: str = BARE) -> str:
    """The first line is the limit that the others are compared with."""
    parts = [table(lines), bars(lines, than)]
    if idle:
        parts.append("\n".join(map(_idle, idle)))
    return "\n\n".join([*parts, *notes(lines)])


def table(lines: Sequence[Line]) -> str:
    bare = lines[0]
    rows = [
        (
            one.name,
            f"{one.p50:.2f}",
            f"{one.p99:.2f}",
            f"{one.per_second:,.0f}",
            f"{one.per_second / bare.per_second:.2f}",
            f"{one.cpu_per_10k:.2f}",
            f"{one.cpu_per_10k / bare.cpu_per_10k:.2f}",
            f"{one.server_cores:.2f}",
            f"{one.generator_cores:.2f}",
        )
        for one in lines
    ]
    wide = [max(map(len, column)) for column in zip(HEAD, *rows, strict=True)]
    return "\n".join(_row(row, wide) for row in (HEAD, *rows))


def bars(lines: Sequence[Line], than: str = BARE) -> str:
    """Ratios to the limit, drawn."""
    bare, others = lines[0], lines[1:]
    wanted: list[tuple[str, Callable[[Line], float]]] = [
        ("messages per second (more is better)", lambda one: one.per_second / bare.per_second),
        ("CPU per message (less is better)", lambda one: one.cpu_per_10k / bare.cpu_per_10k),
        ("p50 at a low rate (less is better)", lambda one: one.p50 / bare.p50),
    ]
    drawn = []
    for title, ratio in wanted:
        longest = max(1.0, *map(ratio, lines))
        wide = max(len(one.name) for one in lines)
        drawn.append(f"{title}, x {than}")
        drawn += [
            f"  {one.name:<{wide}}  {'█' * max(1, round(BAR * ratio(one) / longest))} {ratio(one):.2f}"
            for one in (bare, *others)
        ]
    return "\n".join(drawn)


def notes(lines: Sequence[Line]) -> list[str]:
    """Who was the limit, and what did not arrive in time."""
    found = [
        f"{one.name}: the GENERATOR was the limit ({one.generator_cores:.2f} of a core); its msg/s is a lower bound."
        for one in lines
        if one.generator_cores >= FULL
    ]
    found += [f"{one.name}: {one.in_flight} messages were in flight at cut-off." for one in lines if one.in_flight]
    return found


def save(
    folder: Path,
    options: dict[str, Any],
    results: Sequence[Results],
    idle: Sequence[Idle],
    name: str = "relay",
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    machine = {"cores": os.cpu_count(), "load": os.getloadavg(), "python": platform.python_version()}
    content = {
        "at": now.isoformat(timespec="seconds"),
        "machine": {**machine, "platform": platform.platform()},
        "options": options,
        "lanes": [{**dataclasses.asdict(line(one)), "rounds": dataclasses.asdict(one)} for one in results],
        "idle": [dataclasses.asdict(one) for one in idle],
    }
    path = folder / f"{name}-{now:%Y%m%d-%H%M%S}.json"
    path.write_text(json.dumps(content, indent=1) + "\n")
    return path


def _row(row: Sequence[str], wide: Sequence[int]) -> str:
    name, *figures = row
    return "  ".join([name.ljust(wide[0]), *(one.rjust(size) for one, size in zip(figures, wide[1:], strict=True))])


def _idle(one: Idle) -> str:
    return f"idle: {one.name}: {one.sockets:,} sockets, {one.kb_each:.1f} KB each, {one.opened_per_second:.0f} opened/s"
