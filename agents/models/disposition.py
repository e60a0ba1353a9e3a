"""Words an administrator prepares for the desks: dispositions, quick responses, and which queue a topic means."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from chats.models import Queue

PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Disposition(models.Model):
    """What came of a contact, to be chosen in after contact work."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    queues = models.ManyToManyField(
        Queue, verbose_name=_("queues"), blank=True, related_name="dispositions", help_text=_("None: for every queue")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=10)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering = ["order", "name"]
        verbose_name = _("disposition")
        verbose_name_plural = _("dispositions")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def of(cls, queue: Queue) -> QuerySet[Disposition]:
        """Those to choose from in this queue."""
        return cls.objects.filter(Q(queues=None) | Q(queues=queue), is_active=True).distinct()


class QuickResponse(models.Model):
    """Words ready to be said, by a shortcut."""

    shortcut = models.SlugField(_("shortcut"), max_length=32, unique=True, help_text=_("Typed after a slash"))
    name = models.CharField(_("name"), max_length=80)
    content = models.TextField(
        _("content"),
        max_length=5000,
        help_text=_("{customer}, {agent} and {queue} become names. What else is in braces the agent fills in."),
    )
    queues = models.ManyToManyField(
        Queue,
        verbose_name=_("queues"),
        blank=True,
        related_name="quick_responses",
        help_text=_("None: for every queue"),
    )

    class Meta:
        ordering = ["shortcut"]
        verbose_name = _("quick response")
        verbose_name_plural = _("quick responses")

    def __str__(self) -> str:
        return f"/{self.shortcut}"

    @classmethod
    def of(cls, queue: Queue) -> QuerySet[QuickResponse]:
        """Those that fit this queue."""
        return cls.objects.filter(Q(queues=None) | Q(queues=queue)).distinct()

    def filled(self, known: Mapping[str, str]) -> dict[str, str]:
        """As it would be said in one contact: {customer} is a name there. What nobody knows stays, for the agent to fill."""
        content = PLACEHOLDER.sub(lambda found: known.get(found[1]) or found[0], self.content)
        return {"shortcut": self.shortcut, "name": self.name, "content": content}


class QueueTopic(models.Model):
    """Which queue takes a contact with this `topic`, the attribute that the Lex Web UI hands on."""

    topic = models.CharField(_("topic"), max_length=256, unique=True)
    queue = models.ForeignKey(Queue, models.CASCADE, verbose_name=_("queue"), related_name="topics")

    class Meta:
        ordering = ["topic"]
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def __str__(self) -> str:
        return f"{self.topic} → {self.queue}"
