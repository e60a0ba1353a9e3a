"""A contact: the segment of a conversation that a flow has handed over, its state and its owner."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chats import contact_state
from chats.reasons import Reason, ReasonField

from .conversation import Conversation
from .help_request import HelpRequest
from .queue import Queue
from .queue_wait import QueueWait
from .transfer import Transfer

FIRST_PRIORITY, USUAL_PRIORITY, LAST_PRIORITY = 1, 5, 10  # 5 is the default of Connect's queue priority, 1 its highest


class Contact(models.Model):
    """One segment of a conversation that a flow has handed over to us (ContactId, as in Connect's contact record)."""

    id = models.CharField(primary_key=True, max_length=256)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="contacts")
    queue = models.ForeignKey(Queue, models.PROTECT, related_name="contacts")
    state = models.CharField(
        max_length=16, choices=[(s, s) for s in contact_state.State], default=contact_state.State.JOINING
    )
    round = models.PositiveIntegerField(default=0)
    attempt = models.PositiveIntegerField(default=0)  # of joining in this round; ClientTokens derive from it
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="contacts")
    end_reason = models.CharField(max_length=16, blank=True)
    attention = ReasonField()  # why a supervisor should look at it, while they should
    transfer = models.ForeignKey(Transfer, models.SET_NULL, null=True, related_name="+")  # the newest
    help_request = models.ForeignKey(HelpRequest, models.SET_NULL, null=True, related_name="+")  # while a hand is up
    references = models.JSONField(default=list, blank=True)  # wire.listed_references
    relayed_round = models.PositiveIntegerField(null=True)  # the round Amazon Connect itself gave to an agent
    rejoin_at = models.DateTimeField(null=True)  # the customer wrote before we had left: join again, not before this
    priority = models.PositiveSmallIntegerField(
        _("priority"), default=USUAL_PRIORITY
    )  # within its queue; the lowest number is offered first, as in Connect
    handed_over_at = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField(_("in line since"), null=True)  # its place: who is requeued keeps it
    waits_since = models.DateTimeField(
        _("waits since"), null=True
    )  # the present wait; one before it was served is over
    connected_at = models.DateTimeField(_("first served"), null=True)
    served_since = models.DateTimeField(
        _("served since"), null=True
    )  # by its owner; a colleague's time before is theirs
    ended_at = models.DateTimeField(null=True)
    seq = models.PositiveBigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["state", "waiting_since"], name="contact_waits"),
            models.Index(
                fields=["queue", "priority", "waiting_since", "id"],
                condition=Q(state="WAITING", owner__isnull=True),
                name="contact_nobodys",
            ),
            models.Index(fields=["owner"], condition=Q(state="WAITING", owner__isnull=False), name="contact_offered"),
            models.Index(fields=["conversation", "seq"], name="contact_seq"),
            models.Index(fields=["rejoin_at"], condition=Q(rejoin_at__isnull=False), name="contact_rejoins"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation} ({self.state})"

    @property
    def stream(self) -> str:
        return self.conversation.stream

    def move(self, move: contact_state.Move, now: datetime, **changes: object) -> None:
        """Make a move of `life`; IllegalMove when it cannot happen. Times that belong to the move are set here."""
        self.state = contact_state.after(contact_state.State(self.state), move)
        match self.state:
            case contact_state.State.JOINING:
                self.handed_over_at, self.ended_at, self.connected_at, self.served_since = now, None, None, None
                self.end_reason = ""
            case contact_state.State.WAITING:
                self.waiting_since = self.waiting_since if move is contact_state.Move.REQUEUE else now
                self.waits_since, self.served_since = now, None
            case contact_state.State.CONNECTED:
                self.connected_at = self.connected_at if move is contact_state.Move.TRANSFER else now
                self.served_since = now
            case contact_state.State.ENDED:
                self.ended_at, self.attention = now, Reason()
        for name, value in changes.items():
            setattr(self, name, value)
        self.changed()
        self._count_wait(move, now)

    def _count_wait(self, move: contact_state.Move, now: datetime) -> None:
        match self.state:
            case contact_state.State.WAITING:
                QueueWait.begin(self, now, by_transfer=move is contact_state.Move.REQUEUE)
            case contact_state.State.CONNECTED:
                QueueWait.end(self, now, QueueWait.Outcome.ANSWERED)
            case contact_state.State.ENDED:
                QueueWait.end(self, now, self.outcome_of_wait)

    @property
    def outcome_of_wait(self) -> QueueWait.Outcome:
        """What its end means for the queue it waits in."""
        left = self.end_reason == contact_state.EndReason.CUSTOMER
        return QueueWait.Outcome.ABANDONED if left else QueueWait.Outcome.ENDED

    @property
    def is_relayed(self) -> bool:
        """We speak with the agent's own participant token, and Amazon Connect decides who serves."""
        return self.relayed_round is not None and self.relayed_round == self.round

    @property
    def in_state_since(self) -> datetime | None:
        """Since when it waits, or is served by its owner: the one number that desk, floor and admin show."""
        if self.state == contact_state.State.CONNECTED:
            return self.served_since or self.connected_at
        return self.waits_since or self.waiting_since

    @property
    def newest_transfer(self) -> Transfer | None:
        """Of this round."""
        return self.transfer if self.transfer_id and self.transfer and self.transfer.round == self.round else None

    def prioritise(self, priority: int) -> None:
        """From now on offered before, or after, the others of its queue. Call it on a `locked` contact."""
        self.priority = priority
        self.changed()

    def call_for_attention(self, why: Reason) -> None:
        """A supervisor should look at it; empty: no more."""
        self.attention = why
        self.changed()

    def changed(self) -> None:
        """Keep the row under the next number of its conversation."""
        self.seq = self.conversation.next_seq()
        self.save()
