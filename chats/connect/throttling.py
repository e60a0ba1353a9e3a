"""Throttled calls wait and are tried again, one operation's in the order in which they came. Called by `chats.joining`.

Without that order, twenty hand-overs at once would fail at their first refusal, all but a few, and the flow's loop would
bring them all back at the same moment (adminguide/amazon-connect-service-limits: about two a second, five at once).
"""

from __future__ import annotations

import asyncio
import weakref
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import TypeVar

from .errors import Throttled

R = TypeVar("R")
Locks = defaultdict[str, asyncio.Lock]

PAUSE = 0.25  # seconds until a throttled call is tried again; a refused one costs Connect's quota nothing
_locks: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Locks] = weakref.WeakKeyDictionary()


async def call_in_turn(operation: str, call: Callable[[], Awaitable[R]]) -> R:
    """The result of the call, as soon as Connect does not throttle it. It waits for as long as the caller's own deadline
    allows: a cancellation meanwhile carries a note that says so. Only calls that may be repeated belong here.
    """
    lock = _lock_of(operation)
    if not lock.locked():
        try:
            return await call()
        except Throttled:
            pass  # from here on it waits its turn
    try:
        async with lock:
            return await _until_not_throttled(call)
    except asyncio.CancelledError as error:
        error.add_note(f"Amazon Connect lets no more calls of {operation} through at once")
        raise


async def _until_not_throttled(call: Callable[[], Awaitable[R]]) -> R:
    while True:
        try:
            return await call()
        except Throttled:
            await asyncio.sleep(PAUSE)


def _lock_of(operation: str) -> asyncio.Lock:
    """A lock is of the loop that waits for it, and lets in who waits in the order they came."""
    locks = _locks.setdefault(asyncio.get_running_loop(), defaultdict(asyncio.Lock))
    return locks[operation]
