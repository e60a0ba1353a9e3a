"""Brings one file to Connect: an upload is started, its bytes are put to a signed URL, it is completed; then Connect scans it.

Only completing has an effect that the customer sees. Connect's AttachmentId is kept before that: whatever happens between,
the same attachment is completed again, which is once, and its item is known by the id when it comes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from chats import connect, outbox, reconcile, stored_files
from chats.db import db_write
from chats.models import Capability, OutboundMessage, Participant
from chats.models.capability import CUSTOM_PARTICIPANT_SENDS_NO_FILES
from chats.reasons import Reason
from chats.session import MediaController

log = logging.getLogger(__name__)
# A started upload is good for some minutes (UrlExpiry): within them it is the same one, whatever became of its bytes.
STARTED_HOLDS = timedelta(minutes=10)
FAILED_ARE_KEPT = timedelta(days=7)  # as long as a chat can last
NOT_OURS_TO_SEND = Reason("portal_sends_no_files")
NOT_YOURS_TO_SEND = Reason("agent_sends_no_files")
GONE = Reason("file_gone")


def lease(now: datetime) -> datetime:
    """Until when nobody else takes a row: longer than one call may take."""
    return now + timedelta(seconds=settings.CCP_AWS_CONNECT_TIMEOUT + settings.CCP_AWS_READ_TIMEOUT + 5)


async def send_attachment(outgoing: OutboundMessage, controller: MediaController) -> None:
    """From wherever an earlier try has left it. Raises connect.Refused, connect.Unavailable."""
    async with _lease_renewed(outgoing):
        attachment_id = outgoing.attachment_id or await _uploaded(outgoing, controller)
        try:
            await controller.complete_upload(attachment_id, f"complete-{attachment_id}")
        except connect.Refused as error:
            if not _was_completed_before(outgoing, error):
                await db_write(_start_anew)(outgoing)
                raise
    await db_write(_taken)(outgoing)


async def _uploaded(outgoing: OutboundMessage, controller: MediaController) -> str:
    """Connect's id of the attachment, once it has the bytes."""
    if not stored_files.exists(outgoing.file):
        raise connect.Refused("FileGone", GONE)
    upload = await controller.start_upload(
        outgoing.content, outgoing.content_type, outgoing.size or 0, _start_token(outgoing)
    )
    await connect.upload(upload.url, upload.headers, stored_files.path_of(outgoing.file))
    return await db_write(_keep_attachment)(outgoing, upload.attachment_id)


def _start_token(outgoing: OutboundMessage) -> str:
    """Again is the same upload, which saves the chat's quota of attachments; but not when its URL may have expired."""
    since = timezone.now() - (outgoing.first_tried_at or outgoing.created_at)
    return f"start-{outgoing.position}-{since // STARTED_HOLDS}-{outgoing.client_token}"[:500]


def _was_completed_before(outgoing: OutboundMessage, error: connect.Refused) -> bool:
    """Its answer was lost, and Connect no longer knows our ClientToken: "conflicts with the current state"."""
    return error.code == "ConflictException" and bool(outgoing.attachment_id)


@asynccontextmanager
async def _lease_renewed(outgoing: OutboundMessage) -> AsyncIterator[None]:
    """A file may take minutes on a slow line; a short lease, renewed, lets another sender carry on soon after a kill."""
    keeping = asyncio.create_task(_renew_again_and_again(outgoing))
    try:
        yield
    finally:
        keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeping


async def _renew_again_and_again(outgoing: OutboundMessage) -> None:
    pause = (lease(timezone.now()) - timezone.now()).total_seconds() / 3
    while True:
        await asyncio.sleep(pause)
        try:
            await db_write(_renew)(outgoing, lease(timezone.now()))
        except DatabaseError as error:
            log.info("the lease of a file could not be renewed yet: %s", error)
        except Exception:  # the next renewal is due soon
            log.exception("the lease of a file could not be renewed")


def _renew(outgoing: OutboundMessage, until: datetime) -> None:
    OutboundMessage.objects.filter(pk=outgoing.pk, state=OutboundMessage.State.SENDING).update(due_at=until)


def _keep_attachment(outgoing: OutboundMessage, attachment_id: str) -> str:
    """Only one upload of a row is ever completed, also when two couriers hold it: the first that is here."""
    OutboundMessage.objects.filter(pk=outgoing.pk, attachment_id="").update(attachment_id=attachment_id)
    kept: str = OutboundMessage.objects.values_list("attachment_id", flat=True).get(pk=outgoing.pk)
    return kept


def _start_anew(outgoing: OutboundMessage) -> None:
    OutboundMessage.objects.filter(pk=outgoing.pk, item_id="").update(attachment_id="")


@transaction.atomic
def _taken(outgoing: OutboundMessage) -> None:
    """Unless its item was here first."""
    outgoing.conversation.lock()
    row = OutboundMessage.objects.select_related("author").get(pk=outgoing.pk)
    row.conversation = outgoing.conversation
    if row.state == OutboundMessage.State.SENDING:
        outbox.change(row, state=OutboundMessage.State.TAKEN, why=Reason())


# ---- a refusal that is about files, not about us ---------------------------------------------------------------------


async def denied(participant: Participant) -> Reason:
    """AccessDenied may mean "you are out" or "not for files". Whoever may still read is not out: why then; empty: out."""
    try:
        await reconcile.transcript(participant)
    except connect.Refused:
        return Reason()
    if participant.role == "CUSTOM_BOT":
        await db_write(Capability.keep)(CUSTOM_PARTICIPANT_SENDS_NO_FILES, timezone.now())
        return NOT_OURS_TO_SEND
    return NOT_YOURS_TO_SEND


def are_refused_to(role: str, now: datetime) -> bool:
    """Whether it is known that Connect takes no file from such a participant."""
    return role == "CUSTOM_BOT" and Capability.holds(CUSTOM_PARTICIPANT_SENDS_NO_FILES, now)


# ---- what is left behind ---------------------------------------------------------------------------------------------


def drop_forgotten(now: datetime) -> int:
    """Files whose rows are sent, or never were, and those that failed and that nobody has retried for so long."""
    waiting = OutboundMessage.objects.filter(kind=OutboundMessage.Kind.ATTACHMENT).exclude(file="")
    live = waiting.filter(state__in=OutboundMessage.UNSENT)
    failed = waiting.filter(state=OutboundMessage.State.FAILED, created_at__gt=now - FAILED_ARE_KEPT)
    return stored_files.delete_unneeded({*live.values_list("file", flat=True), *failed.values_list("file", flat=True)})
