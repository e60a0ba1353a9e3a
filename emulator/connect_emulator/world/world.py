"""The world as one value: its store, its clock, its instance, and where its changes are told."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connect_emulator.bots import Bot
from connect_emulator.clock import Clock
from connect_emulator.instance import Instance

from .store import Store


def _uuid() -> str:
    return str(uuid.uuid4())


def _token() -> str:
    return secrets.token_urlsafe(96)


def _percent() -> int:
    return 1 + secrets.randbelow(100)


@dataclass(frozen=True, slots=True)
class Said:
    """Notice: this frame goes to every socket of the chat."""

    initial_id: str
    frame: str
    not_to: str | None = None  # a participant who does not hear it


@dataclass(frozen=True, slots=True)
class Gone:
    """Notice: this participant has left; its sockets have read all they will get."""

    participant_id: str


@dataclass(frozen=True, slots=True)
class Due:
    """Notice: a deadline, a Lambda call or a delivery was added."""


FlowEvent = Callable[[str, str], None]
ContactEvent = Callable[[str, str], None]


@dataclass(slots=True)
class World:
    store: Store
    clock: Clock
    instance: Instance = field(default_factory=Instance)
    echo: bool = True  # stream a custom participant's own items, too
    most_open_chats: int | None = None  # None: the quota is not kept
    new_id: Callable[[], str] = _uuid
    new_token: Callable[[], str] = _token
    roll: Callable[[], int] = _percent  # 1 to 100, for DistributeByPercentage
    bots: dict[str, Bot] = field(default_factory=dict)  # by the ARN of a Lex alias
    parked: dict[tuple[str, Any], int] = field(default_factory=dict)  # deadlines that failed: not before (timers)
    on_flow_event: list[FlowEvent] = field(default_factory=list)  # (contact id, what happened), inside the change
    on_contact_event: list[ContactEvent] = field(default_factory=list)  # the same, of what EventBridge is told

    def tell_flows(self, contact_id: str, event: str) -> None:
        for listener in self.on_flow_event:
            listener(contact_id, event)

    def tell_events(self, contact_id: str, event: str) -> None:
        for listener in self.on_contact_event:
            listener(contact_id, event)


def open_world(path: Path, clock: Clock, *, instance: Instance | None = None, echo: bool = True) -> World:
    """The world kept in `path`, with the clock turned as far as it was."""
    store = Store(path)
    clock.offset = max(clock.offset, int(store.meta("clock_offset", "0")))
    return World(store, clock, instance or Instance(), echo)
