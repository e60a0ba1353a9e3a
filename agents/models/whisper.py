"""What a supervisor and the serving agent write to each other beside a conversation. Nobody else reads it, Connect never gets it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .agent_contact import AgentContact

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MAX_CHARACTERS = 4000


class Whisper(models.Model):
    """One whisper, a numbered row of the stream of its agent contact. It is never changed."""

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    agent_contact = models.ForeignKey(AgentContact, models.CASCADE, related_name="whispers")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    client_token = models.CharField(max_length=500)
    text = models.TextField(_("text"), max_length=MAX_CHARACTERS)
    at = models.DateTimeField(_("written"))
    seq = models.PositiveBigIntegerField()

    class Meta:
        ordering = ["seq"]
        verbose_name = _("whisper")
        verbose_name_plural = _("whispers")
        constraints = [
            models.UniqueConstraint(fields=["agent_contact", "client_token"], name="one_whisper_per_client_token"),
            models.UniqueConstraint(fields=["agent_contact", "seq"], name="whisper_seq"),
        ]

    def __str__(self) -> str:
        return f"{self.author}: {self.text[:40]}"

    @property
    def stream(self) -> str:
        return self.agent_contact.whispers_stream

    @classmethod
    def write(cls, part: AgentContact, author: User, text: str, client_token: str, now: datetime) -> Whisper:
        """A new whisper. Call it with the agent of the part locked."""
        seq = part.next_whisper_seq()
        return cls.objects.create(
            agent_contact=part, author=author, text=text, client_token=client_token, at=now, seq=seq
        )
