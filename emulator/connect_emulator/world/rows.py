"""The rows of the world as frozen values."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from connect_emulator.clock import iso


@dataclass(frozen=True, slots=True)
class Row:
    JSON: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def of(cls, row: sqlite3.Row) -> Self:
        return cls(**{key: _plain(row[key]) if key in cls.JSON else row[key] for key in row.keys()})  # noqa: SIM118 -- a Row iterates its values


def _plain(text: str | None) -> Any:
    return None if text is None else json.loads(text)


@dataclass(frozen=True, slots=True)
class Contact(Row):
    JSON: ClassVar[frozenset[str]] = frozenset(
        {"attributes", "segment_attributes", "supported", "initial_message", "hooks"}
    )

    id: str
    initial_id: str
    previous_id: str | None
    related_id: str | None
    initiation_method: str
    flow_id: str
    customer_id: str | None
    attributes: dict[str, str]
    segment_attributes: dict[str, Any]
    supported: list[str]
    initial_message: dict[str, str] | None
    hooks: dict[str, str]
    queue_id: str | None
    queued_at: int | None
    initiated_at: int
    connected_at: int | None
    updated_at: int
    connect_by: int | None
    expires_at: int | None
    spoken_at: int
    ended_at: int | None
    end_reason: str | None

    @property
    def ended(self) -> bool:
        return self.ended_at is not None


@dataclass(frozen=True, slots=True)
class Participant(Row):
    id: str
    contact_id: str
    role: str
    display_name: str
    token: str
    state: str
    created_at: int
    connect_by: int | None
    left_at: int | None

    @property
    def connected(self) -> bool:
        return self.state == "CONNECTED"


@dataclass(frozen=True, slots=True)
class Item(Row):
    seq: int
    id: str
    initial_id: str
    contact_id: str
    absolute_time: int
    type: str
    content_type: str
    content: str | None
    participant_id: str | None
    role: str | None
    display_name: str | None
    attachments: tuple[dict[str, Any], ...] = ()  # of an item of type ATTACHMENT

    def as_transcript(self) -> dict[str, Any]:
        """As GetTranscript shows it: members without a value are left out."""
        members = {
            "AbsoluteTime": iso(self.absolute_time),
            "Content": self.content,
            "ContentType": self.content_type,
            "Id": self.id,
            "Type": self.type,
            "ParticipantId": self.participant_id,
            "DisplayName": self.display_name,
            "ParticipantRole": self.role,
            "ContactId": self.contact_id,
            "Attachments": list(self.attachments) or None,
        }
        return {name: value for name, value in members.items() if value is not None}

    def as_sent(self) -> dict[str, Any]:
        """As sockets and message streaming carry it."""
        return {**self.as_transcript(), "InitialContactId": self.initial_id}


@dataclass(frozen=True, slots=True)
class Execution(Row):
    JSON: ClassVar[frozenset[str]] = frozenset({"events", "loops", "external", "flow_attributes", "call"})

    contact_id: str
    flow_id: str
    action_id: str
    step: int
    phase: str
    events: list[str]
    deadline: int | None
    loops: dict[str, int]
    external: dict[str, Any]
    flow_attributes: dict[str, str]
    call: dict[str, Any] | None
