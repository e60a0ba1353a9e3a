"""A conversation: one customer's chat, and the counter that numbers every change a viewer can see of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, models

from chats import rich_text

KEY_LENGTH = 300
PLAIN = "text/plain"


def customer_key(name: str, attributes: Mapping[str, Any]) -> str:
    """Who it is by the surest thing we know: an attribute `customerId` or `email`, else the name they gave, exactly."""
    for by in ("customerId", "email"):
        if value := str(attributes.get(by) or ""):
            return f"{by}:{value}"[:KEY_LENGTH]
    return f"name:{name}"[:KEY_LENGTH] if name else ""


class Conversation(models.Model):
    """One customer's chat: the chain of contacts that share an InitialContactId, and its counter of changes."""

    initial_contact_id = models.CharField(max_length=256, unique=True)
    customer_name = models.CharField(max_length=256, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    language = models.CharField(max_length=16, blank=True)  # of the customer, as Connect writes it (en-US)
    seq = models.PositiveBigIntegerField(default=0)
    chat_ended_at = models.DateTimeField(null=True)
    plain_text_only = models.BooleanField(
        default=False
    )  # Connect has refused markdown: the chat was started without it
    created_at = models.DateTimeField(auto_now_add=True)
    customer_key = models.CharField(max_length=KEY_LENGTH, blank=True, editable=False)  # kept by save()

    class Meta:
        indexes = [models.Index(fields=["customer_key", "created_at"], name="conversation_customer")]

    def __str__(self) -> str:
        return self.customer_name or self.initial_contact_id

    def save(self, *, update_fields: Iterable[str] | None = None, **options: Any) -> None:
        """Whatever is written, the key fits the name and the attributes."""
        self.customer_key = customer_key(self.customer_name, self.attributes)
        fields = None if update_fields is None else {*update_fields, "customer_key"}
        super().save(update_fields=fields, **options)

    @property
    def stream(self) -> str:
        return f"conversation:{self.initial_contact_id}"

    def lock(self) -> None:
        """Hold this conversation until the transaction ends (SQLite: the transaction itself, being IMMEDIATE, does)."""
        held = Conversation.objects.select_for_update().get(pk=self.pk)
        self.seq, self.chat_ended_at, self.customer_name = held.seq, held.chat_ended_at, held.customer_name
        self.attributes, self.language = held.attributes, held.language
        self.plain_text_only = held.plain_text_only

    @property
    def content_types(self) -> list[str]:
        """What can be said, as far as we know: Connect tells nobody which types a chat was started with, it refuses the others."""
        return [PLAIN] if self.plain_text_only else [PLAIN, rich_text.MARKDOWN]

    def next_seq(self) -> int:
        """Take the next number. It locks the row until the transaction ends, so numbers have no hole and no twin."""
        with connection.cursor() as cursor:
            cursor.execute("UPDATE chats_conversation SET seq = seq + 1 WHERE id = %s RETURNING seq", [self.pk])
            (self.seq,) = cursor.fetchone()
        return self.seq
