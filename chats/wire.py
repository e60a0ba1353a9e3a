"""What Amazon Connect says, as frozen values: an SNS message or an item of GetTranscript becomes a ChatEvent.

Sources: "Enable real-time chat message streaming" (SNS payload) and connectparticipant GetTranscript (Item). Both have
the same members; only times differ, SNS sends text and boto3 gives datetimes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

T = TypeVar("T")

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

# ReferenceSummary's members and the ReferenceType of each; of e-mail and analysis only ARNs are told, nothing to read
REFERENCES = {
    "Url": "URL",
    "Attachment": "ATTACHMENT",
    "Number": "NUMBER",
    "String": "STRING",
    "Date": "DATE",
    "Email": "EMAIL",
}
MAX_REFERENCE = 4096  # characters of a name and of a value (ReferenceKey, ReferenceValue)

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

    @property
    def is_scanned_still(self) -> bool:
        """Its file's state will be told anew, on this very item."""
        return any(one.get("Status") not in {"APPROVED", "REJECTED"} for one in self.attachments)


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


def listed_references(summaries: object) -> list[dict[str, str]]:
    """The references of a contact as ListContactReferences gives them, in the order of their names."""
    pairs = [pair for one in _those(summaries, list) if isinstance(one, dict) for pair in one.items()]
    found = {_said(told.get("Name")): (kind, told) for kind, told in pairs if isinstance(told, dict)}
    return _references((name, REFERENCES.get(kind, ""), told) for name, (kind, told) in found.items())


def named_references(given: object) -> list[dict[str, str]]:
    """The same from a map by name: a ContactFlowEvent's References, in whose examples AWS writes the type small."""
    found = {_said(name): told for name, told in _those(given, dict).items() if isinstance(told, dict)}
    return _references((name, _said(told.get("Type")).upper(), told) for name, told in found.items())


def _references(found: Iterable[tuple[str, str, Mapping[str, Any]]]) -> list[dict[str, str]]:
    known = [
        {"name": name, "type": kind, "value": _said(told.get("Value")), "status": _said(told.get("Status"))}
        for name, kind, told in found
        if name and kind in REFERENCES.values()
    ]
    return sorted(known, key=lambda one: (one["name"].casefold(), one["name"]))


def _those(given: object, kind: type[T]) -> T:
    """A shape of AWS's that is not there, or another one, is an empty one: no chat is lost for it."""
    return given if isinstance(given, kind) else kind()


def _said(value: object) -> str:
    return _NO_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", value)[:MAX_REFERENCE] if isinstance(value, str) else ""


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
