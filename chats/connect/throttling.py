"""Amazon Connect lets few calls a second through: who is throttled waits in line, and who came first goes first.

Without a line, twenty hand-overs at once would fail at their first refusal, all but a few, and the flow's loop would
bring them all back at the same moment (adminguide/amazon-connect-service-limits: about two a second, five at once).
"""

from __future__ import annotations

import asyncio
import weakref
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import TypeVar

from . import Throttled

R = TypeVar("R")
Lines = defaultdict[str, asyncio.Lock]

PAUSE = 0.25  # seconds until a throttled call is tried again; a refused one costs Connect's quota nothing
_lines: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Lines] = weakref.WeakKeyDictionary()


async def call_in_turn(operation: str, call: Callable[[], Awaitable[R]]) -> R:
    """What the call gives, as soon as Connect lets it through. It waits for as long as the caller's own deadline allows:
    a cancellation in line carries a note that says so. Only calls that may be repeated belong here.
    """
    line = _line(operation)
    if not line.locked():
        try:
            return await call()
        except Throttled:
            pass  # from here on it has a place
    try:
        async with line:
            return await _first_in_line(call)
    except asyncio.CancelledError as error:
        error.add_note(f"Amazon Connect lets no more calls of {operation} through at once")
        raise


async def _first_in_line(call: Callable[[], Awaitable[R]]) -> R:
    while True:
        try:
            return await call()
        except Throttled:
            await asyncio.sleep(PAUSE)


def _line(operation: str) -> asyncio.Lock:
    """A lock is of the loop that waits for it, and lets in who waits in the order they came."""
    lines = _lines.setdefault(asyncio.get_running_loop(), defaultdict(asyncio.Lock))
    return lines[operation]
