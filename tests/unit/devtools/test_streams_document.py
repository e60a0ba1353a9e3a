"""docs/streams.md promises what the Chromium tests use: every name of a row that "works" stands in them."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
ROWS = re.findall(
    r"^\| (`[^|]*`) \| (works|answers politely|not there) \|", (ROOT / "docs" / "streams.md").read_text(), re.MULTILINE
)
E2E = ROOT / "tests" / "e2e"
USED = "".join((E2E / name).read_text() for name in ("pages/streams.js", "streams.py", "test_streams_emulator.py"))


def names(cell):
    """The last part of each: `core.viewContact` is viewContact."""
    return [name.rpartition(".")[2] for name in re.findall(r"`([^`]+)`", cell)]


def test_the_table_is_read():
    assert len(ROWS) == 28


def test_what_works_is_used_by_a_test():
    promised = [name for cell, how in ROWS if how == "works" for name in names(cell)]
    assert [name for name in promised if not re.search(rf"\b{name}\b", USED)] == []
