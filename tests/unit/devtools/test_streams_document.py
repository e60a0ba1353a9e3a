"""docs/streams.md promises what the Chromium tests use: every name of a row that "works" somewhere stands in the tests of that side."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
HOW = "(works|answers politely|not there)"
ROWS = re.findall(rf"^\| ([^|]*) \| {HOW} \| {HOW} \|", (ROOT / "docs" / "streams.md").read_text(), re.MULTILINE)
E2E = ROOT / "tests" / "e2e"
SHARED = ("pages/streams.js", "streams.py", "streams_shift.py", "streams_smoke.py")
SIDES = {1: "test_streams_emulator.py", 2: "test_streams_portal.py"}


def names(cell):
    """The last part of each: `core.viewContact` is viewContact."""
    return [name.rpartition(".")[2].rstrip("()") for name in re.findall(r"`([^`]+)`", cell)]


def test_the_table_is_read():
    assert len(ROWS) == 37


@pytest.mark.parametrize("side", SIDES, ids=SIDES.get)
def test_what_works_is_used_by_a_test_of_that_side(side):
    used = "".join((E2E / name).read_text() for name in (*SHARED, SIDES[side]))
    promised = [name for row in ROWS if row[side] == "works" for name in names(row[0])]
    assert [name for name in promised if not re.search(rf"\b{name}\b", used)] == []
