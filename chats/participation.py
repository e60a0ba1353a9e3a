"""A contact's rounds, as rows: each hand-over that is no retry begins one; our participant's leaving ends it.

While round n has a live participant, the same hand-over is a retry. Once that participant has left, it is round n + 1:
this is how "Hey, I'm back" reaches an agent again in the same ContactId.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from . import contact_state, outbox, queue_capacity, realtime
from .models import (
    FIRST_PRIORITY,
    USUAL_PRIORITY,
    Contact,
    Conversation,
    OutboundMessage,
    Participant,
    Queue,
    QueueWait,
)
from .observers import CustomerNamed, Ended, EndExplained, Waits, contact_changed
from .realtime import sequences
from .reasons import Reason

# Why a contact ended is learnt from notifications that come in any order: the better reason wins.
RANK = {
    "": -1,
    contact_state.EndReason.LOST: 0,
    contact_state.EndReason.TOKEN_OVER: 0,
    contact_state.EndReason.NOT_JOINED: 0,
    contact_state.EndReason.REMOVED: 1,
    contact_state.EndReason.AGENT_LEFT: 1,
    contact_state.EndReason.CHAT_ENDED: 2,
    contact_state.EndReason.CUSTOMER: 3,
    contact_state.EndReason.AGENT: 4,
    contact_state.EndReason.SUPERVISOR: 4,
    contact_state.EndReason.SILENT: 4,
}
NOT_SENT = {
    contact_state.EndReason.LOST: Reason("cannot_speak"),
    contact_state.EndReason.TOKEN_OVER: Reason("token_over"),
    contact_state.EndReason.REMOVED: Reason("had_been_removed"),
    contact_state.EndReason.AGENT_LEFT: Reason("agent_had_left"),
    contact_state.EndReason.CHAT_ENDED: Reason("chat_had_ended"),
    contact_state.EndReason.CUSTOMER: Reason("customer_had_left"),
}
OVER = Reason("contact_had_ended")
REJOIN = "rejoin"  # the bell: a customer is back whom nobody hears


@dataclass(frozen=True)
class HandOver:
    """What a contact flow hands to us, and the queue that reception chose for it."""

    contact_id: str
    initial_contact_id: str
    queue: Queue
    customer_name: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    language: str = ""
    references: Sequence[dict[str, str]] = ()
    returns: bool = False  # the customer is in our chat still: whoever was let in once is not turned away


@dataclass(frozen=True)
class BegunParticipation:
    """A round that has begun, or goes on (`live`), or must first be left (`leave_first`)."""

    contact: Contact
    live: Participant | None = None
    leave_first: OutboundMessage | None = None

    @property
    def token(self) -> str:
        """ClientTokens derive from this: the same attempt made twice is one."""
        return f"{self.contact.pk}-{self.contact.round}-{self.contact.attempt}"


@transaction.atomic
def begin(order: HandOver, now: datetime) -> BegunParticipation:
    """The rows exist before the first call to AWS: what the customer says from now on has a place. Raises capacity.QueueFull."""
    conversation = conversation_of(order)
    contact = Contact.objects.select_related("queue", "owner").filter(pk=order.contact_id).first()
    if contact is None:
        contact = Contact(id=order.contact_id, conversation=conversation, queue=order.queue)
    contact.conversation = conversation
    ours = our_participant(contact)
    if ours is not None and ours.left_at is None and ours.connection_token:
        if contact.state != contact_state.State.ENDED:
            return BegunParticipation(contact, live=ours)
        goodbye = OutboundMessage.objects.filter(
            contact=contact, round=contact.round, kind=OutboundMessage.Kind.DISCONNECT
        ).first()
        if goodbye is not None:
            return BegunParticipation(contact, leave_first=goodbye)
    _begin_round(contact, order, now)
    return BegunParticipation(contact)


def conversation_of(order: HandOver) -> Conversation:
    """The chain this contact belongs to, held, with what the order knows of the customer."""
    conversation, _ = Conversation.objects.get_or_create(initial_contact_id=order.initial_contact_id)
    conversation.lock()
    attributes = {**conversation.attributes, **order.attributes}
    name = conversation.customer_name or order.customer_name
    if order.language and order.language != conversation.language:
        conversation.language = order.language[:16]
        conversation.save(update_fields=["language"])
    if (attributes, name) != (conversation.attributes, conversation.customer_name):
        named = name != conversation.customer_name
        conversation.attributes, conversation.customer_name = attributes, name
        conversation.save(update_fields=["attributes", "customer_name"])
        publish_contacts(conversation, named=named)
    return conversation


def initial_contact_id(contact_id: str) -> str:
    """The first contact of the chat this one belongs to; empty: nobody knows it."""
    found = Contact.objects.filter(pk=contact_id).values_list("conversation__initial_contact_id", flat=True)
    return found.first() or ""


def publish_contacts(conversation: Conversation, *, named: bool = False) -> None:
    """Something of the conversation that stands on all its contacts has changed. Call it with the conversation held."""
    contacts = list(Contact.objects.select_related("queue", "owner").filter(conversation=conversation))
    for contact in contacts:
        contact.conversation = conversation
    if named and contacts:
        contact_changed(contacts[0], CustomerNamed())
    for contact in contacts:
        contact.changed()
        realtime.publish(contact)


def _begin_round(contact: Contact, order: HandOver, now: datetime) -> None:
    if contact.state == contact_state.State.ENDED or contact.round == 0:
        if not order.returns:
            queue_capacity.check_room(order.queue)
        contact.queue = order.queue
        contact.references = list(order.references) or contact.references
        _next_round(contact, now)
        realtime.publish(contact)


def _next_round(contact: Contact, now: datetime) -> None:
    contact.round, contact.attempt, contact.state = contact.round + 1, 1, contact_state.State.JOINING
    contact.owner, contact.priority = None, USUAL_PRIORITY
    contact.move(contact_state.Move.HAND_OVER, now)


@transaction.atomic
def another_attempt(begun: BegunParticipation, now: datetime) -> BegunParticipation:
    """The participant of this attempt is no more: another one must be made, with other ClientTokens."""
    contact = lock_contact(begun.contact.pk)
    if contact.state == contact_state.State.JOINING:
        contact.attempt += 1
        contact.move(contact_state.Move.HAND_OVER, now)
        realtime.publish(contact)
    return BegunParticipation(contact)


def lock_contact(contact_id: str) -> Contact:
    """The contact, with its conversation held until the transaction ends. Contact.DoesNotExist when there is none."""
    try:
        return lock_contacts([contact_id])[contact_id]
    except KeyError:
        raise Contact.DoesNotExist(contact_id) from None


def lock_contacts(contact_ids: Collection[str], *, skip_locked: bool = False) -> dict[str, Contact]:
    """As `locked`, for many at once; those that do not exist are left out, with `skip_locked` also those that another
    transaction holds.
    """
    conversations = sequences.lock_streams(
        Conversation.objects.filter(contacts__in=contact_ids), skip_locked=skip_locked
    )
    contacts = Contact.objects.select_related("queue", "owner").filter(pk__in=contact_ids)
    found = {contact.pk: contact for contact in contacts if contact.conversation_id in conversations}
    for contact in found.values():
        contact.conversation = conversations[contact.conversation_id]
    return found


def our_participant(contact: Contact) -> Participant | None:
    """Our participant in the contact's round."""
    return Participant.objects.filter(contact_id=contact.pk, round=contact.round).first()


@transaction.atomic
def save_participant(begun: BegunParticipation, made: Mapping[str, Any]) -> Participant:
    """CreateParticipant has answered: the token is kept before it is used. The same answer again changes nothing."""
    contact = begun.contact
    contact.conversation.lock()
    kept = our_participant(contact)
    if kept is not None and kept.participant_id == made["ParticipantId"]:
        return kept
    before = Participant.objects.filter(conversation=contact.conversation).exclude(compared_id="")
    participant, _ = Participant.objects.update_or_create(
        contact_id=contact.pk,
        round=contact.round,
        defaults={
            "conversation": contact.conversation,
            "participant_id": made["ParticipantId"],
            "participant_token": made["ParticipantCredentials"]["ParticipantToken"],
            "role": "CUSTOM_BOT",
            "display_name": contact.queue.public_name,
            "compared_id": before.order_by("-reconciled_at").values_list("compared_id", flat=True).first() or "",
            "connection_token": "",
            "left_at": None,
        },
    )
    return participant


def save_connection(participant: Participant, credentials: Mapping[str, Any], now: datetime) -> None:
    """CreateParticipantConnection has answered: ConnectionToken and Expiry (ISO 8601)."""
    participant.connection_token = credentials["ConnectionToken"]
    participant.connection_made_at = now
    participant.connection_expires_at = datetime.fromisoformat(credentials["Expiry"])
    participant.save(update_fields=["connection_token", "connection_made_at", "connection_expires_at"])


@transaction.atomic
def mark_joined(contact_id: str, now: datetime) -> Contact:
    """All that was said before is here: the contact waits. Observers are notified."""
    contact = lock_contact(contact_id)
    if contact.state == contact_state.State.JOINING:
        _wait(contact, now)
    return contact


def _wait(contact: Contact, now: datetime) -> None:
    contact.move(contact_state.Move.JOINED, now, rejoin_at=None)
    realtime.publish(contact)
    contact_changed(contact, Waits(now))


def come_back(contact: Contact, now: datetime) -> None:
    """The customer wrote before our goodbye was through: they wait again, in a round of their own. Call it on a `locked`
    contact that is ENDED. Where somebody else ended it there is no goodbye, and nobody to come back to.

    A goodbye that was not tried yet is taken back, and our participant stays. Else it will go, and `handover` joins anew.
    """
    goodbyes = OutboundMessage.objects.filter(
        contact=contact, round=contact.round, kind=OutboundMessage.Kind.DISCONNECT
    )
    goodbye = goodbyes.select_for_update().first()  # no sender may take it meanwhile
    if goodbye is None or contact.conversation.chat_ended_at is not None or contact.rejoin_at is not None:
        return
    if goodbye.state != OutboundMessage.State.QUEUED or goodbye.attempts:
        contact.rejoin_at = now
        contact.save(update_fields=["rejoin_at"])
        realtime.wake(REJOIN)
        return
    goodbye.conversation = contact.conversation
    outbox.change(goodbye, state=OutboundMessage.State.DISCARDED)
    unsent = OutboundMessage.objects.filter(contact=contact, round=contact.round, state__in=OutboundMessage.UNSENT)
    ours = Participant.objects.filter(contact_id=contact.pk, round=contact.round)
    _next_round(contact, now)
    unsent.update(round=contact.round)
    ours.update(round=contact.round)
    _wait(contact, now)


@transaction.atomic
def give_up_return(contact_id: str, now: datetime) -> None:
    """Connect lets us not in again: the chat is over, or the flow has given the customer to somebody else."""
    contact = lock_contact(contact_id)
    contact.rejoin_at = None
    contact.save(update_fields=["rejoin_at"])
    if contact.state == contact_state.State.JOINING:
        end(contact, contact_state.EndReason.NOT_JOINED, now, leave=False)


def requeue(contact: Contact, now: datetime, *, first: bool = False) -> None:
    """The contact waits again, at its old place or before all others, and is nobody's. Call it on a `locked` contact that
    is CONNECTED.
    """
    contact.priority = FIRST_PRIORITY if first else contact.priority
    contact.move(contact_state.Move.REQUEUE, now, owner=None, connected_at=None, attention=Reason())
    realtime.publish(contact)
    contact_changed(contact, Waits(now))


def end(contact: Contact, reason: contact_state.EndReason, now: datetime, *, leave: bool) -> None:
    """Our part is over, because of `reason`; `leave` queues our goodbye. Call it on a `locked` contact.

    Ending what has ended only improves the reason: notifications come in any order.
    """
    if contact.state == contact_state.State.ENDED:
        _improve(contact, reason)
        return
    contact.move(contact_state.Move.END, now, end_reason=reason)
    if leave:
        outbox.disconnect(contact)
    else:
        outbox.fail_unsent(contact, why_unsent(contact))
    realtime.publish(contact)
    contact_changed(contact, Ended())


def why_unsent(contact: Contact) -> Reason:
    """Why words for a contact that has ended are not sent, for their author."""
    return NOT_SENT.get(contact_state.EndReason(contact.end_reason), OVER) if contact.end_reason else OVER


def _improve(contact: Contact, reason: contact_state.EndReason) -> None:
    if RANK[reason] > RANK[contact.end_reason] and reason != contact_state.EndReason.AGENT:
        told, before = why_unsent(contact), contact_state.EndReason(contact.end_reason) if contact.end_reason else None
        contact.end_reason = reason
        contact.changed()
        QueueWait.explain_end(contact, contact.outcome_of_wait)
        realtime.publish(contact)
        outbox.correct(contact, told, why_unsent(contact))
        contact_changed(contact, EndExplained(before))


@transaction.atomic
def mark_left(participant_pk: int, now: datetime) -> None:
    """Our participant is no longer in the chat."""
    Participant.objects.filter(pk=participant_pk, left_at=None).update(left_at=now)
