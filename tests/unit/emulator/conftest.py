"""Fixtures: emulators in this process, on any flow, with any Lambda."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connect_emulator.cli import SAMPLE_FLOW
from tests.amazon import Amazon


@pytest.fixture
def amazons(tmp_path: Path) -> Iterator[Callable[..., Amazon]]:
    made: list[Amazon] = []

    def make(flow: str | None = None, functions: dict[str, Any] | None = None, **more: Any) -> Amazon:
        text = SAMPLE_FLOW.read_text() if flow is None else flow
        made.append(Amazon(tmp_path / f"world{len(made)}.sqlite3", text, functions or {}, **more))
        return made[-1]

    yield make
    for amazon in made:
        amazon.close()


@pytest.fixture
def amazon(amazons: Callable[..., Amazon]) -> Amazon:
    """On the sample flow."""
    return amazons()
