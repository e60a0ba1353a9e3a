"""A supervisor's words to the customer: through the same outbox and the same participant, with the supervisor as author."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from agents.desk import messages
from agents.protocol.refusals import Refusal
from agents.routing.agent_contact import say
from chats import audit, contact_state, outbox, realtime, serialisers, transcripts
from chats.models import AuditAction, Contact, OutboundMessage, Text
from chats.outbox import Message

from . import scope

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def barge_in(user: User, message: Message, reason: str) -> OutboundMessage:
    """Enqueue the words; before their first ones in this round the customer is told who joined, where the setting and the
    queue's text say so. The same client token again is the same message.
    """
    contact = scope.lock_contact(user, message.contact_id)
    if contact.state != contact_state.State.CONNECTED:
        closed = Refusal(
            "contactNotConnected", "Nobody serves this contact now: take it over to write to the customer."
        )
        raise closed.but(contact=serialisers.contact(contact))
    if _is_announced(contact, user):
        say(contact, Text.BARGE, user.first_name or audit.name_of(user))
    known = OutboundMessage.objects.filter(conversation=contact.conversation, client_token=message.client_token)
    is_new = not known.exists()
    (row,) = outbox.enqueue_all([message], {contact.pk: contact})
    if isinstance(row, outbox.NotSendable):
        raise Refusal(row.reason, row.why)
    if is_new:
        audit.record(AuditAction.BARGED_IN, user, contact=contact, user=contact.owner, reason=reason)
    return row


@transaction.atomic
def retry(user: User, contact_id: str, client_token: str) -> OutboundMessage:
    """Send words of this supervisor again that failed, with the token they have."""
    return messages.retry_own(user.pk, scope.lock_contact(user, contact_id), client_token)


@transaction.atomic
def discard(user: User, contact_id: str, client_token: str) -> OutboundMessage:
    """Take words of this supervisor back that were not sent."""
    return messages.discard_own(user.pk, scope.lock_contact(user, contact_id), client_token)


def _is_announced(contact: Contact, user: User) -> bool:
    if not settings.CCP_BARGE_IS_ANNOUNCED or contact.owner_id == user.pk:
        return False
    said = OutboundMessage.objects.filter(contact=contact, round=contact.round, author=user)
    return not said.exists()


def typing(user: User, contact_id: str) -> None:
    """The serving agent, and whoever watches, sees that this supervisor is about to write. The customer does not."""
    contact = transcripts.visible_to(user).select_related("conversation").filter(pk=contact_id).first()
    if contact is None:
        return  # worth nothing later, and the verb has answered who may not
    about = {"contactId": contact_id, "participantId": f"user:{user.pk}", "role": "SUPERVISOR"}
    realtime.broadcast(contact.stream, "typing", {**about, "displayName": audit.name_of(user)})
