"""The emulator's bench runs and tells what it measured; the numbers themselves are nobody's promise."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.emulator import verdict
from bench.report import Line
from tests.emulating import ROOT

LANES = [
    "a constant answer",
    "SendMessage → 200",
    "SendMessage → websocket",
    "SendMessage → SNS post",
    "GetTranscript, 15 items",
]


@pytest.mark.full
@pytest.mark.timeout(200)
def test_every_lane_is_measured_and_drawn(tmp_path: Path) -> None:
    tiny = ["--seconds", "0.1", "--conversations", "2", "--chats", "3", "--starts", "1", "--out", str(tmp_path)]
    command = [sys.executable, "-m", "bench", "emulator", *tiny]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=180)
    assert done.returncode == 0, done.stdout + done.stderr
    (saved,) = tmp_path.glob("emulator-*.json")
    told = json.loads(saved.read_text())
    assert [one["name"] for one in told["lanes"]] == LANES
    assert all(one["per_second"] > 0 and 0 < one["p50"] <= one["p99"] for one in told["lanes"])
    assert [one["in_flight"] for one in told["lanes"]] == [0] * len(LANES)
    assert [one["sockets"] for one in told["idle"]] == [3]
    assert all(seconds > 0 for seconds in told["options"]["starts"].values())
    assert "x a constant answer" in done.stdout
    assert "measures the emulator" in done.stdout


def line(name: str, cpu_per_10k: float) -> Line:
    return Line(name, 1, 2, 300, cpu_per_10k, 0.9, 0.1, 0)


def test_the_dearer_one_is_the_limit() -> None:
    lines = [line("SendMessage → SNS post", 20), line("customer → desk", 5), line("desk → Connect", 40)]
    first, customer, desk = verdict(lines)
    assert "is full at 500." in first
    assert customer == "customer → desk: the portal's core is full at 2,000; with both, the emulator is the limit."
    assert desk == "desk → Connect: the portal's core is full at 250; with both, the portal is the limit."
