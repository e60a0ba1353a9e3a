"""Internal notes of a contact: written, edited and deleted by their author, read by whoever may see the contact."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import transaction

from agents.protocol.refusals import Refusal
from chats import participation, realtime, transcripts
from chats.models import Contact, Note

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def add(user_id: int, contact_id: str, text: str, client_token: str | None, now: datetime) -> str:
    """The id of the note. The same client token of the same author is the note that is there."""
    user, contact = _seen(user_id, contact_id)
    token = client_token or str(uuid.uuid4())
    known = Note.objects.filter(conversation=contact.conversation, client_token=token).first()
    if known is not None and known.author_id != user.pk:
        raise Refusal("clientTokenReused", "This client token was used for another note: make a new one.")
    if known is None:
        known = Note.write(contact, user, _words(text), token, now)
        realtime.publish(known)
    return str(known.key)


@transaction.atomic
def edit(user_id: int, contact_id: str, note_id: str, text: str, now: datetime) -> None:
    """The same words again change nothing."""
    note = _mine(user_id, contact_id, note_id)
    if note.deleted_at is not None:
        raise Refusal("noteNotFound", "This note was deleted: write a new one.")
    if note.text != _words(text):
        note.edit(_words(text), now)
        realtime.publish(note)


@transaction.atomic
def delete(user_id: int, contact_id: str, note_id: str, now: datetime) -> None:
    """Deleted twice, it is deleted once."""
    note = _mine(user_id, contact_id, note_id)
    if note.deleted_at is None:
        note.delete_words(now)
        realtime.publish(note)


def _words(text: str) -> str:
    """The front stays as it is typed: a note may begin with an indented line."""
    if not text.strip():
        raise Refusal("empty", "An empty note cannot be kept.")
    return text.rstrip()


def _seen(user_id: int, contact_id: str) -> tuple[User, Contact]:
    """A contact this user may see, locked."""
    user = get_user_model().objects.get(pk=user_id)
    if transcripts.visible_to(user).filter(pk=contact_id).exists():
        contact = participation.lock_contacts([contact_id]).get(contact_id)
        if contact is not None and transcripts.visible_to(user).filter(pk=contact_id).exists():  # and still may
            return user, contact
    raise Refusal("contactNotFound", "There is no such contact, or you may not see it.")


def _mine(user_id: int, contact_id: str, note_id: str) -> Note:
    user, contact = _seen(user_id, contact_id)
    note = None
    if _is_uuid(note_id):
        note = Note.objects.select_related("author").filter(contact=contact, key=note_id, author=user).first()
    if note is None:
        raise Refusal("noteNotFound", "There is no such note of yours in this contact.")
    note.conversation = contact.conversation
    return note


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
