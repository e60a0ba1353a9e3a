"""A real emulator on a line that can fail, and a customer in it; and no thread of ours outlives its database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chats import db
from tests.emulating import Customer, RunningEmulator, customer
from tests.line import Line


@pytest.fixture(autouse=True)
def _threads() -> Iterator[None]:
    yield
    db.close()


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmulator]:
    with RunningEmulator(tmp_path_factory.mktemp("emulator")) as running:
        yield running


@pytest.fixture(scope="module")
def one_line(emulator: RunningEmulator) -> Iterator[Line]:
    with Line(emulator.port) as running:
        yield running


@pytest.fixture
def line(one_line: Line, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    settings.CCP_AWS_READ_TIMEOUT = 1.0
    settings.CCP_HANDOVER_DEADLINE = 60.0  # tests of the deadline set one of their own
    settings.CCP_AWS_ENDPOINT = one_line.url
    one_line.calls.clear()
    yield one_line
    one_line.clear()


@pytest.fixture
def ada(emulator: RunningEmulator) -> Iterator[Customer]:
    with customer(emulator, "Ada", "hello") as somebody:
        yield somebody
