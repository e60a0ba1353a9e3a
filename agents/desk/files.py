"""Files that an agent sends: announced, taken in, enqueued in the outbox among the messages of the contact."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from agents.protocol.refusals import Refusal
from chats import outbox, participation, stored_files
from chats.models import Contact, Outgoing
from chats.sending import attachment_upload

from .serving import NOT_HERE, lock_served, why_closed


@dataclass(frozen=True, slots=True)
class FileToSend:
    """A file that an agent hands in, as it is announced."""

    user_id: int
    contact_id: str
    client_token: str
    name: str
    content_type: str


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
def send(wanted: FileToSend, key: str, size: int) -> Outgoing:
    """Enqueue a file, whose bytes are here, after the messages of this contact. Refusal: nothing is enqueued."""
    contact = lock_served(wanted.user_id, wanted.contact_id)
    if contact.owner is None:
        raise Refusal("contactNotFound", NOT_HERE)
    file = outbox.File(key, wanted.name, wanted.content_type, size)
    try:
        return outbox.send_file(
            contact, file, author=contact.owner, client_token=wanted.client_token, closed=why_closed(contact)
        )
    except outbox.NotSendable as error:
        raise Refusal(error.reason, error.why) from None


def check_still_stored(outgoing: Outgoing) -> None:
    if not stored_files.exists(outgoing.file):
        raise Refusal("fileGone", "The file is no longer kept here. Attach it again.")
    _check_files_are_taken(outgoing.contact)
