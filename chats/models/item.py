"""An item of the transcript, and the notifications that could not be read. Only `chats.ingest` writes items."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from .conversation import Conversation


class Item(models.Model):
    """One item of the transcript, as Connect gave it; `number` is its place in the order of arrival, for ever."""

    id = models.CharField(primary_key=True, max_length=256)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="items")
    contact_id = models.CharField(max_length=256)
    type = models.CharField(max_length=32)
    content_type = models.CharField(max_length=256, blank=True)
    content = models.TextField(null=True)
    participant_id = models.CharField(max_length=256, null=True)
    role = models.CharField(max_length=16, null=True)
    display_name = models.CharField(max_length=1024, null=True)
    attachments = models.JSONField(default=list)
    absolute_time = models.DateTimeField()
    received_at = models.DateTimeField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    number = models.PositiveBigIntegerField()
    seq = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "number"], name="item_number")]
        indexes = [
            models.Index(fields=["conversation", "seq"], name="item_seq"),
            models.Index(fields=["conversation", "absolute_time", "id"], name="item_order"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.id}"

    @property
    def stream(self) -> str:
        return self.conversation.stream


class UnreadableMessage(models.Model):
    """A genuine notification we could not read: kept as it came, so that nothing is lost, and an alert is logged."""

    message_id = models.CharField(max_length=256, unique=True)
    body = models.TextField()
    why = models.CharField(max_length=500)
    received_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.message_id}: {self.why}"
