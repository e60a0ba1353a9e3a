"""Joins a contact as custom participant, in time, round by round (seed 002; architecture, "A contact is handed to us").

Connect gives the flow's Lambda 8 s with its own retries: we take at most CCP_HANDOVER_DEADLINE (6 s). What is cut off in
the middle is made again by the flow's loop; ClientTokens make the repetition harmless. Many at once wait their turn.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from django.conf import settings
from django.utils import timezone

from . import connect, reconcile, rounds
from .db import in_db
from .media import MediaController
from .models import Contact, Outgoing, Participant
from .rounds import Begun, HandOver, end
from .turns import in_turn

__all__ = ["HandOver", "end", "join"]

log = logging.getLogger(__name__)


async def join(order: HandOver) -> Contact:
    """Join, or find that we are there already. The contact is WAITING, or further when this was a retry.

    Raises connect.Refused (Connect says no) and connect.Unavailable (busy, away, or the deadline passed: try again).
    """
    try:
        with connect.calls_for(connect.Purpose.JOINING):
            async with asyncio.timeout(settings.CCP_HANDOVER_DEADLINE):
                return await _join(order)
    except TimeoutError as late:
        notes = getattr(late.__cause__, "__notes__", [])
        told = ": ".join([f"joining took more than {settings.CCP_HANDOVER_DEADLINE:g} s", *notes])
        raise connect.Unavailable(told) from None


async def _join(order: HandOver) -> Contact:
    begun = await in_db(rounds.begin)(order, timezone.now())
    if begun.live is not None and await _is_alive(begun.live):
        return await in_db(rounds.joined)(begun.contact.pk, timezone.now())  # cut off just before, it was still JOINING
    if begun.leave_first is not None:
        await _leave(begun.leave_first)
    if begun.live is not None or begun.leave_first is not None:
        begun = await in_db(rounds.begin)(order, timezone.now())
    participant = await _connected_participant(begun)
    await in_turn("GetTranscript", partial(reconcile.transcript, participant))
    return await in_db(rounds.joined)(begun.contact.pk, timezone.now())


async def _connected_participant(begun: Begun) -> Participant:
    await in_turn("StartContactStreaming", partial(_start_streaming, begun))
    kept = await in_db(rounds.ours_of)(begun.contact)
    participant = kept or await _made(begun)
    if not await _is_connected(participant):  # an earlier try was cut off, and its participant's 15 s are over
        begun = await in_db(rounds.another_attempt)(begun, timezone.now())
        participant = await _made(begun)
        await _renew(participant)
    return participant


async def _start_streaming(begun: Begun) -> None:
    await connect.control(
        "start_contact_streaming",
        ContactId=begun.contact.pk,
        ChatStreamingConfiguration={"StreamingEndpointArn": settings.CCP_TOPIC_ARN},
        ClientToken=f"stream-{begun.token}"[:500],
    )


async def _renew(participant: Participant) -> None:
    await in_turn("CreateParticipantConnection", MediaController(participant).renew)


async def _made(begun: Begun) -> Participant:
    call = partial(
        connect.control,
        "create_participant",
        ContactId=begun.contact.pk,
        ParticipantDetails={"ParticipantRole": "CUSTOM_BOT", "DisplayName": begun.contact.queue.public_name},
        ClientToken=f"join-{begun.token}"[:500],
    )
    made = await in_turn("CreateParticipant", call)
    return await in_db(rounds.keep_participant)(begun, made)


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


async def _leave(goodbye: Outgoing) -> None:
    """The customer is back before our goodbye was confirmed: say it again (same ClientToken), then begin anew."""
    participant = await in_db(_speaker)(goodbye)
    try:
        await MediaController(participant).disconnect(goodbye.client_token)
    except connect.Refused as error:
        if not error.is_gone:
            raise
    await in_db(rounds.left)(participant.pk, timezone.now())


def _speaker(goodbye: Outgoing) -> Participant:
    return Participant.objects.get(contact_id=goodbye.contact_id, round=goodbye.round)
