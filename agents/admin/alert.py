"""Thresholds of queues, and each time one was passed."""

from __future__ import annotations

from django.contrib import admin

from agents.models import Alert, Threshold
from chats.admin import Admin, ReadOnlyAdmin


@admin.register(Threshold)
class ThresholdAdmin(Admin):
    """What the floor alerts supervisors of, queue by queue."""

    list_display = ["queue", "kind", "limit"]
    list_editable = ["limit"]
    list_filter = ["queue", "kind"]
    list_select_related = ["queue"]
    search_fields = ["queue__name"]


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    """The history: when each limit was passed, and until when."""

    list_display = ["queue", "kind", "limit", "value", "began_at", "ended_at"]
    list_filter = ["queue", "kind", "began_at"]
    list_select_related = ["queue"]
    search_fields = ["queue__name"]
    ordering = ["-began_at"]
