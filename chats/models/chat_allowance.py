"""How often something may still be done (chats started, passwords asked about), by key: shared by all processes."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from django.db import models

WINDOW = timedelta(minutes=10)  # in which an allowance that is used up is whole again
MAX_KEY = 300


class ChatAllowance(models.Model):
    """A bucket that refills evenly. One that nobody has taken from for WINDOW is full, and is no row any more."""

    key = models.CharField(max_length=MAX_KEY, unique=True)
    left = models.FloatField()
    updated_at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "chats"

    def __str__(self) -> str:
        return self.key

    @classmethod
    def take(cls, key: str, most: int, now: datetime) -> int:
        """Once, of `most` times in WINDOW, inside the caller's transaction; else the seconds until there is one again."""
        key = key[:MAX_KEY]
        row, is_new = cls.objects.select_for_update().get_or_create(
            key=key, defaults={"left": float(most), "updated_at": now}
        )
        if is_new:
            cls._forget(now - WINDOW)
        a_second = most / WINDOW.total_seconds()
        left = min(float(most), row.left + max(0.0, (now - row.updated_at).total_seconds()) * a_second)
        if left < 1:
            return math.ceil((1 - left) / a_second) if a_second else math.ceil(WINDOW.total_seconds())
        row.left, row.updated_at = left - 1, now
        row.save(update_fields=["left", "updated_at"])
        return 0

    @classmethod
    def _forget(cls, before: datetime) -> None:
        """Full buckets. One that somebody takes from at this moment is theirs: waiting for it could be a deadlock."""
        full = cls.objects.filter(updated_at__lt=before).select_for_update(skip_locked=True)
        cls.objects.filter(pk__in=list(full.values_list("pk", flat=True))).delete()
