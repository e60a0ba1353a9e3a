"""Routing profiles: which queues an agent serves and how many chats at once, what absence and after contact work mean."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chats.models import Queue

from .agent_state import AgentState

MOST_CHATS = 10  # Amazon Connect's own: chats at once of a routing profile


class RoutingProfile(models.Model):
    """Which queues an agent serves and how many chats at once (Connect's chat concurrency)."""

    class Absence(models.TextChoices):
        STAY = "stay", _("stay in the state")
        NEXT_STATE = "next_state", _("next state")
        OFFLINE = "offline", _("Offline")

    class Acw(models.TextChoices):
        OFF = "off", _("off")
        OPTIONAL = "optional", _("optional")
        REQUIRED = "required", _("required")
        TIMED = "timed", _("time-boxed")

    name = models.CharField(_("name"), max_length=127, unique=True)
    chat_concurrency = models.PositiveSmallIntegerField(
        _("chats at once"), default=3, validators=[MinValueValidator(1), MaxValueValidator(MOST_CHATS)]
    )
    queues = models.ManyToManyField(Queue, through="RoutingProfileQueue", verbose_name=_("queues"))
    auto_accept = models.BooleanField(
        _("accept by itself"), default=False, help_text=_("An offer is connected at once")
    )
    grace_seconds = models.PositiveIntegerField(
        _("grace time"),
        default=0,
        help_text=_("Seconds without an open desk, after nothing is offered any more and before the state changes"),
    )
    absence = models.CharField(_("when absent"), max_length=16, choices=Absence.choices, default=Absence.OFFLINE)
    absence_state = models.ForeignKey(
        AgentState,
        models.PROTECT,
        verbose_name=_("next state when absent"),
        null=True,
        blank=True,
        related_name="+",
        help_text=_("For “next state”, when the agent has chosen none; empty: Offline"),
    )
    acw = models.CharField(
        _("after contact work"),
        max_length=16,
        choices=Acw.choices,
        default=Acw.OPTIONAL,
        help_text=_("Required: a disposition or a note is needed. Time-boxed: it ends by itself."),
    )
    acw_seconds = models.PositiveIntegerField(
        _("after contact work lasts"), default=60, validators=[MinValueValidator(1)], help_text=_("Seconds, time-boxed")
    )
    acw_holds_slot = models.BooleanField(_("after contact work counts as a chat"), default=False)

    class Meta:
        ordering = ["name"]
        verbose_name = _("routing profile")
        verbose_name_plural = _("routing profiles")
        constraints = [
            models.CheckConstraint(
                condition=Q(chat_concurrency__gte=1, chat_concurrency__lte=10), name="chat_concurrency_1_to_10"
            )
        ]

    def __str__(self) -> str:
        return self.name


class RoutingProfileQueue(models.Model):
    """A queue of a routing profile; a lower priority number is served first, after a delay, as in Connect."""

    routing_profile = models.ForeignKey(RoutingProfile, models.CASCADE, related_name="profile_queues")
    queue = models.ForeignKey(Queue, models.CASCADE, related_name="profile_queues")
    priority = models.PositiveSmallIntegerField(_("priority"), default=1)
    delay = models.PositiveIntegerField(
        _("delay"),
        default=0,
        blank=True,
        help_text=_("Seconds a contact waits before it is offered to this profile"),
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["routing_profile", "queue"], name="a_queue_once_per_profile")]

    def __str__(self) -> str:
        return f"{self.routing_profile}: {self.queue}"

    def clean(self) -> None:
        """An empty delay is none."""
        self.delay = self.delay or 0
