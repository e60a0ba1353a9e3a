"""The one door from async code to the database: executors of ours, whose threads keep and close their connections.

Django's own way (sync_to_async) runs everything on one thread per process: six sockets with a second of work each
would wait six seconds. Here up to CCP_DB_THREADS run at once, each with a connection of its own.

SQLite has one writer at a time, and whoever waits for it only looks again now and then: eight threads that write starve
each other for tenths of a second. There what may write runs on one thread, in the order in which it was asked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial, wraps
from threading import Barrier, BrokenBarrierError
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import close_old_connections, connection, connections, transaction
from django.db.models import Model, QuerySet

P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound=Model)

WRITERS, READERS = "db", "db-look-up"
_executors: dict[str, tuple[ThreadPoolExecutor, int]] = {}


def in_db(work: Callable[P, R]) -> Callable[P, Awaitable[R]]:
    """Make work that uses the ORM awaitable, on one of our threads."""
    return _on(WRITERS, work)


def look_up(work: Callable[P, R]) -> Callable[P, Awaitable[R]]:
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
        return await asyncio.get_running_loop().run_in_executor(_threads(name), call)

    return run


def _threads(name: str) -> ThreadPoolExecutor:
    one_writer = connection.vendor == "sqlite"
    name = name if one_writer else WRITERS
    if name not in _executors:
        threads = 1 if one_writer and name == WRITERS else settings.CCP_DB_THREADS
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
