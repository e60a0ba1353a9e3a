"""What the supervisors' board costs: the first look, CPU of looks beside that of the changes, age of what is told."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.emulating import free_port
from tests.portal import RunningPortal

from . import floor_page
from .measure import percentile

AGE = 2.0  # seconds, of 99 in 100 changes (issue 15)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench floor", description=__doc__)
    parser.add_argument("--agents", type=int, default=1000)
    parser.add_argument("--contacts", type=int, default=10_000)
    parser.add_argument("--supervisors", type=int, default=20)
    parser.add_argument("--per-second", type=int, default=200, help="changes a second (200)")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--page-only", action="store_true", help="measure the page alone")
    asked = parser.parse_args(arguments)
    sizes = (asked.agents, asked.contacts, asked.supervisors, asked.per_second, asked.seconds)
    with tempfile.TemporaryDirectory() as scratch:
        portal = RunningPortal(Path(scratch), free_port(), environment={"CCP_SNS_CERT": ""})
        portal.manage("migrate", "-v0")
        if not asked.page_only:
            said = portal.shell(f"from bench.board_load import run; print(run{sizes})")
            print(text(json.loads(said.splitlines()[-1])))
    print(floor_page.text(page(asked)))
    return 0


def page(asked: argparse.Namespace) -> dict[str, floor_page.Found]:
    """On a portal of its own: rows of the load above would be on its board too."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        RunningPortal(Path(scratch), free_port(), environment={"CCP_SNS_CERT": ""}) as portal,
    ):
        sizes = ((asked.agents, asked.contacts), asked.per_second, asked.seconds)
        portal.shell(
            f"from pathlib import Path; from bench.board_frames import write; write(Path({scratch!r}), {floor_page.WINDOWS}, *{sizes})"
        )
        return floor_page.measure(portal, Path(scratch), "ida")


def text(found: dict[str, object]) -> str:
    ages, seconds = [float(one) for one in found["ages"]], int(str(found["seconds"]))  # type: ignore[attr-defined]  # JSON
    changes, looks = float(str(found["changes"])), float(str(found["looks"]))
    return "\n".join(
        [
            f"first look at everything   {float(str(found['first'])):6.2f} s",
            f"CPU of the changes         {changes / seconds:6.3f} s a second",
            f"CPU of the board           {looks / seconds:6.3f} s a second, {(changes + looks) / changes:.2f} of the load without it",
            f"age of what is told, p99   {percentile(ages, 99):6.2f} s (at most {AGE:g})",
        ]
    )
