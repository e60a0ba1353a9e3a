"""Notes what is to be told in the change that made it, and tells it: into a file, to a URL, to a topic, into a folder."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import urllib3

from emulator import limits, undocumented
from emulator.instance import is_topic_arn
from emulator.streaming import topics
from emulator.streaming.deliveries import next_attempt
from emulator.world import World, agents, contacts
from emulator.world.world import Due

from . import events, records, transcripts

Post = Callable[[str, dict[str, str], bytes], int]
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Sinks:
    """Where to: a file of JSON lines, an http(s) URL, or the ARN of a topic; for transcripts, a folder."""

    events: str | None = None
    records: str | None = None
    transcripts: Path | None = None

    def wants(self, what: str) -> bool:
        return getattr(self, what) is not None


@dataclass(frozen=True, slots=True)
class Untold:
    seq: int
    what: str
    contact_id: str
    body: str | None
    since: int
    attempts: int


class Teller:
    def __init__(self, world: World, sinks: Sinks) -> None:
        self._world = world
        self._sinks = sinks
        world.on_contact_event.append(self.hear)

    def hear(self, contact_id: str, kind: str) -> None:
        """Inside the change: what is told was."""
        self._note_event(contact_id, kind)
        if kind == "DISCONNECTED":
            self._note("transcripts", contact_id)
            if agents.served(self._world, contact_id) is None:
                self._note_event(contact_id, "COMPLETED")
        if kind in {"DISCONNECTED", "COMPLETED"}:
            self._note("records", contact_id)

    def due(self) -> list[Untold]:
        sql = "SELECT seq, what, contact_id, body, since, attempts FROM untold WHERE next_at <= ? ORDER BY seq LIMIT ?"
        return [Untold(*row) for row in self._world.store.all(sql, self._world.clock.wall(), _AT_ONCE)]

    def next_due(self) -> int | None:
        found = self._world.store.value("SELECT min(next_at) FROM untold")
        return None if found is None else int(found)

    def tell(self, untold: list[Untold], post: Post) -> None:
        """In their order; what could not be told is tried again, for an hour."""
        outcomes = [(each, self._told(each, post)) for each in untold]
        with self._world.store.change():
            for each, told in outcomes:
                self._settle(each, told=told)

    def _note_event(self, contact_id: str, kind: str) -> None:
        if self._sinks.wants("events"):
            contact = contacts.get(self._world, contact_id)
            self._note("events", contact_id, json.dumps(events.event(self._world, contact, kind)))

    def _note(self, what: str, contact_id: str, body: str | None = None) -> None:
        if not self._sinks.wants(what):
            return
        now = self._world.clock.wall()
        self._world.store.insert("untold", what=what, contact_id=contact_id, body=body, since=now, next_at=now)
        self._world.store.notice(Due())

    def _told(self, untold: Untold, post: Post) -> bool:
        contact = contacts.get(self._world, untold.contact_id)
        try:
            if untold.what == "transcripts":
                transcripts.write(self._world, contact, self._sinks.transcripts or Path())
                return True
            if untold.what == "records":
                return self._to(self._sinks.records or "", json.dumps(self._record(untold.contact_id)), post)
            return self._to(self._sinks.events or "", untold.body or "", post)
        except (OSError, urllib3.exceptions.HTTPError):
            return False

    def _record(self, contact_id: str) -> dict[str, object]:
        contact, folder = contacts.get(self._world, contact_id), self._sinks.transcripts
        location = str(folder / transcripts.place(contact)) if folder else None
        return records.record(self._world, contact, location)

    def _to(self, where: str, text: str, post: Post) -> bool:
        if is_topic_arn(where):
            with self._world.store.change():
                topics.publish_text(self._world, where, text)
            return True
        if where.startswith(("http://", "https://")):
            return 200 <= post(where, {"content-type": "application/json"}, text.encode()) < 300
        _append(Path(where), text)
        return True

    def _settle(self, untold: Untold, *, told: bool) -> None:
        wall, attempts = self._world.clock.wall(), untold.attempts + 1
        again = None if told else next_attempt(undocumented.SNS_DELAYS, attempts, untold.since, wall)
        if again is None:
            self._world.store.run("DELETE FROM untold WHERE seq = ?", untold.seq)
        else:
            later = max(again, wall + limits.SECOND)
            sql = "UPDATE untold SET attempts = ?, next_at = ? WHERE seq = ?"
            self._world.store.run(sql, attempts, later, untold.seq)


def _append(path: Path, line: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())
