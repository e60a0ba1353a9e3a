"""Fixtures: a running emulator, and an SNS endpoint that keeps what it is posted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.emulating import TOPIC, RunningEmulator
from tests.sns_endpoint import Endpoint


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    made = Endpoint()
    yield made
    made.close()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Callable[..., RunningEmulator]]:
    """Starts emulators; all are stopped when the test ends."""
    started: list[RunningEmulator] = []

    def start(**options: Any) -> RunningEmulator:
        folder = tmp_path / f"emulator{len(started)}"
        folder.mkdir()
        emulator = RunningEmulator(folder, **options)
        started.append(emulator)
        emulator.start()
        return emulator

    yield start
    for emulator in started:
        emulator.__exit__()


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmulator]:
    """The sample flow, no Lambda, no subscriber: shared by tests that keep to their own chats and leave the clock alone."""
    with RunningEmulator(tmp_path_factory.mktemp("emulator")) as shared:
        yield shared


@pytest.fixture
def failing(emulator: RunningEmulator) -> Iterator[RunningEmulator]:
    """The shared one, for a test that makes calls fail: afterwards they no longer do."""
    yield emulator
    emulator.control("faults", {"clear": True})


@pytest.fixture
def own(running: Callable[..., RunningEmulator]) -> RunningEmulator:
    """The same, for one test alone."""
    return running()


@pytest.fixture
def streaming(running: Callable[..., RunningEmulator], endpoint: Endpoint) -> RunningEmulator:
    """The sample flow, and an endpoint that has confirmed its subscription."""
    emulator = running(subscribe=[f"{TOPIC}={endpoint.url}"])
    endpoint.confirm(emulator)
    return emulator
