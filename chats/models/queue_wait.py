"""Each wait of a contact in a queue, with how it ended: what service level, abandoned and answer time are counted from."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .queue import Queue

if TYPE_CHECKING:
    from .contact import Contact


class QueueWait(models.Model):
    """One stay of one contact in one queue. Contact.move begins and ends it; whoever puts a waiting contact into another
    queue calls `begin` again. One contact has at most one open wait.
    """

    class Outcome(models.TextChoices):
        ANSWERED = "answered", _("answered")
        ABANDONED = "abandoned", _("the customer left")
        TRANSFERRED = "transferred", _("to another queue")
        ENDED = "ended", _("ended otherwise")

    contact = models.ForeignKey("chats.Contact", models.CASCADE, related_name="queue_waits")
    queue = models.ForeignKey(Queue, models.CASCADE, related_name="waits")
    entered_at = models.DateTimeField(_("entered"))
    left_at = models.DateTimeField(_("left"), null=True)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome.choices, blank=True)
    by_transfer = models.BooleanField(_("by transfer"), default=False)  # it was served, or waited elsewhere, before

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact"], condition=Q(left_at=None), name="one_open_wait_per_contact")
        ]
        indexes = [models.Index(fields=["left_at"], name="queue_wait_left")]

    def __str__(self) -> str:
        return f"{self.contact_id} in {self.queue}: {self.outcome or 'waits'}"

    @classmethod
    def begin(cls, contact: Contact, now: datetime, *, by_transfer: bool) -> None:
        """The contact waits in its queue from now on; a wait in another queue is over."""
        moved = cls.end(contact, now, cls.Outcome.TRANSFERRED)
        cls.objects.create(contact=contact, queue=contact.queue, entered_at=now, by_transfer=by_transfer or moved)

    @classmethod
    def end(cls, contact: Contact, now: datetime, outcome: Outcome) -> bool:
        """The contact left the queue; whether it was in one."""
        return bool(cls.objects.filter(contact=contact, left_at=None).update(left_at=now, outcome=outcome))

    @classmethod
    def explain_end(cls, contact: Contact, outcome: Outcome) -> None:
        """Why the contact ended while it waited is known better now."""
        at_end = cls.objects.filter(contact=contact, left_at=contact.ended_at)
        at_end.filter(outcome__in=[cls.Outcome.ABANDONED, cls.Outcome.ENDED]).update(outcome=outcome)
