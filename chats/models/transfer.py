"""Handing a contact on: who asks whom, with which comment, and what came of it. The rows; the rules are the desks'."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chats.reasons import Reason, ReasonField

from .queue import Queue

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MAX_COMMENT = 1000


class Transfer(models.Model):
    """One time that a contact is handed on, to a colleague who may decline it or to a queue. It stands on its contact."""

    class State(models.TextChoices):
        OFFERED = "offered", _("offered")  # the colleague has not answered; the sender still serves
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        MISSED = "missed", _("missed")
        WITHDRAWN = "withdrawn", _("withdrawn")  # the contact ended, or left its sender, before the colleague answered
        QUEUED = "queued", _("queued")
        TAKEN_OVER = "takenOver", _("taken over")  # a supervisor serves it now
        REASSIGNED = "reassigned", _("reassigned")  # a supervisor gave it to an agent
        REQUEUED = "requeued", _("back to the queue")  # a supervisor sent it to a queue

    contact = models.ForeignKey("chats.Contact", models.CASCADE, related_name="transfers")
    round = models.PositiveIntegerField()
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("by"), null=True, related_name="+"
    )  # a supervisor; nobody: the sender
    to_user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    to_queue = models.ForeignKey("chats.Queue", models.SET_NULL, null=True, related_name="+")
    to_id = models.CharField(max_length=64)  # of the endpoint, as the socket names it
    to_name = models.CharField(max_length=256)
    comment = models.CharField(_("comment"), max_length=MAX_COMMENT, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.OFFERED)
    why = ReasonField(_("why"))
    asked_at = models.DateTimeField(_("asked"))
    settled_at = models.DateTimeField(_("settled"), null=True)

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        constraints = [
            models.UniqueConstraint(fields=["contact"], condition=Q(state="offered"), name="one_transfer_at_a_time")
        ]

    def __str__(self) -> str:
        return f"{self.contact_id} → {self.to_name}: {self.state}"

    @classmethod
    def ask(cls, contact: Any, colleague: User, to: tuple[str, str], comment: str, now: datetime) -> Transfer:
        """The colleague is asked; the Contact (whose module knows this row) shows it. Call it on a `locked` one."""
        return cls._of(contact, to, comment, now, to_user=colleague)

    @classmethod
    def queued(cls, contact: Any, queue: Queue, to: tuple[str, str], comment: str, now: datetime) -> Transfer:
        """A queue is never asked: it is settled at once. The move that follows keeps it on the contact."""
        done = {"state": cls.State.QUEUED, "settled_at": now}
        return cls._of(contact, to, comment, now, to_queue=queue, **done)

    @classmethod
    def by_supervisor(cls, contact: Any, state: State, to: tuple[str, str], now: datetime, **what: Any) -> Transfer:
        """A supervisor steps in (`by`): nobody is asked, it is settled at once. Where to: `to_user` or `to_queue`."""
        comment = str(what.pop("comment", ""))[:MAX_COMMENT]
        return cls._of(contact, to, comment, now, state=state, settled_at=now, **what)

    @classmethod
    def _of(cls, contact: Any, to: tuple[str, str], comment: str, now: datetime, **what: Any) -> Transfer:
        about = {"round": contact.round, "sender": contact.owner, "comment": comment, "asked_at": now}
        made = cls.objects.create(contact=contact, to_id=to[0], to_name=to[1], **about, **what)
        contact.transfer = made
        return made

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OFFERED

    @property
    def to_type(self) -> str:
        return "queue" if self.state in {self.State.QUEUED, self.State.REQUEUED} else "agent"

    def settle(self, state: State, why: Reason, now: datetime) -> None:
        """What came of it. Whoever calls it keeps the contact under its next number."""
        self.state, self.why, self.settled_at = state, why, now
        self.save(update_fields=["state", "why", "settled_at"])
