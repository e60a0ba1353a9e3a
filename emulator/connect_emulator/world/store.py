"""One SQLite file, one writer: what was answered is on the disk, what failed never happened."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SCHEMA = Path(__file__).with_name("schema.sql")
_LATER = Path(__file__).with_name("later")  # tables that came after the first version: made where they are missing
_VERSION = 1
_PATIENCE = 2  # seconds: a killed emulator's lock is gone at once, a running one's stays


class Unusable(Exception):
    """The state file cannot be used; the text says why and what to do."""


@dataclass(slots=True)
class Change:
    """What is being changed now; with `undone` set, nothing of it stays."""

    undone: bool = False


class Store:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._current: Change | None = None
        self._notices: list[Any] = []
        self.listeners: list[Callable[[Any], None]] = []
        self.on_commit: list[Callable[[], None]] = []  # called after each change, whatever it was
        self._db = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            self._open(path)
        except sqlite3.Error as error:
            self._db.close()
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
                raise Unusable(f"{path} is in use by another emulator; choose another file") from None
            raise Unusable(f"{path} cannot be used as a state file: {error}") from None

    def _open(self, path: Path) -> None:
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")  # NORMAL may lose the last commits when the power goes
        self._db.execute("PRAGMA foreign_keys=ON")
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            schema = _SCHEMA.read_text(encoding="utf-8")
            self._db.executescript(f"BEGIN; {schema}; PRAGMA user_version={_VERSION}; COMMIT;")
        elif version != _VERSION:
            self._db.close()
            raise Unusable(f"{path} was written by another version of the emulator; choose another file or delete it")
        for tables in sorted(_LATER.glob("*.sql")):
            self._db.executescript(f"BEGIN; {tables.read_text(encoding='utf-8')}; COMMIT;")

    @contextmanager
    def change(self) -> Iterator[Change]:
        """All of it or nothing; a change inside a change is part of it. Listeners hear what was noticed, in order."""
        with self._lock:
            if self._current:
                yield self._current
                return
            self._current = change = Change()
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield change
                self._db.execute("ROLLBACK" if change.undone else "COMMIT")
            except BaseException:
                change.undone = True
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            finally:
                self._current = None
                notices, self._notices = self._notices, []
                if not change.undone:
                    self._tell(notices)
                    for hear in self.on_commit:
                        hear()

    def notice(self, notice: Any) -> None:
        """Something listeners want to know once the change is on the disk."""
        self._notices.append(notice)

    def run(self, sql: str, *values: Any) -> int:
        with self._lock:
            return self._db.execute(sql, values).rowcount

    def one(self, sql: str, *values: Any) -> sqlite3.Row | None:
        with self._lock:
            row: sqlite3.Row | None = self._db.execute(sql, values).fetchone()
            return row

    def all(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def value(self, sql: str, *values: Any) -> Any:
        row = self.one(sql, *values)
        return row[0] if row else None

    def insert(self, table: str, **columns: Any) -> None:
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        self.run(f"INSERT INTO {table} ({names}) VALUES ({marks})", *columns.values())  # noqa: S608 -- names are ours

    def meta(self, key: str, default: str = "") -> str:
        found = self.value("SELECT value FROM meta WHERE key = ?", key)
        return default if found is None else str(found)

    def set_meta(self, key: str, value: str) -> None:
        self.run("INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, value)

    def dump(self) -> str:
        """Everything, as text: tests compare two of them."""
        with self._lock:
            return "\n".join(self._db.iterdump())

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _tell(self, notices: list[Any]) -> None:
        for notice in notices:
            for listener in self.listeners:
                listener(notice)
