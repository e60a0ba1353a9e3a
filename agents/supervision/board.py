"""The board in memory: every live contact, agent and queue of the portal, and the last hour, kept up by small reads.

`Board.look` runs on a database thread, one at a time (board_reader). What hints name is read again; a look at everybody's
counters finds what no hint named. What one supervisor sees of it is made by agents.supervision.board_view.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from . import board_rows as rows
from .board_rows import AgentRow, ContactRow, Part, QueueFacts
from .figures import HOUR, Wait, response_times

Answer = tuple[datetime, int, float]  # when, queue, seconds


@dataclass
class Board:
    """All rows. `changed_contacts` are those that the last look read or lost."""

    contacts: dict[str, ContactRow] = field(default_factory=dict)
    agents: dict[str, AgentRow] = field(default_factory=dict)
    queues: dict[int, QueueFacts] = field(default_factory=dict)
    served_by_profile: Mapping[int, set[int]] = field(default_factory=dict)
    parts: dict[int, Part] = field(default_factory=dict)
    answers: deque[Answer] = field(default_factory=deque)
    changed_contacts: set[str] = field(default_factory=set)
    watchers: dict[str, list[rows.Wire]] = field(default_factory=dict)
    alerts: list[tuple[int, rows.Wire]] = field(default_factory=list)
    now: datetime | None = None
    _waits: dict[int, tuple[str, Wait]] = field(default_factory=dict)
    _waits_by_queue: dict[int, list[Wait]] = field(default_factory=dict)
    _numbers: dict[str, int] = field(default_factory=dict)
    _versions: dict[str, tuple[object, ...]] = field(default_factory=dict)
    _of_conversation: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def waits_of(self, queue: int) -> Sequence[Wait]:
        """Of the last hour."""
        return self._waits_by_queue.get(queue, ())

    def look(
        self, conversations: Collection[str], agents: Collection[str], *, at_everything: bool, now: datetime
    ) -> None:
        """Read these again; with `at_everything` also whatever has a newer number than what is held."""
        first = self.now is None
        dirty, moved = set(conversations), set(agents)
        if at_everything or first:
            dirty |= self._moved_conversations()
            moved |= self._moved_agents()
            self.queues, self.served_by_profile = rows.queues(), rows.queues_of_profiles()
        self.now = now
        self.watchers, self.alerts = rows.watchers(), rows.alerts(now)
        self._read_contacts(dirty)
        self._read_agents(moved, now)
        self._read_hour(dirty, moved, now, everything=first)
        self._forget(now - HOUR)
        self._waits_by_queue = defaultdict(list)
        for _initial, wait in self._waits.values():
            self._waits_by_queue[wait.queue].append(wait)

    def _moved_conversations(self) -> set[str]:
        numbers = rows.conversation_numbers()
        moved = {initial for initial, number in numbers.items() if self._numbers.get(initial) != number}
        gone = self._of_conversation.keys() - numbers.keys()
        self._numbers = numbers
        return moved | gone

    def _moved_agents(self) -> set[str]:
        versions = rows.agent_versions()
        moved = {key for key, version in versions.items() if self._versions.get(key) != version}
        gone = self.agents.keys() - versions.keys()
        self._versions = versions
        return moved | gone

    def _read_contacts(self, dirty: Collection[str]) -> None:
        before = {pk: self.contacts.pop(pk) for initial in dirty for pk in self._of_conversation.pop(initial, ())}
        found = rows.contacts(dirty)
        for row in found:
            self.contacts[row.pk] = row
            self._of_conversation[row.initial].add(row.pk)
            self._count_answer(before.get(row.pk), row)
        self.changed_contacts = before.keys() | {row.pk for row in found}

    def _count_answer(self, before: ContactRow | None, row: ContactRow) -> None:
        """Somebody answered what the customer waited for when it was last read."""
        if before and before.awaited and row.answered and row.answered > before.awaited and before.state == "CONNECTED":
            self.answers.append((row.answered, row.queue, (row.answered - before.awaited).total_seconds()))

    def _read_agents(self, moved: Collection[str], now: datetime) -> None:
        for key in moved:
            self.agents.pop(key, None)
        for row in rows.agents(moved, now):
            self.agents[row.key] = row

    def _read_hour(self, dirty: Collection[str], moved: Collection[str], now: datetime, *, everything: bool) -> None:
        since = now - HOUR
        if everything:
            self._waits, self.parts = rows.waits(since), rows.parts(since)
            self._read_answers(since)
            return
        if dirty:
            fresh = rows.waits(since, dirty)
            self._waits = {pk: one for pk, one in self._waits.items() if one[0] not in dirty} | fresh
        if moved:
            pks = {self.agents[key].pk for key in moved if key in self.agents}
            others = {pk: part for pk, part in self.parts.items() if part.handling.agent not in pks}
            self.parts = others | rows.parts(since, pks)

    def _read_answers(self, since: datetime) -> None:
        queues = {initial: self.contacts[pk].queue for initial, pks in self._of_conversation.items() for pk in pks}
        found = rows.responses(since, queues)
        answers = [
            (at, queues[initial], taken) for initial, said in found.items() for at, taken in response_times(said)
        ]
        self.answers = deque(sorted(answers))

    def _forget(self, since: datetime) -> None:
        """What is more than an hour past."""
        while self.answers and self.answers[0][0] < since:
            self.answers.popleft()
        if any(wait.left_at and wait.left_at < since for _initial, wait in self._waits.values()):
            self._waits = {pk: one for pk, one in self._waits.items() if not one[1].left_at or one[1].left_at >= since}
        self.parts = {pk: part for pk, part in self.parts.items() if not _is_past(part, since)}


def _is_past(part: Part, since: datetime) -> bool:
    over = part.handling.cleared_at or (part.handling.ended_at if part.handling.accepted_at is None else None)
    return over is not None and over < since - timedelta(seconds=1)


def last_actions(board: Board) -> dict[int, datetime]:
    """By user: when they last wrote to a customer, of the contacts they serve."""
    found: dict[int, datetime] = {}
    for row in board.contacts.values():
        if row.owner is not None and row.answered is not None:
            found[row.owner] = max(row.answered, found.get(row.owner, row.answered))
    return found


def serves(board: Board, agent: AgentRow) -> Collection[int]:
    """The queues this agent serves."""
    return board.served_by_profile.get(agent.profile, ())


def newest_missed(parts: Sequence[Part]) -> list[Part]:
    """Offers that were missed, the newest first."""
    return sorted(
        (part for part in parts if part.missed), key=lambda part: str((part.missed or {})["at"]), reverse=True
    )
