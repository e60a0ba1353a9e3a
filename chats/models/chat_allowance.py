"""How often something may still be done (chats started, passwords asked about, messages sent), by key: shared by all processes."""

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
        a_second = most / WINDOW.total_seconds()
        row = cls._refilled(key, most, a_second, now)
        if row.left < 1:
            return math.ceil((1 - row.left) / a_second) if a_second else math.ceil(WINDOW.total_seconds())
        row.left -= 1
        row.save(update_fields=["left", "updated_at"])
        return 0

    @classmethod
    def turns(cls, key: str, count: int, a_second: float, most: int, now: datetime) -> list[float]:
        """So many times, each as soon as there is one, inside the caller's transaction: the seconds until then, in order."""
        row = cls._refilled(key, most, a_second, now)
        waits = [max(0.0, (nth - row.left) / a_second) for nth in range(1, count + 1)]
        row.left -= count  # below 0: they are taken before they are there
        row.save(update_fields=["left", "updated_at"])
        return waits

    @classmethod
    def take_above(cls, key: str, least: int, a_second: float, most: int, now: datetime) -> bool:
        """Once, if so many are left after it, inside the caller's transaction."""
        row = cls._refilled(key, most, a_second, now)
        if row.left - 1 < least:
            return False
        row.left -= 1
        row.save(update_fields=["left", "updated_at"])
        return True

    @classmethod
    def _refilled(cls, key: str, most: int, a_second: float, now: datetime) -> ChatAllowance:
        """The locked row, with what has come since it was last taken from; not saved."""
        row, is_new = cls.objects.select_for_update().get_or_create(
            key=key[:MAX_KEY], defaults={"left": float(most), "updated_at": now}
        )
        if is_new:
            cls._forget(now - WINDOW)
        row.left = min(float(most), row.left + max(0.0, (now - row.updated_at).total_seconds()) * a_second)
        row.updated_at = max(now, row.updated_at)
        return row

    @classmethod
    def _forget(cls, before: datetime) -> None:
        """Full buckets. One that somebody takes from at this moment is theirs: waiting for it could be a deadlock."""
        full = cls.objects.filter(updated_at__lt=before).select_for_update(skip_locked=True)
        cls.objects.filter(pk__in=list(full.values_list("pk", flat=True))).delete()
