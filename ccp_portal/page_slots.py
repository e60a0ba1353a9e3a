"""How many pages are made at once in a process, and whose: strangers wait for one another, never an agent for them.

Each page has a thread and may open a connection to the database (asgi.pages); 300 requests at once must not take all of
PostgreSQL's. A cookie is easily invented, so a request counts as that of somebody who is signed in only when its session
was found to be live before, in this process.
"""

from __future__ import annotations

import asyncio
import contextlib
import weakref
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.db import DatabaseError

from agents.sockets.connection import cookies

MOST_WAITING = 500  # of each kind of visitor; the next one is told to come again
MOST_KNOWN = 10_000

KNOWN, CLAIMED, STRANGERS = "known", "claimed", "strangers"

_known: OrderedDict[str, None] = OrderedDict()
_slots: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, asyncio.Semaphore]] = weakref.WeakKeyDictionary()
_waiting: Counter[str] = Counter()


def shares() -> dict[str, int]:
    """Half for those who are signed in; a quarter for those who say so, and for everybody else."""
    quarter = max(1, settings.CCP_PAGE_THREADS // 4)
    return {KNOWN: max(1, settings.CCP_PAGE_THREADS - 2 * quarter), CLAIMED: quarter, STRANGERS: quarter}


class Slot:
    """A place to make a page in; giving it back twice is giving it back once."""

    def __init__(self, semaphore: asyncio.Semaphore) -> None:
        self._semaphore: asyncio.Semaphore | None = semaphore

    def release(self) -> None:
        if self._semaphore is not None:
            self._semaphore.release()
            self._semaphore = None


@contextlib.asynccontextmanager
async def taken(scope: Any) -> AsyncIterator[Slot | None]:
    """A slot when it is this request's turn; None when too many wait already."""
    session_key = cookies(scope).get(settings.SESSION_COOKIE_NAME, "")
    kind = KNOWN if session_key in _known else CLAIMED if session_key else STRANGERS
    semaphore = _semaphores()[kind]
    if _waiting[kind] >= MOST_WAITING:
        yield None
        return
    _waiting[kind] += 1
    try:
        await semaphore.acquire()
    finally:
        _waiting[kind] -= 1
    slot = Slot(semaphore)
    try:
        if kind == CLAIMED:
            await _look_into(session_key)
        yield slot
    finally:
        slot.release()


def remember(session_key: str) -> None:
    """This session is live: its next pages do not wait with strangers' ones."""
    _known[session_key] = None
    _known.move_to_end(session_key)
    while len(_known) > MOST_KNOWN:
        _known.popitem(last=False)


async def _look_into(session_key: str) -> None:
    with contextlib.suppress(DatabaseError):  # the page will say so
        if await sync_to_async(_is_live)(session_key):
            remember(session_key)


def _is_live(session_key: str) -> bool:
    user = get_user(SimpleNamespace(session=SessionStore(session_key)))  # type: ignore[arg-type]  # it reads .session, nothing else
    return user.is_authenticated


def _semaphores() -> dict[str, asyncio.Semaphore]:
    loop = asyncio.get_running_loop()
    if loop not in _slots:
        _slots[loop] = {kind: asyncio.Semaphore(share) for kind, share in shares().items()}
    return _slots[loop]
