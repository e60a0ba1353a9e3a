"""The bench runs and tells what it measured; the numbers themselves are nobody's promise."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.__main__ import BENCHES
from bench.measure import Closed, Low, Results, percentile
from bench.report import line, notes
from tests.emulating import ROOT

LANES = ["bare Channels", "customer → desk", "desk → Connect"]
WITH_EMULATOR = ["customer → desk, with emulator", "desk → customer, with emulator"]


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=280)


def test_without_a_name_it_lists_what_there_is() -> None:
    done = bench()
    listed = [row.split()[0] for row in done.stdout.splitlines()[2:]]
    assert (done.returncode, listed) == (0, list(BENCHES))


def test_an_unknown_name_is_answered_with_those_that_exist() -> None:
    done = bench("rely")
    assert (done.returncode, done.stderr) == (2, f"There is no bench 'rely'; there is: {', '.join(BENCHES)}.\n")


def test_a_load_out_of_bounds_is_refused() -> None:
    done = bench("relay", "--seconds", "3600")
    assert done.returncode == 2
    assert done.stderr.endswith("--seconds is 3600; it must be 0.1 to 60\n")


@pytest.mark.full
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("more", "lanes"),
    [((), LANES), (("--emulator",), LANES + WITH_EMULATOR)],
)
def test_every_lane_delivers_every_message(tmp_path: Path, more: tuple[str, ...], lanes: list[str]) -> None:
    done = bench("relay", "--seconds", "0.3", "--conversations", "4", "--idle", "8", "--out", str(tmp_path), *more)
    assert done.returncode == 0, done.stdout + done.stderr
    (saved,) = tmp_path.glob("relay-*.json")
    told = json.loads(saved.read_text())
    assert [one["name"] for one in told["lanes"]] == lanes
    assert all(one["per_second"] > 0 and one["p50"] > 0 and one["cpu_per_10k"] >= 0 for one in told["lanes"])
    assert [one["in_flight"] for one in told["lanes"]] == [0] * len(lanes)
    assert [one["sockets"] for one in told["idle"]] == [8, 8]
    assert "x bare Channels" in done.stdout


def closed(messages: int, *, generator_cpu: float = 0.1) -> Closed:
    return Closed(messages, 1.0, 2.0, 0.5, generator_cpu, 0)


def test_a_line_tells_the_medians_of_its_rounds() -> None:
    rounds = Results("a", [Low(1, 9), Low(3, 5), Low(2, 7)], [closed(10), closed(1000), closed(20)])
    told = line(rounds)
    assert (told.p50, told.p99, told.per_second, told.cpu_per_10k) == (2, 7, 20, 250)


def test_a_busy_generator_is_named_as_the_limit() -> None:
    told = line(Results("a", [Low(1, 2)], [closed(10, generator_cpu=0.95)]))
    assert notes([told]) == ["a: the GENERATOR was the limit (0.95 of a core); its msg/s is a lower bound."]


def test_the_99th_percentile_of_few_is_the_last() -> None:
    assert (percentile([1.0, 2.0, 3.0], 99), percentile(list(map(float, range(200))), 99)) == (3.0, 198.0)
