"""What supervisors want to be told of: limits per queue, and each time one of them was passed, from when to when."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chats.models import Queue


class Threshold(models.Model):
    """A limit of one queue. Passing it opens an Alert; agents.supervision.alerts says when it is over again."""

    class Kind(models.TextChoices):
        OLDEST_WAITING = "oldest_waiting", _("a customer waits for an agent (seconds)")
        WAITING = "waiting", _("contacts that wait (number)")
        AWAITING_ANSWER = "awaiting_answer", _("a customer waits for an answer (seconds)")
        CONTACT_AGE = "contact_age", _("age of a contact (seconds)")
        TIME_IN_STATE = "time_in_state", _("an agent is in a state that takes no contacts (seconds)")
        NOBODY_AVAILABLE = "nobody_available", _("nobody is available in opening hours (seconds)")
        SERVICE_LEVEL = "service_level", _("service level below (per cent)")

    queue = models.ForeignKey(Queue, models.CASCADE, verbose_name=_("queue"), related_name="thresholds")
    kind = models.CharField(_("what"), max_length=24, choices=Kind.choices)
    limit = models.PositiveIntegerField(_("limit"))

    class Meta:
        app_label = "agents"
        ordering = ["queue__name", "kind"]
        verbose_name = _("threshold")
        verbose_name_plural = _("thresholds")
        constraints = [models.UniqueConstraint(fields=["queue", "kind"], name="one_threshold_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.queue}: {self.get_kind_display()} {self.limit}"


class Alert(models.Model):
    """A threshold was passed. It fires once, and ends once; the rows are its history."""

    queue = models.ForeignKey(Queue, models.CASCADE, verbose_name=_("queue"), related_name="alerts")
    kind = models.CharField(_("what"), max_length=24, choices=Threshold.Kind.choices)
    limit = models.PositiveIntegerField(_("limit"))
    value = models.PositiveIntegerField(_("when it began"))
    began_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("over"), null=True)

    class Meta:
        app_label = "agents"
        ordering = ["-began_at", "-pk"]
        default_permissions = ["view"]
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints = [
            models.UniqueConstraint(
                fields=["queue", "kind"], condition=Q(ended_at=None), name="one_open_alert_of_a_kind"
            )
        ]
        indexes = [models.Index(fields=["ended_at"], name="alert_ended")]

    def __str__(self) -> str:
        return f"{self.queue}: {self.get_kind_display()}"

    def end(self, now: datetime) -> None:
        self.ended_at = now
        self.save(update_fields=["ended_at"])
