"""What an agent says to the customer: enqueued in the outbox, in order, tried again or discarded when it was not sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils import timezone

from agents.protocol.refusals import Refusal
from chats import outbox, participation
from chats.db import brief_transaction
from chats.models import Contact, OutboundMessage
from chats.outbox import Message
from chats.realtime.group_commit import GroupCommit, RowLocked, do_unlocked

from . import files
from .serving import NOT_HERE, check_connected, lock_served, why_closed


async def send(message: Message) -> OutboundMessage:
    """Enqueue the message; the sender brings it to Connect. Refusal with the reason, and nothing is enqueued."""
    outcome = await _group_commit(message)
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def enqueue(messages: Sequence[Message]) -> list[OutboundMessage | Refusal | RowLocked]:
    """What became of each message. Messages of several agents share one transaction, which leaves out conversations
    that another one has locked.
    """
    wanted = {one.contact_id for one in messages}
    with brief_transaction():
        contacts = participation.lock_contacts(wanted, skip_locked=True)
        locked_elsewhere = set(Contact.objects.filter(pk__in=wanted - contacts.keys()).values_list("pk", flat=True))
        return do_unlocked(
            messages, lambda one: one.contact_id not in locked_elsewhere, lambda free: _enqueue_served(free, contacts)
        )


def _enqueue_served(messages: Sequence[Message], contacts: Mapping[str, Contact]) -> list[OutboundMessage | Refusal]:
    served_by = {(pk, contact.owner_id) for pk, contact in contacts.items()}
    served = {number: one for number, one in enumerate(messages) if (one.contact_id, one.author_id) in served_by}
    closed = {pk: why_closed(contact) for pk, contact in contacts.items()}
    enqueued = dict(zip(served, outbox.enqueue_all(list(served.values()), contacts, closed), strict=True))
    return [_outcome(enqueued.get(number)) for number in range(len(messages))]


def _outcome(row: OutboundMessage | outbox.NotSendable | None) -> OutboundMessage | Refusal:
    if row is None:
        return Refusal("contactNotFound", NOT_HERE)
    return Refusal(row.reason, row.why) if isinstance(row, outbox.NotSendable) else row


_group_commit: GroupCommit[Message, OutboundMessage | Refusal] = GroupCommit(enqueue)


@transaction.atomic
def retry(user_id: int, contact_id: str, client_token: str) -> OutboundMessage:
    """Send a failed message again, with the token it has."""
    return retry_own(user_id, lock_served(user_id, contact_id), client_token)


def retry_own(user_id: int, contact: Contact, client_token: str) -> OutboundMessage:
    """`retry`, in a contact that is locked: also for a supervisor who wrote to its customer."""
    outgoing = _own_message(user_id, contact, client_token)
    if outgoing.state == OutboundMessage.State.FAILED:
        check_connected(contact)
    if outgoing.state == OutboundMessage.State.FAILED and outgoing.kind == OutboundMessage.Kind.ATTACHMENT:
        files.check_still_stored(outgoing)
    if outgoing.state == OutboundMessage.State.FAILED and outgoing.round != contact.round:
        outgoing.round = contact.round
        outgoing.attachment_id = ""  # another participant speaks now, and has uploaded nothing
    outbox.retry(outgoing, timezone.now())
    return outgoing


@transaction.atomic
def discard(user_id: int, contact_id: str, client_token: str) -> OutboundMessage:
    """Take a message back that was not sent. Refusal when it was, or is just being sent."""
    return discard_own(user_id, lock_served(user_id, contact_id), client_token)


def discard_own(user_id: int, contact: Contact, client_token: str) -> OutboundMessage:
    """`discard`, in a contact that is locked."""
    outgoing = _own_message(user_id, contact, client_token)
    outbox.discard(outgoing)
    if outgoing.state != OutboundMessage.State.DISCARDED:
        raise Refusal("alreadySent", "This message is already on its way.")
    return outgoing


def _own_message(user_id: int, contact: Contact, client_token: str) -> OutboundMessage:
    found = OutboundMessage.objects.select_related("author", "contact").filter(
        contact=contact, client_token=client_token
    )
    outgoing = found.first()
    if outgoing is None or outgoing.author_id != user_id:
        raise Refusal("messageNotFound", "There is no such message of yours in this contact.")
    outgoing.conversation = contact.conversation
    return outgoing
