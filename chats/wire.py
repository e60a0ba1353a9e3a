"""What Amazon Connect says, as frozen values: an SNS message or an item of GetTranscript becomes a ChatEvent.

Sources: "Enable real-time chat message streaming" (SNS payload) and connectparticipant GetTranscript (Item). Both have
the same members; only times differ, SNS sends text and boto3 gives datetimes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

EVENT = "application/vnd.amazonaws.connect.event."
TYPING = EVENT + "typing"
JOINED = EVENT + "participant.joined"
LEFT = EVENT + "participant.left"
CHAT_ENDED = EVENT + "chat.ended"
IDLE = EVENT + "participant.idle"
IDLE_TOO_LONG = EVENT + "participant.autodisconnection"
DELIVERED = EVENT + "message.delivered"
READ = EVENT + "message.read"

ATTACHMENT = "ATTACHMENT"  # the type of an item that is a file
METADATA_TYPES = frozenset({"MESSAGEMETADATA", "MESSAGE_METADATA"})
STAFF_ROLES = frozenset({"AGENT", "CUSTOM_BOT", "SUPERVISOR"})
ATTACHMENT_MEMBERS = ("AttachmentId", "AttachmentName", "ContentType", "Status")

_NO_CHARACTER = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL keeps no NUL, and nobody half a character


class Unreadable(ValueError):
    """This is not something Amazon Connect says."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A participant has received, or read, everything up to a message."""

    message_id: str
    participant_id: str
    read: bool


@dataclass(frozen=True, slots=True)
class ChatEvent:
    """One item of a chat: a message, an event, an attachment or a receipt."""

    id: str
    type: str
    content_type: str
    contact_id: str
    initial_contact_id: str
    absolute_time: datetime
    content: str | None = None
    participant_id: str | None = None
    role: str | None = None
    display_name: str | None = None
    attachments: tuple[Mapping[str, Any], ...] = field(default=())
    receipts: tuple[Receipt, ...] = field(default=())

    @property
    def is_kept(self) -> bool:
        """Typing and receipts pass; everything else is part of the transcript."""
        return self.content_type not in {TYPING, DELIVERED, READ} and self.type not in METADATA_TYPES


def read_message(text: str) -> ChatEvent:
    """The `Message` of an SNS notification; Unreadable says what is wrong with it."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the message is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise Unreadable("the message is not a JSON object")
    return read_item(value)


def read_item(item: Mapping[str, Any], *, initial_contact_id: str | None = None) -> ChatEvent:
    """An item as SNS or GetTranscript gives it; GetTranscript says the initial contact once, beside its items."""
    contact_id = _text(item, "ContactId") or initial_contact_id
    initial = _text(item, "InitialContactId") or initial_contact_id or contact_id
    if not contact_id or not initial:
        raise Unreadable("neither ContactId nor InitialContactId is there")
    return ChatEvent(
        id=_required(item, "Id"),
        type=_required(item, "Type", limit=32),
        content_type=_text(item, "ContentType") or "",
        contact_id=contact_id,
        initial_contact_id=initial,
        absolute_time=_time(item.get("AbsoluteTime")),
        content=_text(item, "Content", limit=400_000),
        participant_id=_text(item, "ParticipantId"),
        role=_text(item, "ParticipantRole", limit=16),
        display_name=_text(item, "DisplayName", limit=1024),
        attachments=_attachments(item.get("Attachments")),
        receipts=_receipts(item.get("MessageMetadata")),
    )


def iso(moment: datetime) -> str:
    """A time as Connect writes it: UTC, milliseconds, Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else iso(moment)


def _text(item: Mapping[str, Any], name: str, limit: int = 256) -> str | None:
    value = item.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Unreadable(f"{name} is not text")
    if len(value) > limit:
        raise Unreadable(f"{name} has {len(value)} characters, at most {limit} are possible")
    return _NO_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", value)


def _required(item: Mapping[str, Any], name: str, limit: int = 256) -> str:
    value = _text(item, name, limit)
    if not value:
        raise Unreadable(f"{name} is missing")
    return value


def _time(value: object) -> datetime:
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise Unreadable(f"AbsoluteTime is not a time: {value[:40]!r}") from None
    else:
        raise Unreadable("AbsoluteTime is missing")
    if moment.tzinfo is None:
        raise Unreadable("AbsoluteTime has no time zone")
    try:
        return moment.astimezone(UTC)
    except (OverflowError, ValueError):
        raise Unreadable("AbsoluteTime is outside the calendar") from None


def _attachments(value: object) -> tuple[Mapping[str, Any], ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise Unreadable("Attachments is not a list of objects")
    return tuple(
        {name: text for name in ATTACHMENT_MEMBERS if (text := _text(one, name, 1024)) is not None} for one in value
    )


def _receipts(value: object) -> tuple[Receipt, ...]:
    """Receipts that make no sense are left out: the message they stand on is worth more than they are."""
    if not isinstance(value, dict) or not isinstance(value.get("Receipts"), list):
        return ()
    message_id = _id(value.get("MessageId"))
    found = [(_id(one.get("RecipientParticipantId")), one) for one in value["Receipts"] if isinstance(one, dict)]
    return tuple(
        Receipt(message_id, participant_id, one.get("ReadTimestamp") is not None)
        for participant_id, one in found
        if message_id and participant_id
    )


def _id(value: object) -> str:
    return _NO_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", value) if isinstance(value, str) and len(value) <= 256 else ""
