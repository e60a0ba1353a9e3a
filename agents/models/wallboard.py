"""A wallboard: which queues a screen on the wall shows, and the token of its link (agents.views.wallboard)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chats.models import Queue


class Wallboard(models.Model):
    """Whoever has the link sees the figures, without signing in: only the token's hash is kept. Deleting it takes the link away."""

    name = models.CharField(_("name"), max_length=60, unique=True, help_text=_("Stands on the screen."))
    queues = models.ManyToManyField(
        Queue,
        verbose_name=_("queues"),
        related_name="+",
        help_text=_("Figures of these, and of the agents who serve them."),
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+")
    made_at = models.DateTimeField(_("link made"), editable=False)
    shown_at = models.DateTimeField(_("last shown"), null=True, editable=False)

    class Meta:
        verbose_name, verbose_name_plural = _("wallboard"), _("wallboards")

    def __str__(self) -> str:
        return self.name

    def new_token(self, now: datetime) -> str:
        """For a new link; the one before is worth nothing once this is saved."""
        token = secrets.token_urlsafe(32)
        self.digest, self.made_at, self.shown_at = _digest(token), now, None
        return token

    @classmethod
    def of(cls, token: str) -> Wallboard | None:
        return cls.objects.filter(digest=_digest(token)).first() if token else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
