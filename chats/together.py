"""Group commit: what is asked for while one transaction runs shares the next; one at a time per process and kind.

Alone, a piece of work waits for nobody. In a crowd a commit (and its flush to the disk) is paid once for all that queued
meanwhile: this is worth more than everything else that can be done for the speed of durable messages.
"""

from __future__ import annotations

import asyncio
import time
import weakref
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

from django.db import InterfaceError, OperationalError

from .db import in_db

Work = TypeVar("Work")
Result = TypeVar("Result")

Door = Callable[[Callable[..., Any]], Callable[..., Awaitable[Any]]]  # in_db or look_up

AT_ONCE = 100  # pieces of work in one transaction
REST = 0.005  # seconds between the beginnings of two transactions: in a crowd, more come in time for the next
MOST_WAITING = 2_000  # a queue that only grows helps nobody: whoever asks is told to come again


class Busy(OperationalError):
    """Too much is waiting for the database already: try again later."""


class Together(Generic[Work, Result]):
    """Awaitable for one piece of work; `do` takes many, in one transaction of its own, and gives a result for each."""

    def __init__(self, do: Callable[[Sequence[Work]], Sequence[Result]], through: Door = in_db) -> None:
        self._do = through(do)
        self._lines: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Line[Work, Result]]
        self._lines = weakref.WeakKeyDictionary()

    async def __call__(self, work: Work) -> Result:
        """The result, committed. Raises what this piece of work raises when it is done alone, or Busy."""
        loop = asyncio.get_running_loop()
        if loop not in self._lines:
            self._lines[loop] = _Line(self._do)
        return await self._lines[loop].add(work, loop.create_future())


class _Line(Generic[Work, Result]):
    """What waits on one loop."""

    def __init__(self, do: Callable[[Sequence[Work]], Awaitable[Sequence[Result]]]) -> None:
        self._do = do
        self._waiting: deque[tuple[Work, asyncio.Future[Result]]] = deque()
        self._working: asyncio.Task[None] | None = None
        self._began = 0.0

    def add(self, work: Work, result: asyncio.Future[Result]) -> asyncio.Future[Result]:
        if len(self._waiting) >= MOST_WAITING:
            raise Busy(f"{MOST_WAITING} are waiting")
        self._waiting.append((work, result))
        if self._working is None or self._working.done():
            self._working = asyncio.get_running_loop().create_task(self._work())
        return result

    async def _work(self) -> None:
        while self._waiting:
            await asyncio.sleep(self._began + REST - time.monotonic())
            self._began = time.monotonic()
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), AT_ONCE))]
            try:
                results = await self._do([work for work, _ in batch])
            except Exception as error:  # noqa: BLE001 -- whoever asked is told
                await self._one_by_one(batch, error)
            else:
                for (_, future), result in zip(batch, results, strict=True):
                    _settle(future, result)

    async def _one_by_one(self, batch: Sequence[tuple[Work, asyncio.Future[Result]]], error: Exception) -> None:
        """One piece of work must not spoil the others; but a database that is away is asked once more, not for each."""
        away = error if len(batch) == 1 else None
        for work, future in batch:
            if away is None:
                try:
                    _settle(future, (await self._do([work]))[0])
                except (OperationalError, InterfaceError) as found:
                    away = found
                except Exception as found:  # noqa: BLE001 -- whoever asked is told
                    _fail(future, found)
            if away is not None:
                _fail(future, away)


def _settle(future: asyncio.Future[Result], result: Result) -> None:
    if not future.done():  # whoever asked may have gone meanwhile
        future.set_result(result)


def _fail(future: asyncio.Future[Result], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
