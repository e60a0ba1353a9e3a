"""Group commit: what is asked for while one transaction runs shares the next; one at a time per process and kind.

Alone, a piece of work waits for nobody. In a crowd a commit (and its flush to the disk) is paid once for all that queued
meanwhile: this is worth more than everything else that can be done for the speed of durable messages.

What needs a row that another transaction holds does not hold up the others: it is put aside and tried again beside them,
in its order, until the row is free or HELD_AT_MOST is over.
"""

from __future__ import annotations

import asyncio
import time
import weakref
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar

from django.db import InterfaceError, OperationalError

from chats.db import db_commit, db_write, is_lock_timeout

Work = TypeVar("Work")
Result = TypeVar("Result")


class RowLocked(Enum):
    """The result of a piece of work that was not begun: another transaction holds a row that it needs."""

    HELD = "held"


Door = Callable[[Callable[..., Any]], Callable[..., Awaitable[Any]]]  # in_db or look_up

AT_ONCE = 100  # pieces of work in one transaction
REST = 0.005  # seconds between the beginnings of two transactions: in a crowd, more come in time for the next
MOST_WAITING = 2_000  # a queue that only grows helps nobody: whoever asks is told to come again


HELD_AT_MOST = 5.0  # seconds; SNS posts again after 15, and an agent's tab says that it could not be done
AGAIN = 0.02  # seconds until what was put aside is tried again


class Busy(OperationalError):
    """Too much is waiting for the database already: try again later."""


def do_unlocked(
    work: Sequence[Work], is_free: Callable[[Work], bool], do: Callable[[Sequence[Work]], Sequence[Result]]
) -> list[Result | RowLocked]:
    """Do what is free, all at once; the result of each, in its place."""
    free = [is_free(one) for one in work]
    results = iter(do([one for one, can in zip(work, free, strict=True) if can]))
    return [next(results) if can else RowLocked.HELD for can in free]


class GroupCommit(Generic[Work, Result]):
    """Awaitable for one piece of work; `do` takes many, in one transaction of its own, and gives a result for each."""

    def __init__(
        self,
        do: Callable[[Sequence[Work]], Sequence[Result | RowLocked]],
        through: Door = db_commit,
        aside_through: Door = db_write,
    ) -> None:
        self._do, self._do_aside = through(do), aside_through(do)
        self._lines: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Line[Work, Result]]
        self._lines = weakref.WeakKeyDictionary()

    async def __call__(self, work: Work) -> Result:
        """The result, committed. Raises what this piece of work raises when it is done alone, or Busy."""
        loop = asyncio.get_running_loop()
        if loop not in self._lines:
            self._lines[loop] = _Line(self._do, self._do_aside)
        piece: _Piece[Work, Result] = _Piece(work, loop.create_future(), time.monotonic())
        self._lines[loop].add(piece)
        return await piece.result


@dataclass(frozen=True, slots=True)
class _Piece(Generic[Work, Result]):
    work: Work
    result: asyncio.Future[Result]
    asked_at: float

    def settle(self, result: Result) -> None:
        if not self.result.done():  # whoever asked may have gone meanwhile
            self.result.set_result(result)

    def fail(self, error: Exception) -> None:
        if not self.result.done():
            self.result.set_exception(error)


Do = Callable[[Sequence[Work]], Awaitable[Sequence[Result | RowLocked]]]


class _Line(Generic[Work, Result]):
    """What waits on one loop, and what was put aside."""

    def __init__(self, do: Do[Work, Result], do_aside: Do[Work, Result]) -> None:
        self._do, self._do_aside = do, do_aside
        self._waiting: deque[_Piece[Work, Result]] = deque()
        self._aside: list[_Piece[Work, Result]] = []
        self._working: asyncio.Task[None] | None = None
        self._carrying: asyncio.Task[None] | None = None
        self._began = 0.0

    def add(self, piece: _Piece[Work, Result]) -> None:
        if len(self._waiting) + len(self._aside) >= MOST_WAITING:
            raise Busy(f"{MOST_WAITING} are waiting")
        self._waiting.append(piece)
        if self._working is None or self._working.done():
            self._working = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        while self._waiting:
            await asyncio.sleep(self._began + REST - time.monotonic())
            self._began = time.monotonic()
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), AT_ONCE))]
            try:
                self._put_aside(await _settled(self._do, batch))
            except Exception as error:  # noqa: BLE001 -- whoever asked is told
                if is_lock_timeout(error):  # nobody knows by whom: the others of the batch are found beside the line
                    self._put_aside(batch)
                else:
                    self._put_aside(await _one_by_one(self._do, batch, error))

    def _put_aside(self, pieces: Sequence[_Piece[Work, Result]]) -> None:
        self._aside += pieces
        if self._aside and (self._carrying is None or self._carrying.done()):
            self._carrying = asyncio.get_running_loop().create_task(self._carry())

    async def _carry(self) -> None:
        """Try what was put aside again and again, in its order."""
        while self._aside:
            batch = tuple(self._aside)
            try:
                held = await _settled(self._do_aside, batch)
            except Exception as error:  # noqa: BLE001 -- whoever asked is told
                held = await _one_by_one(self._do_aside, batch, error)
            edge = time.monotonic() - HELD_AT_MOST
            for piece in held:
                if piece.asked_at <= edge:
                    piece.fail(Busy(f"somebody has held a row that it needs for {HELD_AT_MOST:g} s"))
            self._aside = [piece for piece in held if not piece.result.done()] + self._aside[len(batch) :]
            await asyncio.sleep(AGAIN)


async def _settled(do: Do[Work, Result], batch: Sequence[_Piece[Work, Result]]) -> list[_Piece[Work, Result]]:
    """Do them in one transaction; those that are held by another."""
    held = []
    for piece, result in zip(batch, await do([piece.work for piece in batch]), strict=True):
        if isinstance(result, RowLocked):
            held.append(piece)
        else:
            piece.settle(result)
    return held


async def _one_by_one(
    do: Do[Work, Result], batch: Sequence[_Piece[Work, Result]], error: Exception
) -> list[_Piece[Work, Result]]:
    """One piece of work must not spoil the others; but a database that is away is asked once more, not for each. Those
    that are held by another are left.
    """
    if len(batch) == 1 and is_lock_timeout(error):
        return list(batch)
    away = error if len(batch) == 1 else None
    held: list[_Piece[Work, Result]] = []
    for piece in batch:
        if away is None:
            try:
                held += await _settled(do, [piece])
            except (OperationalError, InterfaceError) as found:
                if is_lock_timeout(found):
                    held.append(piece)
                else:
                    away = found
            except Exception as found:  # noqa: BLE001 -- whoever asked is told
                piece.fail(found)
        if away is not None:
            piece.fail(away)
    return held
