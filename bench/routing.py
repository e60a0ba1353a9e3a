"""Waiting contacts offered to agents: offers per second, and how the cost grows with the length of the line.

Three ways for each length: a few agents are free, somebody is free for each contact, and nobody is free.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.emulating import free_port
from tests.portal import RunningPortal

from .report import BAR

SIZES = (100, 500, 1_000, 2_500, 5_000)
WAYS = {"few": "few slots are free", "each": "a slot is free for each"}
HEAD = ("waiting", "offers", "ms", "CPU ms/offer", "offers", "ms", "CPU ms/offer", "offers/s", "nothing: ms", "queries")


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    before, rows = os.getloadavg(), []
    with tempfile.TemporaryDirectory(prefix="ccp-bench-") as folder:
        for row in measured(Path(folder), options.waiting, options.offers):
            rows.append(row)
            print(progress(row), flush=True)
    print("\n" + "\n\n".join([table(rows), bars(rows), growth(rows)]))
    print(f"\nload average: {before[0]:.1f} before, {os.getloadavg()[0]:.1f} after, {os.cpu_count()} cores")
    print(f"saved: {save(options.out, rows, before)}")
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench routing", description=__doc__)
    parser.add_argument("--waiting", type=int, nargs="+", default=list(SIZES), help="lengths of the line (100 … 5000)")
    parser.add_argument("--offers", type=int, default=100, help="slots that are free where few are (100)")
    out = Path(os.environ.get("CCP_DATA_DIR", "var")) / "bench"
    parser.add_argument("--out", type=Path, default=out, help="folder for the JSON (var/bench)")
    options = parser.parse_args(arguments)
    for name, values in (("waiting", options.waiting), ("offers", [options.offers])):
        for value in values:
            if not 1 <= value <= 50_000:
                parser.error(f"--{name} is {value}; it must be 1 to 50000")
    return options


def measured(folder: Path, sizes: Sequence[int], offers: int) -> Iterator[dict[str, Any]]:
    """Each length as soon as it is measured: in a portal's own database, in one process, nothing else goes on."""
    environment = {"CCP_SNS_CERT": "", "CCP_OFFER_SECONDS": "3600", "LOG_LEVEL": "ERROR"}
    portal = RunningPortal(folder, free_port(), environment=environment)
    portal.database.make(portal)
    try:
        for size in sizes:
            starts = time.monotonic()
            row = json.loads(portal.shell(f"from bench.line import measure; print(measure({size}, {offers}))"))
            yield {**row, "took": time.monotonic() - starts}
    finally:
        portal.database.drop()


# ---- what is told ------------------------------------------------------------------------------------------------------


def progress(row: dict[str, Any]) -> str:
    each = row["each"]
    return (
        f"{row['waiting']:>6,} waiting: {each['offers']:,} offers in {each['seconds']:.1f} s"
        f" (with laying the rows out {row['took']:.0f} s)"
    )


def table(rows: Sequence[dict[str, Any]]) -> str:
    lines = [HEAD, *map(_cells, rows)]
    wide = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = ["  ".join(cell.rjust(size) for cell, size in zip(line, wide, strict=True)) for line in lines]
    few, each = sum(wide[1:4]) + 4, sum(wide[4:8]) + 6
    groups = [" " * wide[0], WAYS["few"].center(few, "-"), WAYS["each"].center(each, "-")]
    return "\n".join(["  ".join(groups), *text])


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    few, each, nothing = row["few"], row["each"], row["nothing"]
    return (
        f"{row['waiting']:,}",
        f"{few['offers']:,}",
        f"{1000 * few['seconds']:,.0f}",
        f"{_ms(few):.2f}",
        f"{each['offers']:,}",
        f"{1000 * each['seconds']:,.0f}",
        f"{_ms(each):.2f}",
        f"{each['offers'] / each['seconds']:,.0f}",
        f"{1000 * nothing['seconds']:.2f}",
        f"{nothing['queries']}",
    )


def bars(rows: Sequence[dict[str, Any]]) -> str:
    """What one offer costs, drawn: bars of the same length are a cost that is linear in the offers made."""
    longest = max(_ms(row[way]) for row in rows for way in WAYS)
    drawn = []
    for way, name in WAYS.items():
        drawn.append(f"CPU for an offer, ms, when {name}")
        drawn += [f"  {row['waiting']:>6,}  {_bar(_ms(row[way]) / longest)} {_ms(row[way]):.2f}" for row in rows]
    return "\n".join(drawn)


def _bar(part: float) -> str:
    return "█" * max(1, round(BAR * part))


def growth(rows: Sequence[dict[str, Any]]) -> str:
    """How much dearer one offer is in the longest line than in the shortest; 1: the cost is linear in offers."""
    first, last = rows[0], rows[-1]
    few, each = (_ms(last[way]) / _ms(first[way]) for way in WAYS)
    return (
        f"{last['waiting'] / first['waiting']:g} times as many waiting: one offer costs {few:.2f} times as much CPU where few"
        f" slots are free, {each:.2f} times where one is free for each."
    )


def _ms(one: dict[str, float]) -> float:
    """CPU of one offer. On a busy machine the clock on the wall says more about who else was there."""
    return 1000 * one["cpu"] / max(1, one["offers"])


def save(folder: Path, rows: Sequence[dict[str, Any]], before: tuple[float, float, float]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    stack = os.environ.get("DATABASE_URL", "sqlite").partition(":")[0]
    machine = {"cores": os.cpu_count(), "before": before, "after": os.getloadavg(), "python": platform.python_version()}
    content = {"at": now.isoformat(timespec="seconds"), "database": stack, "machine": machine, "rows": list(rows)}
    path = folder / f"routing-{now:%Y%m%d-%H%M%S}.json"
    path.write_text(json.dumps(content, indent=1) + "\n")
    return path
