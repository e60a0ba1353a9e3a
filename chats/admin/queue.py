"""Queues and their hours of operation."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chats.models import Contact, HoursOfOperation, OpeningHours, Queue, QueueText, Text

from .base import Admin, still_used


class OpeningHoursInline(admin.TabularInline):  # type: ignore[type-arg]  # as above
    model = OpeningHours
    extra = 1


@admin.register(HoursOfOperation)
class HoursOfOperationAdmin(Admin):
    list_display = ["name", "time_zone", "open_now"]
    search_fields = ["name", "time_zone"]
    inlines = [OpeningHoursInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("ranges")

    @admin.display(description=_("open now"), boolean=True)
    def open_now(self, hours: HoursOfOperation) -> bool:
        return hours.is_open(timezone.now())


class QueueTextInline(admin.TabularInline):  # type: ignore[type-arg]  # as above
    model = QueueText
    extra = 0


@admin.register(Queue)
class QueueAdmin(Admin):
    list_display = ["name", "public_name", "is_default", "is_open", "hours", "max_waiting", "connect_id"]
    list_select_related = ["hours"]
    inlines = [QueueTextInline]
    list_filter = ["is_open", "is_default"]
    search_fields = ["name", "public_name", "connect_id"]
    filter_horizontal = ["readers"]
    fieldsets = [
        (None, {"fields": ["name", "connect_id", "is_default"]}),
        (_("When it takes contacts"), {"fields": ["is_open", "hours", "max_waiting"]}),
        (_("Agents"), {"fields": ["previous_agent_seconds", "rescue", "rescue_seconds", "disposition_required"]}),
        (_("When supervisors are called"), {"fields": ["flag_phrases"]}),
        (
            _("Service level"),
            {
                "fields": [
                    "answer_within",
                    "service_level_goal",
                    "service_level_minutes",
                    "service_level_abandons",
                    "short_abandon_seconds",
                    "service_level_transfers",
                ],
                "description": _("How the floor counts it; docs/metrics.md has the formula with an example."),
            },
        ),
        (_("Customers who wait, and who fall silent"), {"fields": ["waiting_every", "nudge_after", "silent_after"]}),
        (
            _("What the customer sees"),
            {
                "fields": ["public_name", *(f"{kind}_text" for kind in Text.values)],
                "description": _("{Agent} becomes the agent's first name. An empty text is not said."),
            },
        ),
        (_("Who may read its contacts"), {"fields": ["readers"]}),
    ]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """A queue's contacts stay on record: with any, it cannot be deleted, only closed."""
        contacts = Contact.objects.filter(queue__in=objs)
        if contacts.exists():
            return [], {}, set(), still_used(request, contacts)
        return super().get_deleted_objects(objs, request)
