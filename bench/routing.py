"""Waiting contacts offered to agents: offers per second, and how the cost grows with the length of the line.

Three ways for each length: a few agents are free, somebody is free for each contact, and nobody is free.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.emulating import free_port
from tests.portal import RunningPortal

SIZES = (100, 500, 1_000, 2_500, 5_000)
HEAD = ("waiting", "few free: ms", "ms/offer", "one for each: ms", "ms/offer", "offers/s", "nothing: ms", "queries")


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    with tempfile.TemporaryDirectory(prefix="ccp-bench-") as folder:
        rows = measured(Path(folder), options.waiting, options.offers)
    print(table(rows) + "\n\n" + growth(rows))
    print(f"\nsaved: {save(options.out, rows)}")
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


def measured(folder: Path, sizes: Sequence[int], offers: int) -> list[dict[str, Any]]:
    """In a portal's own database, in one process: nothing else goes on."""
    environment = {"CCP_SNS_CERT": "", "CCP_OFFER_SECONDS": "3600", "LOG_LEVEL": "ERROR"}
    portal = RunningPortal(folder, free_port(), environment=environment)
    portal.database.make(portal)
    try:
        text = portal.shell(f"from bench.line import measure; print(measure({list(sizes)}, {offers}))")
        rows: list[dict[str, Any]] = json.loads(text)
        return rows
    finally:
        portal.database.drop()


def table(rows: Sequence[dict[str, Any]]) -> str:
    lines = [HEAD, *map(_cells, rows)]
    wide = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(cell.rjust(size) for cell, size in zip(line, wide, strict=True)) for line in lines)


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        f"{row['waiting']:,}",
        f"{1000 * row['few']:,.0f}",
        f"{1000 * row['few'] / row['few_offers']:.2f}",
        f"{1000 * row['each']:,.0f}",
        f"{1000 * row['each'] / row['each_offers']:.2f}",
        f"{row['each_offers'] / row['each']:,.0f}",
        f"{1000 * row['nothing']:.2f}",
        f"{row['nothing_queries']}",
    )


def growth(rows: Sequence[dict[str, Any]]) -> str:
    """How much dearer one offer is in the longest line than in the shortest; 1: the cost is linear in offers."""
    first, last = rows[0], rows[-1]
    few, each = (_per_offer(last, how) / _per_offer(first, how) for how in ("few", "each"))
    return (
        f"{last['waiting'] / first['waiting']:g} times as many waiting: one offer costs {few:.2f} times as much where few"
        f" are free, {each:.2f} times where one is free for each."
    )


def _per_offer(row: dict[str, Any], how: str) -> float:
    return float(row[how] / row[f"{how}_offers"])


def save(folder: Path, rows: Sequence[dict[str, Any]]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    stack = os.environ.get("DATABASE_URL", "sqlite").partition(":")[0]
    content = {"at": now.isoformat(timespec="seconds"), "database": stack, "load": os.getloadavg(), "rows": list(rows)}
    path = folder / f"routing-{now:%Y%m%d-%H%M%S}.json"
    path.write_text(json.dumps(content, indent=1) + "\n")
    return path
