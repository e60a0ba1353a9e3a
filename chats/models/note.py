"""Internal notes: what colleagues write beside a conversation. The customer never sees one, and Connect never gets one."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

MAX_CHARACTERS = 4000


class Note(models.Model):
    """One note, a numbered row of its conversation. A deleted one stays as an empty row, so that every viewer hears of it."""

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey("chats.Conversation", models.CASCADE, related_name="notes")
    contact = models.ForeignKey("chats.Contact", models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    client_token = models.CharField(max_length=500)
    text = models.TextField(_("text"), max_length=MAX_CHARACTERS, blank=True)
    created_at = models.DateTimeField(_("written"))
    edited_at = models.DateTimeField(_("edited"), null=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True)
    seq = models.PositiveBigIntegerField()

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        constraints = [
            models.UniqueConstraint(fields=["conversation", "client_token"], name="one_note_per_client_token")
        ]
        indexes = [models.Index(fields=["conversation", "seq"], name="note_seq")]

    def __str__(self) -> str:
        return f"{self.author}: {self.text[:40]}"

    @property
    def stream(self) -> str:
        return self.conversation.stream

    @classmethod
    def write(cls, contact: Any, author: Any, text: str, client_token: str, now: datetime) -> Note:
        """A new note beside this Contact (whose module knows this row). Call it with the conversation held."""
        return cls.objects.create(
            conversation=contact.conversation,
            contact=contact,
            author=author,
            client_token=client_token,
            text=text,
            created_at=now,
            seq=contact.conversation.next_seq(),
        )

    def edit(self, text: str, now: datetime) -> None:
        """Other words. Call it with the conversation held."""
        self.text, self.edited_at = text, now
        self.changed()

    def delete_words(self, now: datetime) -> None:
        """Nobody reads it any more, in the database neither. Call it with the conversation held."""
        self.text, self.deleted_at = "", now
        self.changed()

    def changed(self) -> None:
        """Keep the row under the next number of its conversation."""
        self.seq = self.conversation.next_seq()
        self.save()
