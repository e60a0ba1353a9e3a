"""A clock that stands still until told, and what a process would have told its sockets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connections, transaction

from chats.realtime import hints
from tests.factories import NOW


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def tick(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


class Heard:
    """Every hint of this process, in order. A test's transaction never commits: `committed` acts as if it had."""

    def __init__(self, capture: Any) -> None:
        self.hints: list[Any] = []
        self._capture = capture

    @contextmanager
    def committed(self) -> Iterator[None]:
        with self._capture(execute=True):
            yield

    @property
    def bells(self) -> list[str]:
        return [hint for hint in self.hints if isinstance(hint, str)]

    def of(self, stream: str) -> list[str]:
        """The method of each frame of this stream, in the order they were told."""
        return [frame["method"] for frame in self._frames(stream)]

    def numbers(self, stream: str) -> list[int]:
        return [frame["params"]["seq"] for frame in self._frames(stream)]

    def last(self, stream: str, method: str) -> dict[str, Any]:
        """The newest frame of this method."""
        return [frame["params"] for frame in self._frames(stream) if frame["method"] == method][-1]

    def _frames(self, stream: str) -> list[dict[str, Any]]:
        return [json.loads(hint.text) for hint in self.hints if not isinstance(hint, str) and hint.stream == stream]


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def heard(django_capture_on_commit_callbacks: Any) -> Iterator[Heard]:
    ear = Heard(django_capture_on_commit_callbacks)
    hear = ear.hints.append
    hints.add_listener(hear)
    yield ear
    hints.remove_listener(hear)


@pytest.fixture
def one_connection(monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> Iterator[ThreadPoolExecutor]:
    """All database work of async code is done on one thread, in one transaction that is never committed."""
    with ThreadPoolExecutor(1) as thread:
        monkeypatch.setattr("chats.db._threads", lambda _name: thread)
        monkeypatch.setattr("chats.db.close_old_connections", lambda: None)  # it closes what is in a transaction
        everything = transaction.atomic()
        thread.submit(everything.__enter__).result()
        yield thread
        thread.submit(transaction.set_rollback, True).result()
        thread.submit(everything.__exit__, None, None, None).result()
        thread.submit(connections.close_all).result()
