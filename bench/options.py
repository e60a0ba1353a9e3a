"""What can be asked of every bench that carries messages in closed loops."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

LIMITS = {"seconds": (0.1, 60), "conversations": (1, 500), "rounds": (1, 20)}


def parser(name: str, about: str | None) -> argparse.ArgumentParser:
    """A parser that knows how long, how many at a time, how often and where to: a bench adds its own."""
    made = argparse.ArgumentParser(prog=f"python -m bench {name}", description=about)
    made.add_argument("--seconds", type=float, default=5.0, help="length of each closed loop (5)")
    made.add_argument("--conversations", type=int, default=50, help="with one message outstanding in each (50)")
    made.add_argument("--rounds", type=int, default=1, help="how often; medians are told (1)")
    out = Path(os.environ.get("CCP_DATA_DIR", "var")) / "bench"
    made.add_argument("--out", type=Path, default=out, help="folder for the JSON (var/bench)")
    return made


def checked(
    parser: argparse.ArgumentParser, arguments: Sequence[str], own: Mapping[str, tuple[float, float]]
) -> argparse.Namespace:
    """The options, each within its limits; `own`: those of this bench alone."""
    options = parser.parse_args(arguments)
    for name, (least, most) in {**LIMITS, **own}.items():
        if not least <= getattr(options, name) <= most:
            parser.error(f"--{name} is {getattr(options, name):g}; it must be {least:g} to {most:g}")
    return options
