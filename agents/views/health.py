"""Whether this process lives (/healthz: the database answers) and can work (/readyz: rows and files can be written).

Each is asked at most once a second, however often somebody knocks, on the threads the desks use: what holds them up holds
up the answer. Two ways lead here, as to SNS's webhook: Django views, and plain ASGI, which asgi.py puts before Django.
"""

from __future__ import annotations

import asyncio
import json
import logging
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection

from chats import stored_files
from chats.db import db_read, db_write

log = logging.getLogger(__name__)
Report = dict[str, str]

ASKED_EVERY = 1.0  # seconds
ANSWERS_WITHIN = 5.0  # seconds; later is never, for a load balancer
_KEY = "readyz"  # shorter than any session's key, so that no cookie can name it
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def healthz() -> Report:
    return _report(database=_answers)


def readyz() -> Report:
    return _report(database=_takes_a_row, files=_takes_a_file)


def is_well(report: Report) -> bool:
    return report["status"] == "ok"


def _report(**checks: Callable[[], None]) -> Report:
    found = {}
    for name, check in checks.items():
        try:
            check()
        except (DatabaseError, OSError) as error:
            found[name] = type(error).__name__
            log.error("%s: %s", name, error)  # noqa: TRY400 -- the line says all
        else:
            found[name] = "ok"
    well = all(word == "ok" for word in found.values())
    return {"status": "ok" if well else "unavailable", **found}


def _answers() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


def _takes_a_row() -> None:
    """A real commit of something new: a full disk lets transactions begin, and SQLite writes nothing that is as it was."""
    row = Session(session_key=_KEY, session_data=str(time.time_ns()), expire_date=_LONG_AGO)
    Session.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["session_key"], update_fields=["session_data"]
    )


def _takes_a_file() -> None:
    stored_files.folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=stored_files.folder(), buffering=0) as file:
        file.write(b"\0" * 4096)


class Probe:
    """One of the two as an ASGI application."""

    def __init__(self, look: Callable[[], Awaitable[Report]]) -> None:
        self._look = look
        self._loop: asyncio.AbstractEventLoop | None = None
        self._asked_at = 0.0
        self._task: asyncio.Future[Report]

    async def door(self, scope: Any, _receive: Any, send: Any) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            await _answer(send, 405, {"status": "only GET"}, [(b"allow", b"GET, HEAD")])
            return
        report = await self.report()
        await _answer(send, 200 if is_well(report) else 503, report, [])

    async def report(self) -> Report:
        loop = asyncio.get_running_loop()
        old = time.monotonic() - self._asked_at >= ASKED_EVERY
        if loop is not self._loop or (old and self._task.done()):
            self._loop, self._asked_at = loop, time.monotonic()
            self._task = asyncio.ensure_future(self._look())
        try:
            return await asyncio.wait_for(asyncio.shield(self._task), ANSWERS_WITHIN)
        except TimeoutError:
            return {"status": "unavailable", "database": f"no answer within {ANSWERS_WITHIN:g} s"}


HEALTHZ = Probe(db_read(healthz))
READYZ = Probe(db_write(readyz))


async def _answer(send: Any, status: int, report: Report, more: list[tuple[bytes, bytes]]) -> None:
    body = json.dumps(report).encode()
    about = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": about})
    await send({"type": "http.response.body", "body": body})
