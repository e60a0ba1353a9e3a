"""Work on many rows, where one that raises holds up no other: it is logged and parked, and tried again later.

For the jobs of the worker, each with a `Parking` of its own. What is parked is known to this process only: another worker
may try the row once more, which changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, connection

K = TypeVar("K", bound=Hashable)
log = logging.getLogger(__name__)
FIRST_PAUSE = 2.0  # seconds, doubled at every failure in a row
LONGEST_PAUSE = 600.0


class RowBackoff:
    """Rows of one job, by whatever identifies them, that raised when they were last tried."""

    def __init__(self, job: str) -> None:
        self._job = job
        self._parked: dict[Hashable, tuple[datetime, int]] = {}  # until when, after how many failures in a row

    def steps(self, rows: Iterable[K], do: Callable[[K], int], now: datetime) -> Iterator[int]:
        """Do it for every row that is not parked, a row a step: what each gives. A database that is away is nobody's fault."""
        for row in rows:
            if self.holds(row, now):
                continue
            try:
                done = do(row)
            except Exception as error:  # noqa: BLE001 -- logged whole, or raised anew, by `park`
                self.park(row, error, now)
                done = 0
            else:
                self._parked.pop(row, None)
            yield done

    def holds(self, row: Hashable, now: datetime) -> bool:
        return row in self._parked and self._parked[row][0] > now

    def held(self, now: datetime) -> Collection[Any]:
        """Those not to be looked for now: a page full of them would hide all others."""
        return [row for row, (until, _) in self._parked.items() if until > now]

    def park(self, row: Hashable, error: Exception, now: datetime) -> None:
        """Log the error, and let the row be for a while. Raises it again when it is no fault of this row: the database is away."""
        if _is_away(error):
            raise error
        self._parked = {
            one: kept for one, kept in self._parked.items() if kept[0] + timedelta(seconds=LONGEST_PAUSE) > now
        }
        failures = self._parked[row][1] + 1 if row in self._parked else 1
        pause = min(FIRST_PAUSE * 2 ** min(failures - 1, 20), LONGEST_PAUSE)
        self._parked[row] = now + timedelta(seconds=pause), failures
        log.error("%s stumbled over %s; it is tried again in %g s", self._job, row, pause, exc_info=error)


def _is_away(error: Exception) -> bool:
    """Nothing can be done for any row now. PostgreSQL may also refuse one row (a lock that is not given, a deadlock)."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    if connection.vendor == "sqlite":
        return True
    try:
        return not connection.is_usable()
    except DatabaseError:
        return True
