"""How many may wait in a queue. Called by whoever takes a place: a hand-over, a transfer to the queue."""

from __future__ import annotations

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
