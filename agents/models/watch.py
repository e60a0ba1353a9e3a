"""Who watches which contact, since when and until when. Rows are kept: the agent may read who watched."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chats.models import Contact

MAX_PURPOSE = 500


class Watch(models.Model):
    """One tab of one person follows one contact live. It is a lease: while the tab answers, `seen_at` is renewed."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("who"), null=True, related_name="+"
    )
    user_name = models.CharField(_("name"), max_length=310)
    contact = models.ForeignKey(Contact, models.CASCADE, verbose_name=_("contact"), related_name="watches")
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True)
    seen_at = models.DateTimeField()
    hidden = models.BooleanField(_("hidden"), default=False)
    purpose = models.CharField(_("purpose"), max_length=MAX_PURPOSE, blank=True)

    class Meta:
        verbose_name = _("watch")
        verbose_name_plural = _("watches")
        default_permissions = ["view"]
        indexes = [
            models.Index(fields=["contact"], condition=Q(until__isnull=True), name="watch_open"),
            models.Index(fields=["seen_at"], condition=Q(until__isnull=True), name="watch_lapses"),
        ]

    def __str__(self) -> str:
        return f"{self.user_name} · {self.contact}"

    @classmethod
    def shown_to_agents(cls, contact_id: str) -> list[dict[str, Any]]:
        """Who watches the contact now, each once, as protocol.Author; who hides is not among them."""
        open_ones = cls.objects.filter(contact=contact_id, until=None, hidden=False, user__isnull=False)
        people = dict(open_ones.order_by("since", "pk").values_list("user_id", "user_name"))
        return [{"id": user_id, "name": name} for user_id, name in people.items()]
