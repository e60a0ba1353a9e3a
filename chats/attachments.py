"""Reading a file of a chat: Connect gives it to a participant of ours, and the portal to whoever may see the contact.

A custom participant gets none (GetAttachment: AccessDeniedException), so where the portal takes part as one, nobody here can
read files; where an agent's own participant was relayed, the portal reads with its token, as long as it is in the chat.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from django.utils.translation import gettext_noop

from . import connect, ingest, reconcile
from .db import db_write
from .models import Contact, Item, Participant
from .session import Download, MediaController
from .wire import ATTACHMENT

CUSTOM = gettext_noop(
    "Amazon Connect lets no custom participant read files: ask the customer to write down what matters."
)
OVER = gettext_noop("Amazon Connect gives files out only while the agent is in the chat.")
REJECTED = gettext_noop("Amazon Connect has refused this file: the customer can send another one.")
SCANNED = gettext_noop("Amazon Connect is still looking at this file. Try again in a moment.")


class Unreadable(Exception):
    """Nobody can read this file now, and why."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a conversation, and the participant of ours who may read it."""

    item_pk: str
    attachment_id: str
    name: str
    size: int | None
    reader: Participant


def find(contact: Contact, attachment_id: str) -> File | None:
    """The file of this contact's conversation; None: it has no such file. Raises Unreadable."""
    for item in Item.objects.filter(conversation=contact.conversation_id, type=ATTACHMENT):
        for told in item.attachments:
            if told.get("AttachmentId") == attachment_id:
                _check_scan(told.get("Status", ""))
                name, size = str(told.get("AttachmentName", "")), told.get("AttachmentSizeInBytes")
                return File(item.pk, attachment_id, name, size, _reader(contact))
    return None


def _check_scan(status: str) -> None:
    if status == "REJECTED":
        raise Unreadable(REJECTED)
    if status != "APPROVED":
        raise Unreadable(SCANNED)


def _reader(contact: Contact) -> Participant:
    ours = Participant.objects.filter(conversation=contact.conversation_id, round__isnull=False, left_at=None)
    live = list(ours.exclude(connection_token="").order_by("-connection_made_at"))
    for participant in live:
        if participant.role == "AGENT":
            return participant
    raise Unreadable(CUSTOM if live or not contact.is_relayed else OVER)


@asynccontextmanager
async def opened(file: File) -> AsyncIterator[AsyncIterator[bytes]]:
    """Its bytes, piece by piece. Raises Unreadable, connect.Refused, connect.Unavailable."""
    place = await _place(file)
    if file.size is None and place.size is not None:
        await db_write(ingest.save_size)(file.item_pk, file.attachment_id, place.size)
    async with connect.download(place.url) as pieces:
        yield pieces


async def _place(file: File) -> Download:
    try:
        return await MediaController(file.reader).attachment(file.attachment_id)
    except connect.Refused as error:
        if not error.is_gone or not await reconcile.participant_refused(file.reader):
            raise Unreadable(OVER) from None
    try:
        return await MediaController(file.reader).attachment(file.attachment_id)
    except connect.Refused as error:  # we are in the chat, and still may not
        raise Unreadable(f"Amazon Connect does not give this file out ({error.message or error.code}).") from None
