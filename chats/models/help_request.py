"""A raised hand: an agent, or a phrase of the customer's, asks supervisors to look at a contact."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MAX_REASON = 1000


class HelpRequest(models.Model):
    """One request for help. It belongs to the contact, so that it survives a transfer; at most one of a contact is open."""

    contact = models.ForeignKey(
        "chats.Contact", models.CASCADE, verbose_name=_("contact"), related_name="help_requests"
    )
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, verbose_name=_("raised by"), related_name="+"
    )  # nobody: a phrase did
    reason = models.CharField(_("reason"), max_length=MAX_REASON, blank=True)
    is_phrase = models.BooleanField(_("by a phrase"), default=False)  # `reason` is the phrase the customer wrote
    raised_at = models.DateTimeField(_("raised"))
    escalated_at = models.DateTimeField(_("escalated"), null=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, verbose_name=_("taken by"), related_name="+"
    )
    taken_at = models.DateTimeField(_("taken"), null=True)
    lowered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, verbose_name=_("lowered by"), related_name="+"
    )  # nobody: the contact ended
    lowered_at = models.DateTimeField(_("lowered"), null=True)

    class Meta:
        verbose_name = _("help request")
        verbose_name_plural = _("help requests")
        constraints = [
            models.UniqueConstraint(
                fields=["contact"], condition=Q(lowered_at=None), name="one_open_help_request_per_contact"
            )
        ]
        indexes = [
            models.Index(
                fields=["raised_at"],
                condition=Q(lowered_at=None, taken_at=None, escalated_at=None),
                name="help_request_unanswered",
            )
        ]

    def __str__(self) -> str:
        return f"{self.contact_id}: {self.reason[:40]}"

    @classmethod
    def raise_hand(cls, contact: Any, agent: User | None, reason: str, now: datetime) -> HelpRequest:
        """A new request; without an agent a phrase raised it. It stands on the Contact (whose module knows this row), which
        the caller, who has locked it, keeps under its next number.
        """
        made = cls.objects.create(
            contact=contact, agent=agent, reason=reason[:MAX_REASON], is_phrase=agent is None, raised_at=now
        )
        contact.help_request = made
        return made

    def change(self, **changes: Any) -> None:
        """Call it with the conversation locked."""
        for name, value in changes.items():
            setattr(self, name, value)
        self.save(update_fields=list(changes))
