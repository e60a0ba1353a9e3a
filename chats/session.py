"""The media controller: what our participant can do in a chat, in Streams' words. It only speaks; `ingest` writes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from . import connect, participation, wire
from .db import db_write
from .models import Participant
from .wire import ChatEvent, Unreadable

PAGE = 100  # GetTranscript gives at most so many items a page
THE_BEGINNING = {"AbsoluteTime": "2010-01-01T00:00:00.000Z"}  # before any chat there is


@dataclass(frozen=True, slots=True)
class SentMessage:
    """What Connect made of our words."""

    item_id: str
    absolute_time: datetime


@dataclass(frozen=True, slots=True)
class Upload:
    """Where the bytes of a file go, and with which headers."""

    attachment_id: str
    url: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Download:
    """Where the bytes of a file are."""

    url: str
    size: int | None


class MediaController:
    """Speaks as one participant; it does not know which kind of token it holds. Raises connect.Refused, Unavailable."""

    def __init__(self, participant: Participant) -> None:
        self.participant = participant

    @property
    def token(self) -> str:
        return self.participant.connection_token

    async def send_message(self, content: str, content_type: str, client_token: str) -> SentMessage:
        answer = await connect.participant(
            "send_message",
            Content=content,
            ContentType=content_type,
            ClientToken=client_token,
            ConnectionToken=self.token,
        )
        return SentMessage(answer["Id"], datetime.fromisoformat(answer["AbsoluteTime"]))

    async def send_receipt(self, message_id: str) -> None:
        """Tell the customer's side that everything up to this message was read."""
        await connect.participant(
            "send_event",
            ContentType=wire.READ,
            Content=f'{{"messageId":"{message_id}"}}',
            ConnectionToken=self.token,
        )

    async def send_typing(self) -> bool:
        """Typing is worth nothing later: dropped when its small pool is busy, never retried. Whether it was sent."""
        if connect.typing_is_busy():
            return False
        await connect.typing(self.token, wire.TYPING)
        return True

    async def start_upload(self, name: str, content_type: str, size: int, client_token: str) -> Upload:
        answer = await connect.participant(
            "start_attachment_upload",
            AttachmentName=name,
            ContentType=content_type,
            AttachmentSizeInBytes=size,
            ClientToken=client_token,
            ConnectionToken=self.token,
        )
        put = answer["UploadMetadata"]
        return Upload(answer["AttachmentId"], put["Url"], put.get("HeadersToInclude", {}))

    async def complete_upload(self, attachment_id: str, client_token: str) -> None:
        """From now on it is Connect's: when it is scanned, it becomes an item."""
        await connect.participant(
            "complete_attachment_upload",
            AttachmentIds=[attachment_id],
            ClientToken=client_token[:500],
            ConnectionToken=self.token,
        )

    async def attachment(self, attachment_id: str) -> Download:
        """Where its bytes can be fetched for a minute. A custom participant may not (AccessDeniedException)."""
        answer = await connect.participant(
            "get_attachment", AttachmentId=attachment_id, UrlExpiryInSeconds=60, ConnectionToken=self.token
        )
        return Download(answer["Url"], answer.get("AttachmentSizeInBytes"))

    async def disconnect(self, client_token: str) -> None:
        await connect.participant("disconnect_participant", ClientToken=client_token[:500], ConnectionToken=self.token)

    async def renew(self) -> None:
        """A new connection token, made with the participant token, which lives as long as the participant."""
        answer = await connect.participant(
            "create_participant_connection",
            Type=["CONNECTION_CREDENTIALS"],
            ConnectParticipant=True,
            ParticipantToken=self.participant.participant_token,
        )
        await db_write(participation.save_connection)(self.participant, answer["ConnectionCredentials"], timezone.now())

    async def transcript(self, after: str = "") -> AsyncIterator[list[ChatEvent]]:
        """Everything said so far, page by page, oldest first; with `after` from the item of this Id on, itself included.

        Whoever scans forward must say where to start (GetTranscript: "FORWARD with StartPosition").
        """
        asked: dict[str, Any] = {"StartPosition": {"Id": after} if after else THE_BEGINNING}
        while True:
            answer = await connect.participant(
                "get_transcript",
                ConnectionToken=self.token,
                MaxResults=PAGE,
                ScanDirection="FORWARD",
                SortOrder="ASCENDING",
                **asked,
            )
            yield _events(answer)
            if not answer.get("NextToken"):
                return
            asked["NextToken"] = answer["NextToken"]


def _events(answer: dict[str, Any]) -> list[ChatEvent]:
    """One unreadable item must not hide the others of its page."""
    events = []
    for item in answer.get("Transcript", []):
        try:
            events.append(wire.read_item(item, initial_contact_id=answer.get("InitialContactId")))
        except Unreadable:
            continue
    return events
