"""How many may wait in a queue, and who is before whom. Called by whoever takes a place (a hand-over, a transfer to the queue) or tells it."""

from __future__ import annotations

from django.db.models import Q

from . import contact_state
from .models import Contact, Queue


class QueueFull(Exception):
    """As many wait in this queue, or are about to, as may."""

    def __init__(self, queue: Queue) -> None:
        super().__init__(f"{queue} is full: {queue.max_waiting} may wait")
        self.queue = queue


def check_room(queue: Queue) -> None:
    """Raise QueueFull unless one more may wait. In the transaction that takes the place, with the conversation held and any
    agents: the queue is locked last, until the place is taken, so that as many as come at once are counted one by one.
    """
    held = Queue.objects.select_for_update(no_key=True).get(pk=queue.pk)  # contacts may refer to it meanwhile
    if waiting_in(held) >= held.max_waiting:
        raise QueueFull(held)


def waiting_in(queue: Queue) -> int:
    """How many places are taken: by who waits, and by who is about to."""
    return Contact.objects.filter(
        queue=queue, state__in=[contact_state.State.JOINING, contact_state.State.WAITING]
    ).count()


def position(contact: Contact) -> int:
    """1: next in line; 0: an agent serves the contact already."""
    if contact.state != contact_state.State.WAITING or contact.waiting_since is None:
        return 0
    older = Q(waiting_since__lt=contact.waiting_since) | Q(waiting_since=contact.waiting_since, pk__lt=contact.pk)
    earlier = Q(priority__lt=contact.priority) | Q(older, priority=contact.priority)
    return Contact.objects.filter(earlier, queue=contact.queue, state=contact_state.State.WAITING).count() + 1
