"""Speaks for an agent whom Amazon Connect itself gave a contact: with the agent's own participant token, relayed by a CCP.

What a browser says is proven before anything is kept: the token must open a participant in just this chat. From then on
the participant is one of ours like any other; `media`, the outbox and reconciling do not know which kind it is.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings

from chats import connect, contact_state, ingest, participation, realtime, refused_calls
from chats.db import db_write
from chats.models import Contact, Item, OutboundMessage, Participant, Queue
from chats.participation import HandOver
from chats.session import MediaController
from chats.wire import ChatEvent

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ROLE = "AGENT"
LEAST_MINUTES, MOST_MINUTES = 2, 480  # of a participant's timer (UpdateParticipantRoleConfig)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RelayedContact:
    """A contact as the agent's CCP knows it."""

    order: HandOver
    participant_id: str
    participant_token: str


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """What Connect gave for the token, and the chat it opened."""

    credentials: dict[str, Any]


class TokenRejected(Exception):
    """The token is good, but not for what was said about it."""


class ServedByAnother(Exception):
    """Another participant of ours is in this contact, as far as we know."""

    def __init__(self, ours: Participant) -> None:
        super().__init__(ours.contact_id)
        self.ours = ours


class Leaving(Exception):
    """The agent has ended this contact here, and Connect is still to be told."""


# ---- proving ---------------------------------------------------------------------------------------------------------


async def verify(relay: RelayedContact) -> VerifiedToken:
    """Open the participant, start streaming, read what was said so far. Raises NotProven, connect.Refused, Unavailable."""
    answer = await connect.participant(
        "create_participant_connection",
        Type=["CONNECTION_CREDENTIALS"],
        ConnectParticipant=True,
        ParticipantToken=relay.participant_token,
    )
    proof = VerifiedToken(answer["ConnectionCredentials"])
    described = await connect.control("describe_contact", ContactId=relay.order.contact_id)
    _check_contact(relay, described["Contact"])
    pages = [page async for page in _speaker(proof).transcript()]
    if not any(pages):
        raise TokenRejected("the token shows an empty chat")
    for page in pages:
        _check_page(relay, page)
    await connect.control(
        "start_contact_streaming",
        ContactId=relay.order.contact_id,
        ChatStreamingConfiguration={"StreamingEndpointArn": settings.CCP_TOPIC_ARN},
        ClientToken=f"stream-{relay.participant_id}"[:500],
    )
    for page in pages:
        await db_write(ingest.write)(page)
    return proof


async def set_idle_timers(contact_id: str, queue: Queue) -> None:
    """The queue's patience with silent customers, as Connect's own timers: it begins with the next agent who joins
    (adminguide/setup-chat-timeouts), and goes with the chat when it is transferred there. Best effort.
    """
    timers = idle_timers(queue)
    if not timers:
        return
    try:
        await connect.control(
            "update_participant_role_config",
            ContactId=contact_id,
            ChannelConfiguration={"Chat": {"ParticipantTimerConfigList": timers}},
        )
    except (connect.Refused, connect.Unavailable) as error:
        log.warning("The contact %s keeps its own idle times: %s", contact_id, error)
        if isinstance(error, connect.Refused):
            await refused_calls.keep(error)


def idle_timers(queue: Queue) -> list[dict[str, Any]]:
    """In whole minutes, as Connect wants them; none where the queue does not mind."""
    if not queue.nudge_after:
        return []
    return [_timer("IDLE", queue.nudge_after), _timer("DISCONNECT_NONCUSTOMER", queue.silent_after)]


def _timer(kind: str, seconds: int) -> dict[str, Any]:
    minutes = min(MOST_MINUTES, max(LEAST_MINUTES, -(-seconds // 60)))
    value = {"ParticipantTimerDurationInMinutes": minutes} if seconds else {"ParticipantTimerAction": "Unset"}
    return {"ParticipantRole": "CUSTOMER", "TimerType": kind, "TimerValue": value}


def _speaker(proof: VerifiedToken) -> MediaController:
    return MediaController(Participant(connection_token=proof.credentials["ConnectionToken"]))


def _check_contact(relay: RelayedContact, described: dict[str, Any]) -> None:
    initial = described.get("InitialContactId") or described["Id"]
    if initial != relay.order.initial_contact_id:
        raise TokenRejected(f"the contact belongs to the chat {initial}")
    if described.get("Channel", "CHAT") != "CHAT":
        raise TokenRejected("the contact is no chat")


def _check_page(relay: RelayedContact, events: Sequence[ChatEvent]) -> None:
    """GetTranscript answers for the chat of the token; whoever has another token would read and speak elsewhere."""
    for event in events:
        if event.initial_contact_id != relay.order.initial_contact_id:
            raise TokenRejected(f"the token belongs to the chat {event.initial_contact_id}")
        if event.participant_id == relay.participant_id and event.role not in {None, ROLE}:
            raise TokenRejected(f"the participant is not the agent but {event.role}")


# ---- standing in -----------------------------------------------------------------------------------------------------


def known_participant(relay: RelayedContact, owner: User) -> Participant | None:
    """Our participant, if we speak for this agent with this very token already."""
    contact = (
        Contact.objects.filter(pk=relay.order.contact_id, owner=owner).exclude(state=contact_state.State.ENDED).first()
    )
    ours = participation.our_participant(contact) if contact is not None and contact.is_relayed else None
    same = ours is not None and ours.left_at is None and ours.participant_id == relay.participant_id
    return ours if same else None


def begin_participation(
    relay: RelayedContact, proof: VerifiedToken, owner: User, now: datetime
) -> tuple[Contact, Participant, bool]:
    """The rows: contact, our participant, and whether a round begins (else the newer token is kept). In a transaction.

    The contact is JOINING; whoever calls this moves it on in the same transaction. Raises Taken, Leaving.
    """
    conversation = participation.conversation_of(relay.order)
    contact = Contact.objects.select_related("queue", "owner").filter(pk=relay.order.contact_id).first()
    if contact is None:
        contact = Contact(id=relay.order.contact_id, conversation=conversation, queue=relay.order.queue)
    contact.conversation = conversation
    ours = participation.our_participant(contact)
    if ours is not None and ours.left_at is None:
        _check_round(contact, ours, relay, owner)
    is_new = (
        contact.state == contact_state.State.ENDED or contact.round == 0 or ours is None or ours.left_at is not None
    )
    if is_new:
        _begin_round(contact, relay, owner, now)
    return contact, _keep(contact, relay, proof, now), is_new


def _check_round(contact: Contact, ours: Participant, relay: RelayedContact, owner: User) -> None:
    goodbye = OutboundMessage.objects.filter(
        contact=contact, round=contact.round, kind=OutboundMessage.Kind.DISCONNECT, state__in=OutboundMessage.UNFINISHED
    )
    if goodbye.exists() and contact.is_relayed:
        raise Leaving
    same = ours.participant_id == relay.participant_id and contact.owner_id == owner.pk
    if contact.state != contact_state.State.ENDED and not same:
        raise ServedByAnother(ours)


def _begin_round(contact: Contact, relay: RelayedContact, owner: User, now: datetime) -> None:
    contact.round, contact.attempt, contact.state = contact.round + 1, 1, contact_state.State.JOINING
    contact.queue, contact.owner, contact.relayed_round = relay.order.queue, owner, contact.round
    contact.references = list(relay.order.references) or contact.references
    contact.move(contact_state.Move.HAND_OVER, now)
    realtime.publish(contact)


def _keep(contact: Contact, relay: RelayedContact, proof: VerifiedToken, now: datetime) -> Participant:
    """One row for one participant: in a later round of the same contact it is the same one."""
    heard = Item.objects.filter(conversation=contact.conversation, participant_id=relay.participant_id)
    participant, _ = Participant.objects.update_or_create(
        conversation=contact.conversation,
        participant_id=relay.participant_id,
        defaults={
            "contact_id": contact.pk,
            "round": contact.round,
            "role": ROLE,
            "display_name": heard.values_list("display_name", flat=True).first() or "",
            "participant_token": relay.participant_token,
            "left_at": None,
        },
    )
    participation.save_connection(participant, proof.credentials, now)
    return participant
