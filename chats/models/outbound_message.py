"""An outbound message: what is owed to Amazon Connect. `chats.outbox` writes the rows, `chats.sending` claims and sends them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from chats.reasons import ReasonField

from .contact import Contact
from .conversation import Conversation


class OutboundMessage(models.Model):
    """What we owe Connect. Per round strictly first in, first out; exactly once by its client token."""

    class Kind(models.TextChoices):
        MESSAGE = "MESSAGE"
        ATTACHMENT = "ATTACHMENT"  # a file: `content` is its name, `content_type` its type
        DISCONNECT = "DISCONNECT"

    class State(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"  # a worker has it until `lease_until`; to a viewer it is still queued
        TAKEN = "taken"  # a file: Connect has it and scans it; it is an item when that is done
        SENT = "sent"
        FAILED = "failed"
        DISCARDED = "discarded"

    UNFINISHED = (State.QUEUED, State.SENDING)
    UNSENT = (*UNFINISHED, State.TAKEN)  # no item yet, and may still become one

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="outbound_messages")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="outbound_messages")
    round = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.MESSAGE)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    client_token = models.CharField(max_length=500)
    content_type = models.CharField(max_length=100, default="text/plain")
    content = models.TextField(blank=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.QUEUED)
    why = ReasonField()
    attempts = models.PositiveIntegerField(default=0)
    first_tried_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()  # not before; while SENDING: the end of the lease
    item_id = models.CharField(max_length=256, blank=True)  # Connect's Id, known with the answer
    file = models.CharField(max_length=32, blank=True, default="")  # the key of its bytes (chats.stored_files)
    size = models.PositiveBigIntegerField(null=True)  # of the file, in bytes
    attachment_id = models.CharField(max_length=256, blank=True, default="")  # Connect's, when its bytes are there
    position = models.PositiveBigIntegerField()
    created_at = models.DateTimeField()
    seq = models.PositiveBigIntegerField()

    wait = 0.0  # seconds until its turn, of a row that was just claimed (chats.sending.rate): no column

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "client_token"], name="one_per_client_token")]
        indexes = [
            models.Index(fields=["conversation", "seq"], name="outgoing_seq"),
            models.Index(
                fields=["contact", "round", "position"],
                condition=Q(state__in=["queued", "sending"]),
                name="outgoing_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def stream(self) -> str:
        return self.conversation.stream
