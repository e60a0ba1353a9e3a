"""Files that an agent sends: announced, taken in, enqueued in the outbox among the messages of the contact."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from agents.protocol.refusals import Refusal
from chats import outbox, participation, stored_files
from chats.models import Contact, OutboundMessage
from chats.outbox import Message
from chats.sending import attachment_upload

from .serving import NOT_HERE, lock_served, why_closed


def check_may_send(user_id: int, contact_id: str) -> None:
    """Whether this agent may send a file here, before its bytes are taken in. Refusal says why not."""
    contact = Contact.objects.select_related("conversation").filter(pk=contact_id, owner=user_id).first()
    if contact is None:
        raise Refusal("contactNotFound", NOT_HERE)
    _check_files_are_taken(contact)


def _check_files_are_taken(contact: Contact) -> None:
    ours = participation.our_participant(contact)
    if ours is not None and attachment_upload.are_refused_to(ours.role, timezone.now()):
        raise Refusal(
            "filesNotPermitted",
            "Amazon Connect takes no files from the portal in this chat. Send a link to where the customer can fetch it.",
        )


@transaction.atomic
def send(file: Message) -> OutboundMessage:
    """Enqueue a file, whose bytes are stored, in its turn among the messages of its contact. Refusal: nothing is kept."""
    contact = None if file.author_id is None else lock_served(file.author_id, file.contact_id)
    if contact is None:
        raise Refusal("contactNotFound", NOT_HERE)
    try:
        return outbox.enqueue_file(contact, file, why_closed(contact))
    except outbox.NotSendable as error:
        raise Refusal(error.reason, error.why) from None


def check_still_stored(outgoing: OutboundMessage) -> None:
    if not stored_files.exists(outgoing.file):
        raise Refusal("fileGone", "The file is no longer kept here. Attach it again.")
    _check_files_are_taken(outgoing.contact)
