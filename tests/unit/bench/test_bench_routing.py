"""The routing bench runs to its end, shows how far it is, and counts rightly; the milliseconds are nobody's promise."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.routing import growth, table
from tests.emulating import ROOT


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", "routing", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=100)


def test_every_waiting_contact_is_offered_once_and_nothing_to_do_costs_the_same(tmp_path: Path) -> None:
    done = bench("--waiting", "6", "24", "--offers", "4", "--out", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    (saved,) = tmp_path.glob("routing-*.json")
    rows = json.loads(saved.read_text())["rows"]
    assert [(row["waiting"], row["few"]["offers"]) for row in rows] == [(6, 4), (24, 4)]
    assert all(0 < row["each"]["offers"] <= row["waiting"] for row in rows)
    assert rows[0]["nothing"]["queries"] == rows[1]["nothing"]["queries"]
    assert [line.split(":")[0].strip() for line in done.stdout.splitlines()[:2]] == ["6 waiting", "24 waiting"]
    assert "4 times as many waiting: one offer costs" in done.stdout


@pytest.mark.parametrize("option", ["--waiting", "--offers"])
def test_a_load_out_of_bounds_is_refused(option: str) -> None:
    done = bench(option, "50001")
    assert (done.returncode, done.stderr.splitlines()[-1].split("error: ")[1]) == (
        2,
        f"{option} is 50001; it must be 1 to 50000",
    )


def row(waiting: int, few: float, each: float) -> dict[str, object]:
    return {
        "waiting": waiting,
        "few": {"offers": 100, "seconds": 1.0, "cpu": few},
        "each": {"offers": waiting, "seconds": 2.0, "cpu": each},
        "nothing": {"seconds": 0.001, "queries": 3},
    }


def test_growth_is_of_one_offer_in_the_longest_line_against_the_shortest() -> None:
    rows = [row(100, 0.5, 0.5), row(5000, 0.75, 30.0)]
    assert growth(rows) == (
        "50 times as many waiting: one offer costs 1.50 times as much CPU where few slots are free,"
        " 1.20 times where one is free for each."
    )
    assert [line.split() for line in table(rows).splitlines()[2:]] == [
        ["100", "100", "1,000", "5.00", "100", "2,000", "5.00", "50", "1.00", "3"],
        ["5,000", "100", "1,000", "7.50", "5,000", "2,000", "6.00", "2,500", "1.00", "3"],
    ]
