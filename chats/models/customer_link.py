"""What a customer's page asks of us beside its chat: a link that opens the chat on another device once, and a rating."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .conversation import Conversation
from .encrypted_field import EncryptedTextField

LIVES = timedelta(minutes=10)
REMEMBERED = timedelta(days=1)  # so long a link that was used or is too old says so
MAX_COMMENT = 1_000


class CustomerLink(models.Model):
    """A chat on its way to another device. Only the digest of its code is kept; the seat is gone once it was taken."""

    class Refused(StrEnum):
        UNKNOWN = "LinkUnknown"
        USED = "LinkUsed"

    digest = models.CharField(max_length=64, unique=True)
    contact_id = models.CharField(max_length=256, db_index=True)
    seat = EncryptedTextField(blank=True)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)
    refused = models.PositiveIntegerField(default=0)  # times it was tried again after it was used

    class Meta:
        app_label = "chats"

    def __str__(self) -> str:
        return self.contact_id

    @classmethod
    def make(cls, contact_id: str, seat: str, now: datetime) -> str:
        """The code of a new link; an earlier one of this chat opens nothing any more."""
        cls.objects.filter(contact_id=contact_id, used_at=None).delete()
        cls.objects.filter(expires_at__lt=now - REMEMBERED).delete()
        code = secrets.token_urlsafe(32)
        cls.objects.create(digest=_digest(code), contact_id=contact_id, seat=seat, expires_at=now + LIVES)
        return code

    @classmethod
    def take(cls, code: str, now: datetime) -> CustomerLink | Refused:
        """The link with its seat, to who comes first, inside the caller's transaction."""
        link = cls.objects.select_for_update().filter(digest=_digest(code)).first()
        if link is None or (link.used_at is None and link.expires_at <= now):
            return cls.Refused.UNKNOWN
        if link.used_at is not None:
            cls.objects.filter(pk=link.pk).update(refused=models.F("refused") + 1)
            return cls.Refused.USED
        cls.objects.filter(pk=link.pk).update(used_at=now, seat="")
        return link


class CustomerRating(models.Model):
    """How the customer found a chat, as they said last."""

    conversation = models.OneToOneField(
        Conversation, models.CASCADE, related_name="rating", verbose_name=_("conversation")
    )
    stars = models.PositiveSmallIntegerField(_("stars"), validators=[MinValueValidator(1), MaxValueValidator(5)])
    comment = models.CharField(_("comment"), max_length=MAX_COMMENT, blank=True)
    rated_at = models.DateTimeField(_("rated"))

    class Meta:
        app_label = "chats"
        verbose_name = _("customer's rating")
        verbose_name_plural = _("customers' ratings")

    def __str__(self) -> str:
        return f"{self.conversation}: {self.stars}"


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
