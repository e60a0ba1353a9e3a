"""A file that a page of others sends as an agent: announced, its bytes handed in, completed (agents.ccp.participant_api)."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.db import models

from .agent_contact import AgentContact


class AgentUpload(models.Model):
    """From StartAttachmentUpload until CompleteAttachmentUpload; then it stands in the outbox."""

    KEPT = timedelta(days=1)  # so long the same ClientToken is the same file

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agent_contact = models.ForeignKey(AgentContact, models.CASCADE, related_name="uploads")
    client_token = models.CharField(max_length=500)
    name = models.CharField(max_length=256)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    file = models.CharField(max_length=32, blank=True)  # the key of its bytes (chats.stored_files), once they are here
    completed = models.BooleanField(default=False)
    announced_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent_contact", "client_token"], name="one_upload_per_client_token")
        ]
        indexes = [models.Index(fields=["announced_at"], name="agent_upload_age")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def announce(cls, part: AgentContact, client_token: str, now: datetime, **file: object) -> Self:
        """The upload of this token. What was announced long ago is forgotten on this occasion."""
        cls.objects.filter(announced_at__lt=now - cls.KEPT).delete()
        about = {**file, "announced_at": now}
        return cls.objects.get_or_create(agent_contact=part, client_token=client_token, defaults=about)[0]
