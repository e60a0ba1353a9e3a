"""The one door from async code to the database: executors of ours, whose threads keep and close their connections.

Django's own way (sync_to_async) runs everything on one thread per process: six sockets with a second of work each
would wait six seconds. Here up to CCP_DB_THREADS run at once, each with a connection of its own.

SQLite has one writer at a time, and whoever waits for it only looks again now and then: eight threads that write starve
each other for tenths of a second. There what may write runs on one thread, in the order in which it was asked for.
"""

from __future__ import annotations

import asyncio
import time
import weakref
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from contextvars import copy_context
from datetime import datetime
from functools import partial, wraps
from threading import Barrier, BrokenBarrierError
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import close_old_connections, connection, connections, transaction
from django.db.models import Model, QuerySet
from django.utils import timezone

P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound=Model)

WRITERS, READERS, COMMITTERS = "db", "db-look-up", "db-commit"
COMMIT_THREADS = 4  # group commits, beside the CCP_DB_THREADS of everything else: never behind who waits for a row
BRIEF_LOCK_TIMEOUT = 0.2  # seconds that a transaction with many people's work waits for a row that somebody holds
LOCK_ERRORS = frozenset({"55P03", "40P01", "40001"})  # PostgreSQL: lock_timeout, deadlock, serialisation failure
AT_A_STRETCH = 0.5  # seconds
_turns: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = weakref.WeakKeyDictionary()
_executors: dict[str, tuple[ThreadPoolExecutor, int]] = {}


def db_write(work: Callable[P, R]) -> Callable[P, Awaitable[R]]:
    """Make work that uses the ORM awaitable, on one of our threads."""
    return _on(WRITERS, work)


def db_read(work: Callable[P, R]) -> Callable[P, Awaitable[R]]:
    """As `in_db`, for work that changes nothing: it waits for no writer."""
    return _on(READERS, work)


def claim(rows: QuerySet[M], limit: int, **changes: object) -> list[M]:
    """The first of these rows, changed so that no other process finds them: whoever claims one, has its work alone.

    The changes are what takes a row out of `rows`. Nothing is locked while nothing is due.
    """
    if not rows.exists():
        return []
    with transaction.atomic():
        found = list(rows.select_for_update(of=("self",), skip_locked=True)[:limit])
        rows.model._default_manager.filter(pk__in=[row.pk for row in found]).update(**changes)  # noqa: SLF001 -- Django's
    for row in found:
        for name, value in changes.items():
            setattr(row, name, value)
    return found


def db_commit(work: Callable[P, R]) -> Callable[P, Awaitable[R]]:
    """As `in_db`, for the group commits of chats.realtime.group_commit; on PostgreSQL they have threads of their own."""
    return _on(COMMITTERS, work)


@contextmanager
def brief_transaction() -> Iterator[None]:
    """A transaction of many people's work: it waits for no row longer than BRIEFLY, then fails (`is_held`)."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = {round(BRIEF_LOCK_TIMEOUT * 1000)}")
        yield


def is_lock_timeout(error: Exception) -> bool:
    """Whether the work failed because another transaction holds a row that it needs, not because of itself."""
    return getattr(error.__cause__, "sqlstate", None) in LOCK_ERRORS


Steps = Callable[[datetime], Iterator[int]]


def db_steps(job: Steps) -> Callable[[datetime], Awaitable[int]]:
    """Make a long job awaitable that yields between its transactions: how much each of them has done.

    What others ask of the database comes between two steps; of all jobs one step at a time stands in SQLite's one line,
    so that a message waits for one step at most. After AT_A_STRETCH the job begins anew, with the time that it is then.
    """

    async def run(now: datetime) -> int:
        done, finished = 0, False
        while not finished:
            found, finished = await _stretch(job(now))
            done, now = done + found, timezone.now()
        return done

    return run


async def _stretch(steps: Iterator[int]) -> tuple[int, bool]:
    """How much was done, and whether that was all. What changes nothing is not begun anew."""
    done, end = 0, time.monotonic() + AT_A_STRETCH
    while not done or time.monotonic() < end:
        async with _turn():
            found = await db_write(next)(steps, None)
        if found is None:
            return done, True
        done += found
    return done, False


def _turn() -> AbstractAsyncContextManager[object]:
    if connection.vendor != "sqlite":
        return nullcontext()
    return _turns.setdefault(asyncio.get_running_loop(), asyncio.Lock())


def close() -> None:
    """Close every connection of our threads, then the threads: at shutdown, and between databases in tests."""
    for name in tuple(_executors):
        executor, threads = _executors.pop(name)
        barrier = Barrier(threads)
        for _ in range(threads):
            executor.submit(_close_when_all_are_here, barrier)
        executor.shutdown(wait=True)


def _on(name: str, work: Callable[P, R]) -> Callable[P, Awaitable[R]]:
    @wraps(work)
    async def run(*args: P.args, **kwargs: P.kwargs) -> R:
        call = partial(_with_live_connections, work, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(_threads(name), copy_context().run, call)

    return run


def _threads(name: str) -> ThreadPoolExecutor:
    if connection.vendor == "sqlite":
        name = READERS if name == READERS else WRITERS
        threads = settings.CCP_DB_THREADS if name == READERS else 1
    else:
        name = COMMITTERS if name == COMMITTERS else WRITERS
        threads = COMMIT_THREADS if name == COMMITTERS else settings.CCP_DB_THREADS
    if name not in _executors:
        _executors[name] = ThreadPoolExecutor(threads, name), threads
    return _executors[name][0]


def _with_live_connections(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    close_old_connections()
    try:
        return work(*args, **kwargs)
    finally:
        close_old_connections()


def _close_when_all_are_here(barrier: Barrier) -> None:
    connections.close_all()
    try:
        barrier.wait(timeout=5)
    except BrokenBarrierError:
        return
