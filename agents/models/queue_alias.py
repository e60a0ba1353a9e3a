"""Further ids by which a contact may name a queue, and names that no queue of ours has."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from chats.models import Queue

KEPT_ANEW_EVERY = timedelta(minutes=10)  # a name that comes again and again costs one write in this time
MOST_KEPT = 200  # names come from attributes, and so from customers: the oldest ones go
log = logging.getLogger(__name__)


class QueueAlias(models.Model):
    """An id that a bot's platform has for a queue (DRUID's numeric queueId), beside its name and Amazon Connect's own id."""

    name = models.CharField(_("id or name"), max_length=256, unique=True)
    queue = models.ForeignKey(Queue, models.CASCADE, verbose_name=_("queue"), related_name="aliases")

    class Meta:
        app_label = "agents"
        ordering = ["name"]
        verbose_name = _("further id of a queue")
        verbose_name_plural = _("further ids of queues")

    def __str__(self) -> str:
        return f"{self.name} → {self.queue}"

    @classmethod
    def queues(cls) -> dict[str, int]:
        """The queue of each id."""
        return dict(cls.objects.values_list("name", "queue_id"))


class UnknownQueue(models.Model):
    """A queue that contacts name and that we do not know, once for each name: those contacts went by their topic, or to
    the default queue.
    """

    name = models.CharField(_("id or name"), max_length=256, unique=True)
    named_in = models.CharField(_("named in"), max_length=80)
    contact_id = models.CharField(_("last contact"), max_length=256)
    first_at = models.DateTimeField(_("first named"))
    last_at = models.DateTimeField(_("last named"))

    class Meta:
        app_label = "agents"
        ordering = ["-last_at"]
        verbose_name = _("unknown queue")
        verbose_name_plural = _("unknown queues")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def keep(cls, name: str, named_in: str, contact_id: str, now: datetime) -> None:
        """For administrators to find; logged when it is new."""
        name = name[:256]
        if cls.objects.filter(name=name, last_at__gt=now - KEPT_ANEW_EVERY).exists():
            return
        told = {"named_in": named_in, "contact_id": contact_id, "last_at": now}
        _, is_new = cls.objects.update_or_create(name=name, defaults=told, create_defaults={**told, "first_at": now})
        if is_new:
            log.error("The contact %s names in %s a queue that is none of ours: %s", contact_id, named_in, name)
            oldest = cls.objects.order_by("-last_at", "-pk").values_list("pk", flat=True)[MOST_KEPT:]
            cls.objects.filter(pk__in=list(oldest)).delete()
