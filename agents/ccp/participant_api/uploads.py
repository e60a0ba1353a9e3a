"""Attachments of the participant API: announced, handed in at an address of ours, completed; and an address for reading one."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from agents.desk import files
from agents.models import AgentUpload
from chats import attachments, file_types, stored_files, wire
from chats.db import db_read, db_write
from chats.models import Contact
from chats.outbox import Message

from . import requests
from .callers import Speaker
from .errors import ParticipantError, denied
from .urls import Urls

UPLOAD_LIVES = timedelta(minutes=15)
FILE_LIVES = timedelta(minutes=5)  # UrlExpiryInSeconds is 300 at most
NO_SUCH = "This participant has no attachment with this AttachmentId."
KINDS = {"fileTooLarge": "ServiceQuotaExceededException"}


async def start(speaker: Speaker, asked: requests.StartAttachmentUpload, urls: Urls) -> dict[str, Any]:
    name = file_types.safe_name(asked.attachment_name)
    try:
        kind = file_types.check(name, asked.attachment_size_in_bytes)
    except file_types.FileRejected as error:
        raise rejected(error) from None
    await db_read(files.check_may_send)(speaker.caller.at_desk.user_id, speaker.contact.pk)
    about = {"name": name, "content_type": kind.content_type, "size": asked.attachment_size_in_bytes}
    now = timezone.now()
    upload = await db_write(_announce)(speaker, asked.client_token, about)
    return {
        "AttachmentId": str(upload.pk),
        "UploadMetadata": {
            "Url": urls.file("upload", [str(upload.pk), speaker.token.session_key]),
            "UrlExpiry": wire.iso(now + UPLOAD_LIVES),
            "HeadersToInclude": {"Content-Type": upload.content_type},
        },
    }


def _announce(speaker: Speaker, client_token: str, about: dict[str, Any]) -> AgentUpload:
    upload = AgentUpload.announce(speaker.part, client_token, timezone.now(), **about)
    if any(getattr(upload, name) != value for name, value in about.items()):
        raise ParticipantError("ConflictException", "This ClientToken belongs to another file.")
    return upload


def keep(upload_id: str, key: str, size: int) -> bool:
    """The bytes are on the disk: whether they are those that were announced, and are waited for."""
    waiting = AgentUpload.objects.filter(pk=upload_id, completed=False, size=size)
    with transaction.atomic():
        found = waiting.select_for_update().first()
        if found is None:
            return False
        before, found.file = found.file, key
        found.save(update_fields=["file"])
    if before:
        stored_files.delete(before)
    return True


async def complete(speaker: Speaker, asked: requests.CompleteAttachmentUpload) -> dict[str, Any]:
    try:
        upload_id = uuid.UUID(asked.attachment_ids[0])
    except ValueError:
        raise ParticipantError("ValidationException", NO_SUCH) from None
    await db_write(_complete)(speaker, upload_id)
    return {}


@transaction.atomic
def _complete(speaker: Speaker, upload_id: uuid.UUID) -> None:
    """Into the outbox, in its turn. The outbox knows the file by its id: completed twice it is sent once."""
    upload = AgentUpload.objects.filter(pk=upload_id, agent_contact=speaker.part).first()
    if upload is None:
        raise ParticipantError("ValidationException", NO_SUCH)
    if upload.completed:
        return
    if not stored_files.exists(upload.file):
        raise ParticipantError("ConflictException", "The file is not uploaded yet.")
    to = (speaker.caller.at_desk.user_id, speaker.contact.pk)
    token = str(upload.pk)
    files.send(Message(*to, upload.name, upload.content_type, token, file=upload.file, size=upload.size))
    upload.completed = True
    upload.save(update_fields=["completed"])


async def link(speaker: Speaker, asked: requests.GetAttachment, urls: Urls) -> dict[str, Any]:
    """An address of ours: Connect gives none to custom participants, and says so."""
    try:
        file = await db_read(attachments.find)(speaker.contact, asked.attachment_id)
    except attachments.Unreadable as error:
        raise denied(str(error)) from None
    if file is None:
        raise denied("The chat has no attachment with this AttachmentId.")
    seconds = asked.url_expiry_in_seconds or FILE_LIVES.total_seconds()
    expires = timezone.now() + timedelta(seconds=seconds)
    values: list[str | int] = [
        speaker.contact.pk,
        asked.attachment_id,
        speaker.token.session_key,
        int(expires.timestamp()),
    ]
    size = {} if file.size is None else {"AttachmentSizeInBytes": file.size}
    return {"Url": urls.file("file", values), "UrlExpiry": wire.iso(expires), **size}


def readable(contact_id: str, attachment_id: str) -> attachments.File | None:
    contact = Contact.objects.filter(pk=contact_id).first()
    return None if contact is None else attachments.find(contact, attachment_id)


def rejected(error: file_types.FileRejected) -> ParticipantError:
    return ParticipantError(KINDS.get(error.reason, "ValidationException"), f"{error}.")
