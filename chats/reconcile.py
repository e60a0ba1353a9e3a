"""Compares with Connect and fills holes: GetTranscript through `ingest` for what was said, DescribeContact for life."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from . import connect, ingest, life, rounds
from .db import in_db
from .media import MediaController
from .models import Contact, Participant

log = logging.getLogger(__name__)
EVERY = timedelta(seconds=60)
JOINING_LASTS = timedelta(minutes=10)  # the flow's own loop gives up after 30 tries, ten seconds apart


async def transcript(participant: Participant) -> int:
    """Read the whole transcript through ingest; how many items were new. Raises connect.Refused, Unavailable."""
    new = 0
    async for events in MediaController(participant).transcript():
        new += await in_db(ingest.write)(events)
    await in_db(_mark)(participant.pk, timezone.now())
    return new


async def participant_refused(participant: Participant) -> bool:
    """Connect refused our token: renew it once; True when we may speak again, else the truth is found and kept."""
    try:
        await MediaController(participant).renew()
    except connect.Refused:
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
        reason = life.Reason.LOST  # the page says that the end could not be verified
        log.warning("the end of a contact could not be verified: %s", error.code)
    await in_db(_out)(participant.pk, reason, timezone.now())


def _why_out(participant: Participant, *, ended: bool) -> life.Reason:
    """An agent's contact ends with the agent's part, and the chat may go on with the next one; a token may just be over."""
    if participant.role == "AGENT":
        return life.Reason.AGENT_LEFT if ended else life.Reason.LOST
    return life.Reason.CHAT_ENDED if ended else life.Reason.REMOVED


async def due(now: datetime, limit: int = 4) -> int:
    """Compare the open rounds that were longest not compared; called by the worker within Connect's rate."""
    participants = await in_db(_due)(now - EVERY, limit)
    for participant in participants:
        await one(participant)
    return len(participants)


def start_over(_now: datetime) -> int:
    """Whatever was missed while nobody worked is looked for first: every open round is due; how many there are."""
    return Participant.objects.filter(_open_rounds()).update(reconciled_at=None)


async def one(participant: Participant) -> None:
    """Whatever came of it, the next in line is next."""
    try:
        await _compare(participant)
    except (connect.Refused, connect.Unavailable) as error:
        log.info("reconciling waits: %s", error)
    await in_db(_mark)(participant.pk, timezone.now())


async def _compare(participant: Participant) -> None:
    try:
        await transcript(participant)
    except connect.Refused as error:
        if error.is_gone and await participant_refused(participant):
            await transcript(participant)


async def renew_due(now: datetime) -> int:
    """Connection tokens live a day, chats up to seven: renew at 90 % of their life."""
    participants = await in_db(_to_renew)(now)
    for participant in participants:
        try:
            await participant_refused(participant)
        except connect.Unavailable as error:
            log.warning("a connection token could not be renewed yet: %s", error)
    return len(participants)


def give_up_joining(now: datetime) -> int:
    """A hand-over that was never finished does not stand in the lists for ever; how many were given up."""
    return sum(give_up_steps(now))


def give_up_steps(now: datetime) -> Iterator[int]:
    """`give_up_joining`, contact by contact."""
    late = Contact.objects.filter(state=life.State.JOINING, handed_over_at__lt=now - JOINING_LASTS)
    for pk in list(late.values_list("pk", flat=True)):
        yield _give_up(pk, now)


@transaction.atomic
def _give_up(contact_id: str, now: datetime) -> bool:
    contact = rounds.locked(contact_id)
    if contact.state != life.State.JOINING:
        return False
    rounds.end(contact, life.Reason.NOT_JOINED, now, leave=False)
    return True


@transaction.atomic
def _out(participant_pk: int, reason: life.Reason, now: datetime) -> None:
    participant = Participant.objects.get(pk=participant_pk)
    contact = rounds.locked(participant.contact_id)
    rounds.left(participant_pk, now)
    if contact.round != participant.round:
        return
    if reason is life.Reason.CHAT_ENDED and contact.conversation.chat_ended_at is None:
        contact.conversation.chat_ended_at = now
        contact.conversation.save(update_fields=["chat_ended_at"])
        rounds.tell_contacts(contact.conversation)
        contact = rounds.locked(contact.pk)
    rounds.end(contact, reason, now, leave=False)


def _open_rounds() -> Q:
    return Q(round__isnull=False, left_at=None) & ~Q(connection_token="")


def _due(before: datetime, limit: int) -> list[Participant]:
    waiting = Participant.objects.select_related("conversation").filter(
        _open_rounds(), Q(reconciled_at=None) | Q(reconciled_at__lt=before)
    )
    return list(waiting.order_by(F("reconciled_at").asc(nulls_first=True))[:limit])


def _to_renew(now: datetime) -> list[Participant]:
    soon = Participant.objects.filter(_open_rounds(), connection_expires_at__lt=now + timedelta(hours=12))
    return [one for one in soon if _is_ninety_percent_old(one, now)]


def _is_ninety_percent_old(participant: Participant, now: datetime) -> bool:
    made, expires = participant.connection_made_at, participant.connection_expires_at
    return made is None or expires is None or now >= made + (expires - made) * 0.9


def _mark(participant_pk: int, now: datetime) -> None:
    Participant.objects.filter(pk=participant_pk).update(reconciled_at=now)
