"""Compares with Connect and fills holes: GetTranscript through `ingest` for what was said, DescribeContact for life."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from . import connect, contact_state, ingest, latency, participation, refused_calls
from .db import claim, db_read, db_write
from .models import Capability, Contact, Participant
from .row_backoff import RowBackoff
from .session import MediaController

log = logging.getLogger(__name__)
_parking = RowBackoff("giving up joining")
EVERY = timedelta(seconds=60)
STARTED_OVER, STARTING_LASTS = "a worker has started", timedelta(seconds=5)
RENEWING_LASTS = timedelta(seconds=60)  # longer than a call may take; then it is tried again
JOINING_LASTS = timedelta(minutes=10)  # the flow's own loop gives up after 30 tries, ten seconds apart


async def transcript(participant: Participant) -> int:
    """Bring in, through ingest, what Connect has and we lack; how many items were new. Raises connect.Refused, Unavailable.

    Up to `compared_id` nothing is missing, so it is read from there. What is known already costs no lock.
    """
    now = timezone.now()
    try:
        new, last = await _read(participant, participant.compared_id)
    except connect.Refused as error:
        if error.is_gone or not participant.compared_id:
            raise
        new, last = await _read(participant, "")  # Connect knows the item no more
    claimed_at = participant.reconciled_at
    if claimed_at is None or now - claimed_at > EVERY or last != participant.compared_id:
        participant.compared_id, participant.reconciled_at = last, now
        await db_write(_mark)(participant.pk, last, now)
    return new


async def _read(participant: Participant, after: str) -> tuple[int, str]:
    """How many items were new, and the Id up to which nothing is missing: no file is still being scanned before it."""
    new, last, settled = 0, after, True
    async for events in MediaController(participant).transcript(after):
        if lacking := await db_read(ingest.lacking)(events):
            found = await db_write(ingest.write)(lacking)
            if found and after:  # else it is the first look at what was said before us
                latency.found_late((timezone.now() - min(one.absolute_time for one in lacking)).total_seconds())
            new += found
        for event in events:
            settled = settled and not event.is_scanned_still
            last = event.id if settled and event.is_kept else last
    return new, last


async def participant_refused(participant: Participant) -> bool:
    """Connect refused our token: renew it once; True when we may speak again, else the truth is found and kept."""
    try:
        await MediaController(participant).renew()
    except connect.Refused as error:
        await refused_calls.keep(error)
        await truth(participant)
        return False
    return True


async def truth(participant: Participant) -> None:
    """We are out, for sure: did the chat end, or were we removed from it? Raises Unavailable when nobody can say."""
    try:
        answer = await connect.control("describe_contact", ContactId=participant.contact_id)
        ended = answer["Contact"].get("DisconnectTimestamp") is not None
        reason = _why_out(participant, ended=ended)
    except connect.Refused as error:
        reason = contact_state.EndReason.LOST  # the page says that the end could not be verified
        await refused_calls.keep(error)
    await db_write(_out)(participant.pk, reason, timezone.now())


def _why_out(participant: Participant, *, ended: bool) -> contact_state.EndReason:
    """An agent's contact ends with the agent's part, and the chat may go on with the next one. While it lasts, it was the token."""
    if participant.role == "AGENT":
        return contact_state.EndReason.AGENT_LEFT if ended else contact_state.EndReason.TOKEN_OVER
    return contact_state.EndReason.CHAT_ENDED if ended else contact_state.EndReason.REMOVED


async def due(now: datetime, limit: int = 4) -> int:
    """Compare the open rounds that were longest not compared; called by the worker within Connect's rate. Whoever claims
    one compares it alone: eight workers ask Connect as often as one.
    """
    participants = await db_write(_claim_due)(now, limit)
    for participant in participants:
        await one(participant)
    return len(participants)


def start_over(now: datetime) -> int:
    """Whatever was missed while nobody worked is looked for first: every open round is due; how many there are. Of workers
    who start together, one says so.
    """
    if not Capability.claim(STARTED_OVER, now, STARTING_LASTS):
        return 0
    return Participant.objects.filter(_open_rounds()).update(reconciled_at=None)


async def one(participant: Participant) -> None:
    """Whatever came of it, the next in line is next."""
    try:
        await _compare(participant)
    except connect.Refused as error:
        await refused_calls.keep(error)
    except connect.Unavailable as error:
        log.info("reconciling waits: %s", error)
        await db_write(_mark)(participant.pk, participant.compared_id, timezone.now())
    except Exception:  # it is compared again in a minute
        log.exception("the participant %s could not be compared with Amazon Connect", participant.pk)


async def _compare(participant: Participant) -> None:
    try:
        await transcript(participant)
    except connect.Refused as error:
        if error.is_gone and await participant_refused(participant):
            await transcript(participant)


async def renew_due(now: datetime) -> int:
    """Connection tokens live a day, chats up to seven: renew at 90 % of their life. Whoever claims one renews it alone."""
    participants = await db_write(_claim_old)(now)
    for participant in participants:
        try:
            await participant_refused(participant)
        except connect.Unavailable as error:
            log.warning("a connection token could not be renewed yet: %s", error)
        except Exception:  # it is tried again when the claim is over
            log.exception("the token of the participant %s could not be renewed", participant.pk)
    return len(participants)


def give_up_steps(now: datetime) -> Iterator[int]:
    """Hand-overs that were never finished do not stand in the lists for ever: contact by contact, whether it was given up."""
    late = Contact.objects.filter(state=contact_state.State.JOINING, handed_over_at__lt=now - JOINING_LASTS)
    yield from _parking.steps(list(late.values_list("pk", flat=True)), lambda pk: _give_up(pk, now), now)


@transaction.atomic
def _give_up(contact_id: str, now: datetime) -> bool:
    contact = participation.lock_contact(contact_id)
    if contact.state != contact_state.State.JOINING:
        return False
    participation.end(contact, contact_state.EndReason.NOT_JOINED, now, leave=False)
    return True


@transaction.atomic
def _out(participant_pk: int, reason: contact_state.EndReason, now: datetime) -> None:
    participant = Participant.objects.get(pk=participant_pk)
    contact = participation.lock_contact(participant.contact_id)
    participation.mark_left(participant_pk, now)
    if contact.round != participant.round:
        return
    if reason is contact_state.EndReason.CHAT_ENDED and contact.conversation.chat_ended_at is None:
        contact.conversation.chat_ended_at = now
        contact.conversation.save(update_fields=["chat_ended_at"])
        participation.publish_contacts(contact.conversation)
        contact = participation.lock_contact(contact.pk)
    participation.end(contact, reason, now, leave=False)


def _open_rounds() -> Q:
    return Q(round__isnull=False, left_at=None) & ~Q(connection_token="")


def _claim_due(now: datetime, limit: int) -> list[Participant]:
    due = Participant.objects.select_related("conversation").filter(
        _open_rounds(), Q(reconciled_at=None) | Q(reconciled_at__lt=now - EVERY)
    )
    return claim(due.order_by(F("reconciled_at").asc(nulls_first=True)), limit, reconciled_at=now)


def _claim_old(now: datetime) -> list[Participant]:
    free = Q(renew_at=None) | Q(renew_at__lte=now)
    soon = Participant.objects.filter(_open_rounds(), free, connection_expires_at__lt=now + timedelta(hours=12))
    old = [one.pk for one in soon if _is_ninety_percent_old(one, now)]
    return claim(soon.filter(pk__in=old).order_by("connection_expires_at"), len(old), renew_at=now + RENEWING_LASTS)


def _is_ninety_percent_old(participant: Participant, now: datetime) -> bool:
    made, expires = participant.connection_made_at, participant.connection_expires_at
    return made is None or expires is None or now >= made + (expires - made) * 0.9


def _mark(participant_pk: int, compared_id: str, now: datetime) -> None:
    Participant.objects.filter(pk=participant_pk).update(compared_id=compared_id, reconciled_at=now)
