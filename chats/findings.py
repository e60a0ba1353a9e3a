"""What Amazon Connect's documentation does not say and the portal has found out by asking; asked again after a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models

CUSTOM_PARTICIPANT_SENDS_NO_FILES = "custom participant sends no files"
HOLDS = timedelta(days=1)


class Finding(models.Model):
    """One thing that was found out, and when last."""

    name = models.CharField(primary_key=True, max_length=80)
    found_at = models.DateTimeField()

    class Meta:
        app_label = "chats"

    def __str__(self) -> str:
        return self.name

    @classmethod
    def keep(cls, name: str, now: datetime) -> None:
        cls.objects.update_or_create(name=name, defaults={"found_at": now})

    @classmethod
    def holds(cls, name: str, now: datetime) -> bool:
        return cls.objects.filter(name=name, found_at__gt=now - HOLDS).exists()
