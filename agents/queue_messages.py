"""What a customer hears while nobody has answered: the queue's words, with their place in it, again and again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext, ngettext

from chats import contact_state, outbox, participation
from chats.models import Contact, OutboundMessage, Queue, Text
from chats.observers import Change, Waits
from chats.queue_capacity import position
from chats.row_backoff import RowBackoff

from .models import AgentContact, ContactTimer

RECENTLY = timedelta(minutes=30)
_parking = RowBackoff("waiting texts")


def contact_changed(contact: Contact, change: Change) -> None:
    """Observer: a contact that waits is reminded of its place, as often as its queue says."""
    if isinstance(change, Waits) and contact.queue.waiting_every and contact.waiting_since is not None:
        since = contact.waiting_since
        ContactTimer.start(contact, ContactTimer.Kind.WAITING, since, contact.queue.waiting_every)


# ---- place and time --------------------------------------------------------------------------------------------------


def expected_wait(queue: Queue, place: int, now: datetime) -> timedelta | None:
    """As many as are before us, at the pace of the last half hour. None: nobody was answered in it."""
    answered = AgentContact.objects.filter(contact__queue=queue, accepted_at__gt=now - RECENTLY).count()
    return RECENTLY / answered * place if answered else None


def in_words(wait: timedelta | None, language: str) -> str:
    """A duration no more exact than it is known."""
    with translation.override(language.partition("-")[0].lower() or None):
        if wait is None:
            return gettext("a few minutes")
        minutes = max(1, round(wait.total_seconds() / 60))
        return ngettext("about %(n)d minute", "about %(n)d minutes", minutes) % {"n": minutes}


# ---- the timer -------------------------------------------------------------------------------------------------------


def run(now: datetime) -> int:
    """Say what is due; how many customers heard something."""
    return sum(steps(now))


def steps(now: datetime) -> Iterator[int]:
    """`run`, contact by contact."""
    due = ContactTimer.due(ContactTimer.Kind.WAITING, now, _parking.held(now))
    yield from _parking.steps(due, lambda contact_id: _remind(contact_id, now), now)


@transaction.atomic
def _remind(contact_id: str, now: datetime) -> bool:
    contact = participation.lock_contact(contact_id)
    timer = ContactTimer.of_locked(contact, ContactTimer.Kind.WAITING, now)
    if timer is None:
        return False
    every = contact.queue.waiting_every
    if contact.state != contact_state.State.WAITING or timer.round != contact.round or not every:
        timer.delete()
        return False
    timer.again(now, every)
    text = _text(contact, now)
    if not text or _is_still_unsaid(contact):
        return False
    outbox.enqueue(contact, text)
    return True


def _text(contact: Contact, now: datetime) -> str:
    place, language = position(contact), contact.conversation.language
    wait = in_words(expected_wait(contact.queue, place, now), language)
    return contact.queue.words(Text.WAITING, language, position=place, wait=wait)


def _is_still_unsaid(contact: Contact) -> bool:
    """Amazon Connect is away: the customer shall not hear ten of these at once when it is back."""
    unsaid = OutboundMessage.objects.filter(contact=contact, round=contact.round, state__in=OutboundMessage.UNFINISHED)
    return unsaid.exists()
