"""Notes what is to be told in the change that made it, and tells it until it is taken: at least once, each contact in its order.

A file has a line for each, a URL a post, a topic a notification; a transcript is a file of its own in a folder.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import urllib3

from connect_emulator import limits, undocumented
from connect_emulator.instance import is_topic_arn
from connect_emulator.streaming import topics
from connect_emulator.streaming.deliveries import next_attempt
from connect_emulator.world import World, agents, contacts
from connect_emulator.world.world import Due

from . import events, files, records, transcripts

Post = Callable[[str, dict[str, str], bytes], int]
_log = logging.getLogger("connect_emulator.event_sinks")
_AT_ONCE = 50
_SENT_AS = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True)
class Sinks:
    """Where to: a file of JSON lines, an http(s) URL, or the ARN of a topic; for transcripts, a folder."""

    events: str | None = None
    records: str | None = None
    transcripts: Path | None = None

    def wants(self, what: str) -> bool:
        return getattr(self, what) is not None


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing to be told, complete: whoever carries it there needs nothing of the world."""

    seq: int
    what: str
    contact_id: str
    since: int
    attempts: int
    where: str
    text: str


class Result(Enum):
    TAKEN = "taken"
    REFUSED = "refused for good"
    AGAIN = "to be tried again"
    NOBODY = "nobody there"


Told = tuple[Telling, Result]


class Teller:
    def __init__(self, world: World, sinks: Sinks) -> None:
        self._world = world
        self._sinks = sinks
        self._forget_what_nobody_wants()
        world.on_contact_event.append(self.hear)

    def hear(self, contact_id: str, kind: str) -> None:
        """Inside the change: what is told was. A contact that no agent had is complete when it ends."""
        self._note_event(contact_id, kind)
        if kind == "DISCONNECTED":
            self._note("transcripts", contact_id)
            if agents.served(self._world, contact_id) is None:
                self._note_event(contact_id, "COMPLETED")
        if kind in {"DISCONNECTED", "COMPLETED"}:
            self._note("records", contact_id)

    def due(self) -> list[Telling]:
        """What is to be carried now, in its order. What goes to a topic is in the topic's own durable queue at once."""
        sql = "SELECT * FROM untold WHERE next_at <= ? ORDER BY seq LIMIT ?"
        rows = self._world.store.all(sql, self._world.clock.wall(), _AT_ONCE)
        tellings = [self._complete(row) for row in rows]
        self._publish([each for each in tellings if is_topic_arn(each.where)])
        return [each for each in tellings if not is_topic_arn(each.where)]

    def next_due(self) -> int | None:
        found = self._world.store.value("SELECT min(next_at) FROM untold")
        return None if found is None else int(found)

    def settle(self, told: list[Told]) -> None:
        """Forgets what was taken. What was not is tried again for an hour, and what comes after it waits with it."""
        with self._world.store.change():
            for telling, result in told:
                self._settle(telling, result)

    def _forget_what_nobody_wants(self) -> None:
        with self._world.store.change():
            for what in ("events", "records", "transcripts"):
                if not self._sinks.wants(what):
                    self._world.store.run("DELETE FROM untold WHERE what = ?", what)

    def _note_event(self, contact_id: str, kind: str) -> None:
        if self._sinks.wants("events"):
            contact = contacts.get(self._world, contact_id)
            self._note("events", contact_id, json.dumps(events.event(self._world, contact, kind)))

    def _note(self, what: str, contact_id: str, body: str | None = None) -> None:
        if not self._sinks.wants(what):
            return
        now = self._world.clock.wall()
        before = "SELECT max(next_at) FROM untold WHERE what = ? AND contact_id = ?"
        waits = max(now, self._world.store.value(before, what, contact_id) or 0)
        self._world.store.insert("untold", what=what, contact_id=contact_id, body=body, since=now, next_at=waits)
        self._world.store.notice(Due())

    def _complete(self, row: sqlite3.Row) -> Telling:
        world, folder, what = self._world, self._sinks.transcripts, row["what"]
        contact = contacts.get(world, row["contact_id"])
        place = str(folder / transcripts.place(contact)) if folder else ""
        if what == "events":
            where, text = self._sinks.events or "", row["body"]
        elif what == "records":
            where, text = self._sinks.records or "", json.dumps(records.record(world, contact, place or None))
        else:
            where, text = place, json.dumps(transcripts.transcript(world, contact), ensure_ascii=False)
        return Telling(row["seq"], what, contact.id, row["since"], row["attempts"], where, text)

    def _publish(self, tellings: list[Telling]) -> None:
        if not tellings:
            return
        with self._world.store.change():
            for each in tellings:
                topics.publish_text(self._world, each.where, each.text)
                self._forget(each)

    def _settle(self, telling: Telling, result: Result) -> None:
        wall, attempts = self._world.clock.wall(), telling.attempts + 1
        again = next_attempt(undocumented.SNS_DELAYS, attempts, telling.since, wall)
        if result in {Result.TAKEN, Result.REFUSED} or again is None:
            if result is not Result.TAKEN:
                _log.warning("%s of %s given up: %s", telling.what, telling.contact_id, result.value)
            self._forget(telling)
            return
        later = max(again, wall + limits.SECOND)
        self._world.store.run("UPDATE untold SET attempts = ? WHERE seq = ?", attempts, telling.seq)
        wait = "UPDATE untold SET next_at = max(next_at, ?) WHERE what = ?"
        if result is Result.NOBODY:
            self._world.store.run(wait, later, telling.what)
        else:
            self._world.store.run(f"{wait} AND contact_id = ?", later, telling.what, telling.contact_id)

    def _forget(self, telling: Telling) -> None:
        self._world.store.run("DELETE FROM untold WHERE seq = ?", telling.seq)


def tell(tellings: list[Telling], post: Post) -> list[Told]:
    """Carries each to its place, one after the other; nothing overtakes what has to be tried again."""
    told: list[Told] = []
    waiting: set[tuple[str, str | None]] = set()
    for each in tellings:
        if (each.what, None) in waiting or (each.what, each.contact_id) in waiting:
            continue
        result = _carried(each, post)
        told.append((each, result))
        if result in {Result.AGAIN, Result.NOBODY}:
            waiting.add((each.what, None if result is Result.NOBODY else each.contact_id))
    return told


def _carried(telling: Telling, post: Post) -> Result:
    try:
        if telling.what == "transcripts":
            files.replace(Path(telling.where), telling.text)
        elif telling.where.startswith(("http://", "https://")):
            return _answered(post(telling.where, _SENT_AS, telling.text.encode()))
        else:
            files.append(Path(telling.where), telling.text)
    except (OSError, urllib3.exceptions.HTTPError) as error:
        _log.warning("%s to %s: %s: %s", telling.what, telling.where, type(error).__name__, error)
        return Result.NOBODY
    except Exception:  # noqa: BLE001 -- logged whole; the others are to be told all the same
        _log.exception("%s to %s", telling.what, telling.where)
        return Result.AGAIN
    return Result.TAKEN


def _answered(status: int) -> Result:
    """As SNS takes answers: a client error is final, but for 429."""
    if 200 <= status < 300:
        return Result.TAKEN
    return Result.REFUSED if 400 <= status < 500 and status != 429 else Result.AGAIN
