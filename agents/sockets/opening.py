"""Desks open a few at a time, first come first served: after a restart the first is complete at once, and messages get through.

Called by agents.sockets.connection and agents.sockets.desk. Which sockets are let in is not decided here, only when.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import IntEnum

AT_ONCE = 4  # sockets that read at the same time while they open: half of CCP_DB_THREADS, the rest is for messages


class Step(IntEnum):
    """What a socket that opens is about to do. Who was let in is completed before the next one is let in."""

    COMPLETE = 0
    LET_IN = 1


class Gate:
    """So many at once; of those who wait the lowest step first, among equals whoever came first."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._numbers = itertools.count()
        self._waiting: list[tuple[Step, int, asyncio.Future[None]]] = []

    @asynccontextmanager
    async def through(self, step: Step) -> AsyncIterator[None]:
        await self._enter(step)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, step: Step) -> None:
        if self._room:
            self._room -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (step, next(self._numbers), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it was given the place, and does not need it any more
                self._leave()
            raise

    def _leave(self) -> None:
        while self._waiting:
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._room += 1


_gates: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Gate] = weakref.WeakKeyDictionary()


def gate() -> Gate:
    """The one of this process (of this loop)."""
    return _gates.setdefault(asyncio.get_running_loop(), Gate(AT_ONCE))
