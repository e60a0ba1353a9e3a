"""The states an agent can be in, and the log of every change of them."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from chats.reasons import ReasonField


class AgentState(models.Model):
    """A state an agent can be in (Connect's agent status): Available, Offline and the custom ones."""

    class Type(models.TextChoices):
        ROUTABLE = "routable", _("routable")
        NOT_ROUTABLE = "not_routable", _("not routable")
        OFFLINE = "offline", _("offline")

    name = models.CharField(_("name"), max_length=80, unique=True)
    type = models.CharField(_("type"), max_length=16, choices=Type.choices, default=Type.NOT_ROUTABLE)
    order = models.PositiveSmallIntegerField(_("order"), default=10)

    class Meta:
        ordering = ["order", "name"]
        verbose_name = _("agent state")
        verbose_name_plural = _("agent states")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def to_choose(cls) -> models.QuerySet[AgentState]:
        """What an agent can choose: into “Not responding” only the server puts them."""
        return cls.objects.exclude(name=settings.CCP_NOT_RESPONDING)

    @property
    def is_routable(self) -> bool:
        return self.type == self.Type.ROUTABLE


class AgentStateChange(models.Model):
    """Every change of an agent's state: from, to, when, by whom (nobody: the server, by a rule) and why."""

    agent = models.ForeignKey("agents.Agent", models.CASCADE, related_name="state_changes")
    old_state = models.CharField(max_length=80)
    new_state = models.CharField(max_length=80)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    why = ReasonField()
    at = models.DateTimeField()
    lasted = models.DurationField(_("time in the old state"), default=timedelta)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["agent", "at"], name="state_change_at")]

    def __str__(self) -> str:
        return f"{self.agent}: {self.old_state} → {self.new_state}"
