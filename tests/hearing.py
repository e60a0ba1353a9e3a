"""What this process tells its sockets, as the tab of somebody who follows one conversation would hear it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chats import transcripts
from chats.models import Conversation
from chats.realtime import Update, hints
from tests.portal import Held


class Ear:
    """Every numbered change of one conversation since it began to listen. Needs real commits (transaction=True)."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.before = _snapshot(conversation)
        self.frames: list[tuple[int, str, dict[str, Any]]] = []

    def __call__(self, hint: Update | str) -> None:
        if isinstance(hint, Update) and hint.stream == self.conversation.stream and hint.seq:
            frame = json.loads(hint.text)
            self.frames.append((hint.seq, frame["method"], frame["params"]))

    @property
    def numbers(self) -> list[int]:
        """In the order of the numbers; hints may overtake each other between threads."""
        return sorted(number for number, _, _ in self.frames)

    @property
    def expected_numbers(self) -> list[int]:
        """1..n without a hole, counted from where the conversation stood."""
        self.conversation.refresh_from_db()
        return list(range(self.before["seq"] + 1, self.conversation.seq + 1))

    def held(self) -> dict[str, Any]:
        """What a tab holds that had the snapshot before and every change since."""
        tab = Held()
        tab.apply("snapshot", self.before)
        for _, method, params in sorted(self.frames, key=lambda frame: frame[0]):
            tab.apply(method, params)
        return _rows(tab)

    def fresh(self) -> dict[str, Any]:
        """What a tab holds that opens now."""
        self.conversation.refresh_from_db()
        tab = Held()
        tab.apply("snapshot", _snapshot(self.conversation))
        return _rows(tab)


@contextmanager
def listening(conversation: Conversation) -> Iterator[Ear]:
    conversation.refresh_from_db()
    ear = Ear(conversation)
    hints.add_listener(ear)
    try:
        yield ear
    finally:
        hints.remove_listener(ear)


def _snapshot(conversation: Conversation) -> dict[str, Any]:
    params: dict[str, Any] = json.loads(transcripts.snapshot_text(conversation))["params"]
    return params


def _rows(tab: Held) -> dict[str, Any]:
    return {name: getattr(tab, name) for name in ("cursors", "contacts", "items", "outgoing", "receipts", "notes")}
