"""Customers who fall silent: some time after the agent's last message they are nudged, later the chat ends.

Connect's own idle timers would run in the queue too, and need a role the custom participant has not; these are rows of
ours. They count only while CONNECTED and only from the agent's last message: who waits for an agent is not silent.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction

from chats import contact_state, outbox, participation
from chats.models import Contact, Item, OutboundMessage, Text
from chats.row_backoff import RowBackoff

from .models import ContactTimer

_parking = RowBackoff("silence")
NUDGE, END = 0, 1  # the steps of the timer: what is to be done when it is due


def run(now: datetime) -> int:
    """Look at every contact whose timer is due; how many were nudged or ended."""
    return sum(steps(now))


def steps(now: datetime) -> Iterator[int]:
    """`run`, contact by contact."""
    due = ContactTimer.due(ContactTimer.Kind.SILENCE, now, _parking.held(now))
    yield from _parking.steps(due, lambda contact_id: _look(contact_id, now), now)


@transaction.atomic
def _look(contact_id: str, now: datetime) -> bool:
    contact = participation.lock_contact(contact_id)
    timer = ContactTimer.of_locked(contact, ContactTimer.Kind.SILENCE, now)
    if timer is None:
        return False
    queue = contact.queue
    if contact.state != contact_state.State.CONNECTED or timer.round != contact.round or not queue.nudge_after:
        timer.delete()
        return False
    asked = _unanswered_since(contact)
    if asked is None:  # the agent owes the next word: nothing can be due sooner than after that
        timer.again(now, queue.nudge_after)
        return False
    if timer.step == END and asked == timer.started_at:
        return _end(contact, timer, now)
    due = asked + timedelta(seconds=queue.nudge_after)
    if due > now:
        timer.again(now, (due - now).total_seconds())
        return False
    return _nudge(contact, timer, asked, now)


def _unanswered_since(contact: Contact) -> datetime | None:
    """When the agent last spoke, if the customer has said nothing since."""
    said = [OutboundMessage.Kind.MESSAGE, OutboundMessage.Kind.ATTACHMENT]
    own = OutboundMessage.objects.filter(contact=contact, round=contact.round, kind__in=said, author__isnull=False)
    words = own.exclude(state__in=[OutboundMessage.State.FAILED, OutboundMessage.State.DISCARDED])
    last = words.order_by("-created_at").values_list("created_at", flat=True).first()
    if last is None:
        return None
    answers = Item.objects.filter(conversation=contact.conversation, role="CUSTOMER", received_at__gt=last)
    return None if answers.exclude(type="EVENT").exists() else last


def _nudge(contact: Contact, timer: ContactTimer, asked: datetime, now: datetime) -> bool:
    text = contact.queue.words(Text.NUDGE, contact.conversation.language)
    if text:
        outbox.enqueue(contact, text)
    timer.nudged(asked, now, contact.queue.silent_after or contact.queue.nudge_after)
    return bool(text)


def _end(contact: Contact, timer: ContactTimer, now: datetime) -> bool:
    if not contact.queue.silent_after:
        timer.again(now, contact.queue.nudge_after, step=END)  # nudged once, and never ended
        return False
    timer.delete()
    text = contact.queue.words(Text.SILENT, contact.conversation.language)
    if text:
        outbox.enqueue(contact, text)
    participation.end(contact, contact_state.EndReason.SILENT, now, leave=True)
    return True
