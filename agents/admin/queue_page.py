"""What the desks know of a queue, on its page: thresholds, the ids it answers to, and who serves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agents.models import Agent, QueueAlias, QueueTopic, RoutingProfile, Threshold
from chats.admin import RowsInline
from chats.admin.queue import QueueAdmin
from chats.models import Queue


class ThresholdInline(RowsInline):
    model = Threshold
    joins = ("queue",)
    verbose_name_plural = gettext_lazy("thresholds: passed, one calls the supervisors on the floor")


class AliasInline(RowsInline):
    model = QueueAlias
    joins = ("queue",)
    verbose_name_plural = gettext_lazy("further ids it answers to, such as the number a bot has for it")


class TopicInline(RowsInline):
    model = QueueTopic
    joins = ("queue",)
    verbose_name_plural = gettext_lazy("topics that lead here when a contact names no queue")


def users(queues: Sequence[Queue]) -> QuerySet[Any]:
    """The profiles that would serve less."""
    return RoutingProfile.objects.filter(queues__in=queues).distinct()


def lacks(queue: Queue) -> list[str]:
    """Who would wait for ever."""
    if not queue.profile_queues.exists():
        return [_("No routing profile serves this queue: its contacts would wait for ever.")]
    served = Agent.objects.filter(routing_profile__profile_queues__queue=queue, user__is_active=True)
    return [] if served.exists() else [_("No agent has a routing profile that serves this queue.")]


QueueAdmin.extend([ThresholdInline, AliasInline, TopicInline], users, lacks)
