"""What Amazon Connect's documentation does not say and the portal has found out by asking; asked again after a day.

And what it refuses the portal, call by call: an administrator reads there which permission the portal's role lacks.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

CUSTOM_PARTICIPANT_SENDS_NO_FILES = "custom participant sends no files"
HOLDS = timedelta(days=1)
KEPT_ANEW_EVERY = timedelta(minutes=10)  # a refusal that comes again and again costs one write in this time
log = logging.getLogger(__name__)


class Capability(models.Model):
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

    @classmethod
    def claim(cls, name: str, now: datetime, lasts: timedelta) -> bool:
        """Keep it, unless somebody has within this time; of many who come at once, one is told True."""
        if cls.objects.filter(name=name, found_at__lte=now - lasts).update(found_at=now):
            return True
        return cls.objects.get_or_create(name=name, defaults={"found_at": now})[1]


class RefusedCall(models.Model):
    """A call that Amazon Connect refuses the portal, once for each cause; `lately` is what it refuses now."""

    operation = models.CharField(_("operation"), max_length=80)
    code = models.CharField(_("reason"), max_length=120)
    permission = models.CharField(_("missing permission"), max_length=120, blank=True)
    message = models.TextField(_("what Amazon Connect says"), blank=True)
    first_at = models.DateTimeField(_("first refused"))
    last_at = models.DateTimeField(_("last refused"))

    class Meta:
        app_label = "chats"
        ordering = ["-last_at"]
        verbose_name = _("refused call")
        verbose_name_plural = _("refused calls")
        constraints = [models.UniqueConstraint(fields=["operation", "code", "permission"], name="a_refusal_once")]

    def __str__(self) -> str:
        return f"{self.operation}: {self.code}"

    @classmethod
    def keep(cls, operation: str, code: str, permission: str, message: str, now: datetime) -> None:
        """One row for each cause, logged when it is new, or was not met for a day."""
        cause = {"operation": operation[:80], "code": code[:120], "permission": permission[:120]}
        last = cls.objects.filter(**cause).values_list("last_at", flat=True).first()
        if last is not None and now - last < KEPT_ANEW_EVERY:
            return
        told = {"message": message, "last_at": now}
        _, is_new = cls.objects.update_or_create(**cause, defaults=told, create_defaults={**told, "first_at": now})
        if is_new or last is None or now - last >= HOLDS:
            lacks = f"the portal's role needs {permission}" if permission else "it stands in the admin's refused calls"
            log.error("Amazon Connect refuses %s, %s (%s: %s)", operation, lacks, code, message)

    @classmethod
    def lately(cls, now: datetime) -> models.QuerySet[RefusedCall]:
        """What is refused now, as far as it was tried."""
        return cls.objects.filter(last_at__gt=now - HOLDS)
