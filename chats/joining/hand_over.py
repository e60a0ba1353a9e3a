"""Joins a contact as custom participant, in time, round by round (seed 002; architecture, "A contact is handed to us").

Connect gives the flow's Lambda 8 s with its own retries: we take at most CCP_HANDOVER_DEADLINE (6 s). What is cut off in
the middle is made again by the flow's loop; ClientTokens make the repetition harmless. Many at once wait their turn.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.utils import timezone

from chats import connect, participation, reconcile, refused_calls
from chats.connect.throttling import call_in_turn
from chats.db import claim, db_read, db_write
from chats.models import Contact, OutboundMessage, Participant
from chats.participation import REJOIN, BegunParticipation, HandOver, end
from chats.queue_capacity import QueueFull
from chats.session import MediaController

__all__ = ["REJOIN", "HandOver", "QueueFull", "end", "join", "rejoin_due"]

log = logging.getLogger(__name__)
AT_ONCE = 8  # customers who are back, joined one after the other
REJOINING_LASTS = timedelta(
    seconds=10
)  # longer than one joining may take (CCP_HANDOVER_DEADLINE); then it is tried again


async def join(order: HandOver) -> Contact:
    """Join, or find that we are there already. The contact is WAITING, or further when this was a retry.

    Raises connect.Refused (Connect says no), connect.Unavailable (busy, away, or the deadline passed: try again) and
    QueueFull.
    """
    try:
        with connect.calls_for(connect.Purpose.JOINING):
            async with asyncio.timeout(settings.CCP_HANDOVER_DEADLINE):
                return await _join(order)
    except connect.Refused as error:
        await refused_calls.keep(error)
        raise
    except TimeoutError as late:
        notes = getattr(late.__cause__, "__notes__", [])
        told = ": ".join([f"joining took more than {settings.CCP_HANDOVER_DEADLINE:g} s", *notes])
        raise connect.Unavailable(told) from None


async def rejoin_due(now: datetime) -> int:
    """Customers who wrote just before our goodbye was through, whom no flow hears: join them anew; how many there were."""
    contacts = await db_write(_claim_rejoins)(now)
    for contact in contacts:
        await _rejoin(contact)
    return len(contacts)


def _claim_rejoins(now: datetime) -> list[Contact]:
    returning = Contact.objects.select_related("conversation", "queue").filter(rejoin_at__lte=now)
    return claim(returning.order_by("rejoin_at"), AT_ONCE, rejoin_at=now + REJOINING_LASTS)


async def _rejoin(contact: Contact) -> None:
    """Whatever came of it, the next one is next; what is not done yet is done again when the claim is over."""
    chat = contact.conversation
    order = HandOver(contact.pk, chat.initial_contact_id, contact.queue, chat.customer_name, returns=True)
    try:
        await join(order)
        await db_write(_has_returned)(contact)
    except connect.Refused as error:
        log.warning("the contact %s could not be joined again: %s", contact.pk, error)
        await db_write(participation.give_up_return)(contact.pk, timezone.now())
    except connect.Unavailable as error:
        log.info("joining the contact %s again has to wait: %s", contact.pk, error)
    except Exception:
        log.exception("the contact %s could not be joined again; it is tried later", contact.pk)


def _has_returned(contact: Contact) -> None:
    """Also when the flow was faster, so that there was nothing to join: unless they left and came back once more."""
    Contact.objects.filter(pk=contact.pk, rejoin_at=contact.rejoin_at).update(rejoin_at=None)


async def _join(order: HandOver) -> Contact:
    begun = await db_write(participation.begin)(order, timezone.now())
    if begun.live is not None and await _is_alive(begun.live):
        return await db_write(participation.mark_joined)(
            begun.contact.pk, timezone.now()
        )  # cut off just before, it was still JOINING
    if begun.leave_first is not None:
        await _leave(begun.leave_first)
    if begun.live is not None or begun.leave_first is not None:
        begun = await db_write(participation.begin)(order, timezone.now())
    participant = await _connected_participant(begun)
    await call_in_turn("GetTranscript", partial(reconcile.transcript, participant))
    return await db_write(participation.mark_joined)(begun.contact.pk, timezone.now())


async def _connected_participant(begun: BegunParticipation) -> Participant:
    await call_in_turn("StartContactStreaming", partial(_start_streaming, begun))
    kept = await db_read(participation.our_participant)(begun.contact)
    participant = kept or await _made(begun)
    if not await _is_connected(participant):  # an earlier try was cut off, and its participant's 15 s are over
        begun = await db_write(participation.another_attempt)(begun, timezone.now())
        participant = await _made(begun)
        await _renew(participant)
    return participant


async def _start_streaming(begun: BegunParticipation) -> None:
    await connect.control(
        "start_contact_streaming",
        ContactId=begun.contact.pk,
        ChatStreamingConfiguration={"StreamingEndpointArn": settings.CCP_TOPIC_ARN},
        ClientToken=f"stream-{begun.token}"[:500],
    )


async def _renew(participant: Participant) -> None:
    await call_in_turn("CreateParticipantConnection", MediaController(participant).renew)


async def _made(begun: BegunParticipation) -> Participant:
    call = partial(
        connect.control,
        "create_participant",
        ContactId=begun.contact.pk,
        ParticipantDetails={"ParticipantRole": "CUSTOM_BOT", "DisplayName": begun.contact.queue.public_name},
        ClientToken=f"join-{begun.token}"[:500],
    )
    made = await call_in_turn("CreateParticipant", call)
    return await db_write(participation.save_participant)(begun, made)


async def _is_connected(participant: Participant) -> bool:
    """Connect allows one custom participant: if the one of an earlier try lives, it is ours to go on with."""
    try:
        await _renew(participant)
    except connect.Refused as error:
        if not error.is_gone:
            raise
        return False
    return True


async def _is_alive(participant: Participant) -> bool:
    """A hand-over of a live round is a retry, but the flow may know better than we do that we were removed."""
    try:
        await reconcile.transcript(participant)
    except connect.Refused as error:
        return not error.is_gone or await reconcile.participant_refused(participant)
    return True


async def _leave(goodbye: OutboundMessage) -> None:
    """The customer is back before our goodbye was confirmed: say it again (same ClientToken), then begin anew."""
    participant = await db_read(_speaker)(goodbye)
    try:
        await MediaController(participant).disconnect(goodbye.client_token)
    except connect.Refused as error:
        if not error.is_gone:
            raise
    await db_write(participation.mark_left)(participant.pk, timezone.now())


def _speaker(goodbye: OutboundMessage) -> Participant:
    return Participant.objects.get(contact_id=goodbye.contact_id, round=goodbye.round)
