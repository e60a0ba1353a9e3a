"""Speaks: delivers the outbox to Connect, per round strictly first in, first out, each row exactly once.

One row of a round is under way at a time, leased for longer than boto3's time-outs. A refusal fails its row and lets the
next go; an unknown outcome blocks them and is tried again with the same ClientToken, across restarts too. Messages keep
within what Connect takes a second (`rate`): each claimed one knows its turn, and no more are claimed than AT_ONCE.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import DatabaseError, transaction
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from chats import connect, ingest, metrics, outbox, participation, realtime, reconcile, rich_text
from chats.db import db_read, db_write
from chats.models import Item, OutboundMessage, Participant
from chats.realtime.group_commit import REST, GroupCommit
from chats.reasons import Reason
from chats.session import MediaController

from . import attachment_upload, rate

if TYPE_CHECKING:
    from chats.realtime import Hub

UNFIT = "ValidationException"  # what SendMessage answers for a content type that the chat does not take
log = logging.getLogger(__name__)
AT_ONCE = 32
RECONCILE_AFTER = timedelta(seconds=60)
FRESH = timedelta(seconds=30)
TOLD_FROM = 0.5  # seconds: a message that waits longer for its turn says so at the desk
TRYING_AGAIN = Reason("trying_again")


async def work(hub: Hub) -> None:
    """Deliver for ever: at every ring of the bell, and once a second in case a ring was lost."""
    tasks: set[asyncio.Task[None]] = set()
    receipts = asyncio.create_task(send_receipts())
    try:
        while True:
            looked = time.monotonic()
            for outgoing in await _claimed(AT_ONCE - len(tasks)):
                task = asyncio.create_task(_deliver_and_ring(outgoing, hub))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
            if receipts.done():  # beside the deliveries: a receipt that nobody answers holds up no words
                receipts = asyncio.create_task(send_receipts())
            await hub.wait_for(outbox.BELL, 1.0)
            await asyncio.sleep(looked + REST - time.monotonic())  # in a crowd, look once for all who rang meanwhile
    finally:
        await asyncio.gather(*tasks, receipts, return_exceptions=True)


async def _claimed(limit: int) -> list[OutboundMessage]:
    try:
        return await db_write(claim)(timezone.now(), limit)
    except Exception:  # the database may be away for a while: the sender is not
        log.exception("the outbox could not be read; it is tried again")
        return []


async def _deliver_and_ring(outgoing: OutboundMessage, hub: Hub) -> None:
    try:
        if outgoing.wait >= TOLD_FROM:
            await db_write(_waits)(outgoing)
        await asyncio.sleep(outgoing.wait)
        await deliver(outgoing)
    except Exception:  # the row's lease ends and it is tried again; the sender goes on with the others
        log.exception("a delivery stumbled")
    hub.ring(outbox.BELL)


@transaction.atomic
def claim(now: datetime, limit: int) -> list[OutboundMessage]:
    """Lease the first unfinished row of each round that is due; two couriers never get the same row."""
    unfinished = OutboundMessage.objects.filter(state__in=OutboundMessage.UNFINISHED)
    earlier = unfinished.filter(contact=OuterRef("contact"), round=OuterRef("round"), position__lt=OuterRef("position"))
    heads = unfinished.filter(~Exists(earlier), due_at__lte=now).select_related("conversation", "contact", "author")
    rows = list(heads.order_by("due_at").select_for_update(of=("self",), skip_locked=True)[: max(limit, 0)])
    if rows:
        _lease(rows, now)
    return rows


def _lease(rows: Sequence[OutboundMessage], now: datetime) -> None:
    """They are locked, so that one update does for all. The lease begins with the last one's turn."""
    messages = [row for row in rows if row.kind == OutboundMessage.Kind.MESSAGE]
    for row, wait in zip(messages, rate.turns(len(messages), now), strict=True):
        row.wait = wait
    lease = attachment_upload.lease(now + timedelta(seconds=max(row.wait for row in rows)))
    OutboundMessage.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=OutboundMessage.State.SENDING,
        due_at=lease,
        attempts=F("attempts") + 1,
        first_tried_at=Coalesce("first_tried_at", Value(now)),
    )
    for row in rows:
        row.state, row.due_at, row.attempts = OutboundMessage.State.SENDING, lease, row.attempts + 1
        row.first_tried_at = row.first_tried_at or now


async def deliver(outgoing: OutboundMessage) -> None:
    """Bring one leased row to Connect and write down what came of it."""
    participant = await _speaker((outgoing.contact_id, outgoing.round))
    if participant is None or participant.left_at is not None:
        await db_write(_give_up)(outgoing)
        return
    outcome = "sent"
    try:
        with connect.calls_for(connect.Purpose.MESSAGES):
            await _speak(outgoing, participant)
    except connect.Refused as error:
        outcome = "refused"
        with connect.calls_for(connect.Purpose.MESSAGES):
            await _refused(outgoing, participant, error)
    except connect.Unavailable as error:
        outcome = "postponed"
        log.info("outgoing %s waits: %s", outgoing.pk, error)
        await db_write(_postpone)(outgoing, timezone.now())
    metrics.MESSAGES_SENT.labels(outcome).inc()


async def _speak(outgoing: OutboundMessage, participant: Participant) -> None:
    controller = MediaController(participant)
    if outgoing.kind == OutboundMessage.Kind.DISCONNECT:
        await controller.disconnect(outgoing.client_token)
        await db_write(_gone)(outgoing, participant)
        return
    if _is_long_unknown(outgoing) and await _found_in_transcript(outgoing, participant):
        return
    if outgoing.kind == OutboundMessage.Kind.ATTACHMENT:
        await attachment_upload.send_attachment(outgoing, controller)
        return
    spoken = await controller.send_message(outgoing.content, outgoing.content_type, outgoing.client_token)
    await ingest.receive_answer(ingest.Answer(outgoing.pk, spoken.item_id, spoken.absolute_time, timezone.now()))


async def _refused(outgoing: OutboundMessage, participant: Participant, error: connect.Refused) -> None:
    if error.code == UNFIT and outgoing.content_type == rich_text.MARKDOWN:
        await db_write(_as_plain_text)(outgoing, timezone.now())
        return
    if not error.is_gone:
        await db_write(_fail)(outgoing, _why_refused(error))
        return
    try:
        if outgoing.kind == OutboundMessage.Kind.ATTACHMENT and (why := await attachment_upload.denied(participant)):
            await db_write(_fail)(outgoing, why)
            return
        renewed = await _may_speak_again(participant)
    except connect.Unavailable:
        await db_write(_postpone)(outgoing, timezone.now())
        return
    if renewed:
        await db_write(_again)(outgoing, timezone.now())
    else:
        await db_write(_give_up)(outgoing)


def _why_refused(error: connect.Refused) -> Reason:
    if isinstance(error.message, Reason):  # it was not Connect, we knew it before
        return error.message
    return Reason("refused_by_connect", told=error.message or error.code)


async def _may_speak_again(participant: Participant) -> bool:
    """Renew a refused token once; when even a fresh one is refused, find out what happened to us."""
    made = participant.connection_made_at
    if made is None or timezone.now() - made > FRESH:
        return await reconcile.participant_refused(participant)
    await reconcile.truth(participant)
    return False


def _is_long_unknown(outgoing: OutboundMessage) -> bool:
    first = outgoing.first_tried_at
    return outgoing.attempts > 1 and first is not None and timezone.now() - first > RECONCILE_AFTER


async def _found_in_transcript(outgoing: OutboundMessage, participant: Participant) -> bool:
    """How long Connect remembers a ClientToken is not documented: after a minute, look before saying it again."""
    await reconcile.transcript(participant)
    if await db_read(_is_sent)(outgoing):  # ingest has met our own words
        return True
    if (
        outgoing.kind == OutboundMessage.Kind.ATTACHMENT
    ):  # its item, when there is one, was known by the attachment's id
        return False
    item = await db_read(_same_words)(outgoing, participant)
    if item is None:
        return False
    await db_write(ingest.record_answer)(outgoing.pk, item.pk, item.absolute_time, timezone.now())
    return True


def _is_sent(outgoing: OutboundMessage) -> bool:
    return OutboundMessage.objects.filter(pk=outgoing.pk, state=OutboundMessage.State.SENT).exists()


def _same_words(outgoing: OutboundMessage, participant: Participant) -> Item | None:
    claimed = OutboundMessage.objects.filter(conversation=outgoing.conversation).exclude(item_id="").values("item_id")
    started = (outgoing.first_tried_at or outgoing.created_at) - timedelta(seconds=5)
    found = Item.objects.filter(
        conversation=outgoing.conversation,
        participant_id=participant.participant_id,
        content=outgoing.content,
        absolute_time__gte=started,
    )
    return found.exclude(pk__in=claimed).order_by("absolute_time", "pk").first()


def _speakers(rounds_: Sequence[tuple[str, int]]) -> list[Participant | None]:
    """Our participants of these rounds, each given as contact and round."""
    found = Participant.objects.filter(contact_id__in=[contact for contact, _ in rounds_], round__isnull=False)
    ours = {(one.contact_id, one.round): one for one in found}
    return [ours.get(one) for one in rounds_]


_speaker = GroupCommit(_speakers, through=db_read)


@transaction.atomic
def _give_up(outgoing: OutboundMessage) -> None:
    """We are out of the chat: say why, and whether an earlier try may have reached the customer."""
    row = _locked(outgoing)
    if row.state == OutboundMessage.State.SENDING:
        why = participation.why_unsent(row.contact) if row.round == row.contact.round else participation.OVER
        outbox.fail(row, why, tried=row.attempts > 1)


@transaction.atomic
def _fail(outgoing: OutboundMessage, why: Reason) -> None:
    row = _locked(outgoing)
    if row.state == OutboundMessage.State.SENDING:
        outbox.fail(row, why, tried=False)


@transaction.atomic
def _as_plain_text(outgoing: OutboundMessage, now: datetime) -> None:
    """The chat was started without text/markdown (SupportedMessagingContentTypes), which nobody can ask for: now it is known."""
    row = _locked(outgoing)
    if row.state != OutboundMessage.State.SENDING:
        return
    conversation = row.conversation
    if not conversation.plain_text_only:
        conversation.plain_text_only = True
        conversation.save(update_fields=["plain_text_only"])
        participation.publish_contacts(conversation)
    outbox.as_plain_text(row, now)


@transaction.atomic
def _gone(outgoing: OutboundMessage, participant: Participant) -> None:
    row = _locked(outgoing)
    participation.mark_left(participant.pk, timezone.now())
    if row.state != OutboundMessage.State.SENT:
        outbox.change(row, state=OutboundMessage.State.SENT)


@transaction.atomic
def _waits(outgoing: OutboundMessage) -> None:
    row = _locked(outgoing)
    if row.state == OutboundMessage.State.SENDING:
        outbox.change(row, why=Reason("waits_its_turn", seconds=f"{outgoing.wait:.1f}"))


@transaction.atomic
def _postpone(outgoing: OutboundMessage, now: datetime) -> None:
    row = _locked(outgoing)
    if row.state == OutboundMessage.State.SENDING:
        pause = min(0.5 * 2 ** min(row.attempts, 6), 15.0)
        outbox.change(row, state=OutboundMessage.State.QUEUED, why=TRYING_AGAIN, due_at=now + timedelta(seconds=pause))


@transaction.atomic
def _again(outgoing: OutboundMessage, now: datetime) -> None:
    row = _locked(outgoing)
    if row.state == OutboundMessage.State.SENDING:
        outbox.change(row, state=OutboundMessage.State.QUEUED, due_at=now)


def _locked(outgoing: OutboundMessage) -> OutboundMessage:
    outgoing.conversation.lock()
    row = OutboundMessage.objects.select_related("author", "contact").get(pk=outgoing.pk)
    row.conversation = outgoing.conversation
    return row


# ---- read receipts: one high-water mark per round ----------------------------------------------------------------------


async def send_receipts() -> None:
    """Tell Connect what was read. A receipt that is refused or lost is not worth a second try: the next one covers it.

    Messages go first: while there is no room beside them, what is owed stays owed.
    """
    try:
        for participant in await db_read(_owing)():
            if not await rate.has_room():
                return
            if await db_write(_take_debt)(participant):
                await _send_receipt(participant)
    except DatabaseError as error:
        log.warning("read receipts have to wait, the database is away: %s", error)
    except Exception:  # its debt is taken: the others are next
        log.exception("a read receipt stumbled")


async def _send_receipt(participant: Participant) -> None:
    try:
        await MediaController(participant).send_receipt(participant.owes_read_id)
    except (connect.Refused, connect.Unavailable) as error:
        log.info("a read receipt was not taken: %s", error)


def _owing() -> list[Participant]:
    owing = ~Q(owes_read_id="") & Q(left_at=None) & ~Q(connection_token="")
    return list(Participant.objects.filter(owing, round__isnull=False)[:8])


def _take_debt(participant: Participant) -> bool:
    mine = Participant.objects.filter(pk=participant.pk, owes_read_id=participant.owes_read_id)
    return mine.update(owes_read_id="") == 1


def enqueue_receipt(participant: Participant, message_id: str) -> None:
    """The agent has read up to this message; in the caller's transaction."""
    Participant.objects.filter(pk=participant.pk, left_at=None).update(owes_read_id=message_id)
    realtime.wake(outbox.BELL)
