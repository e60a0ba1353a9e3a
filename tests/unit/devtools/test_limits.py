"""docs/limits.md tells the numbers that stand in the code."""

import importlib
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

PAGE = (Path(__file__).parents[3] / "docs" / "limits.md").read_text()
ROWS = re.findall(r"^\| .*? \| (\d+(?:\.\d+)?) \| .*? \| `([\w.]+)` \|$", PAGE, re.MULTILINE)


def in_the_code(name: str) -> float:
    module, _, constant = name.rpartition(".")
    found = getattr(settings if module == "settings" else importlib.import_module(module), constant)
    return found.total_seconds() if isinstance(found, timedelta) else float(found)


@pytest.mark.parametrize(("number", "name"), ROWS)
def test_a_documented_limit_is_the_one_in_force(number, name):
    assert in_the_code(name) == float(number)


def test_every_row_of_the_table_is_read():
    """A row that ends in code is a limit; one that the pattern does not know would be checked by nobody."""
    assert len(ROWS) == len(re.findall(r"^\|.*`[^|]*\|$", PAGE, re.MULTILINE)) > 90
