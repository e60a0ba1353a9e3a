"""`python -m bench desk` runs, and a switch stays within its budget of main-thread work."""

from __future__ import annotations

import json
import statistics
from pathlib import Path

import pytest

from bench import desk
from tests.portal import RunningPortal

pytestmark = [pytest.mark.browser, pytest.mark.full, pytest.mark.timeout(300)]


def test_a_small_run_tells_everything_and_a_switch_is_within_its_budget(
    lone_portal: RunningPortal, tmp_path: Path
) -> None:
    found = desk.measure(lone_portal, desk.QUICK)
    told = desk.text(found, desk.QUICK)
    for words in (
        "switch, 5 contacts with 300 items each",
        "list of 40 contacts",
        "8 hours, 16 contacts",
        "bytes over",
    ):
        assert words in told
    assert statistics.median(found.switch_ms) < desk.BUDGET
    assert found.arrived == found.typed  # no key is dropped
    assert found.after_shift.nodes < 1.2 * found.fresh.nodes
    assert found.after_shift.listeners == found.fresh.listeners
    kept = json.loads(desk.save(tmp_path, found, desk.QUICK).read_text())
    assert kept["found"]["list_updates"] == desk.QUICK.updates
