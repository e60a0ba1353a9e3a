"""A token with which the CCP of one agent signs in once, in the frame of a page whose backend has asked for it (agents.ccp.embed)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models, transaction

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class EmbedToken(models.Model):
    """Only its hash is kept. Whoever redeems it deletes it: of two, one has it."""

    LIVES = timedelta(seconds=60)

    digest = models.CharField(primary_key=True, max_length=64)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="embed_token_age")]

    def __str__(self) -> str:
        return f"for {self.user}"

    @classmethod
    def make(cls, user: User, now: datetime) -> tuple[str, datetime]:
        """The token and until when it is good. Those that nobody redeemed in time are forgotten on this occasion."""
        cls.objects.filter(expires_at__lt=now).delete()
        token = secrets.token_urlsafe(32)
        made = cls.objects.create(digest=_digest(token), user=user, expires_at=now + cls.LIVES)
        return token, made.expires_at

    @classmethod
    @transaction.atomic
    def redeem(cls, token: str, now: datetime) -> User | None:
        """Whose it is, once; None for every other time, and for what is no token."""
        found = cls.objects.select_related("user").filter(digest=_digest(token)).first()
        if found is None or not cls.objects.filter(digest=found.digest).delete()[0] or found.expires_at <= now:
            return None
        user: User = found.user
        return user if user.is_active else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
