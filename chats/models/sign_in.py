"""Where a person is signed in: one row for each session of somebody, deleted with it. ccp_portal.accounts keeps them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

MAX_USER_AGENT = 400


class SignIn(models.Model):
    """A session, whose it is and which device it was signed in from. The session's key is a secret: no page shows it."""

    session = models.OneToOneField(Session, models.CASCADE, related_name="sign_in")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("user"), related_name="sign_ins")
    address = models.GenericIPAddressField(_("address"), null=True)
    user_agent = models.CharField(_("browser"), max_length=MAX_USER_AGENT, blank=True)
    signed_in_at = models.DateTimeField(_("signed in"), default=timezone.now)
    seen_at = models.DateTimeField(_("last page"), default=timezone.now)

    class Meta:
        verbose_name = _("signed-in device")
        verbose_name_plural = _("signed-in devices")
        default_permissions = ["view", "delete"]
        ordering = ["-seen_at"]

    def __str__(self) -> str:
        return f"{self.user} · {self.address or ''}"
