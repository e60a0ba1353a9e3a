"""By which topics and ids contacts name our queues, and which they named in vain."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from agents.models import QueueAlias, QueueTopic, UnknownQueue
from chats.admin import Admin, ReadOnlyAdmin


@admin.register(QueueTopic)
class QueueTopicAdmin(Admin):
    list_display = ["topic", "queue"]
    help_texts = {
        "topic": _("The contact attribute “topic”, as the website sends it; it counts when no queue is named."),
        "queue": _("Contacts of this topic wait there."),
    }
    list_filter = ["queue"]
    list_select_related = ["queue"]
    search_fields = ["topic", "queue__name"]


@admin.register(QueueAlias)
class QueueAliasAdmin(Admin):
    list_display = ["name", "queue"]
    list_filter = ["queue"]
    list_select_related = ["queue"]
    search_fields = ["name", "queue__name"]

    def save_model(self, request: HttpRequest, obj: QueueAlias, form: Any, change: bool) -> None:
        """An id that is known from now on is no unknown one."""
        super().save_model(request, obj, form, change)
        UnknownQueue.objects.filter(name=obj.name).delete()


@admin.register(UnknownQueue)
class UnknownQueueAdmin(ReadOnlyAdmin):
    """Queues that contacts named in vain; each leads to the form that gives the id to a queue."""

    list_display = ["name", "named_in", "contact_id", "last_at", "first_at", "give"]
    search_fields = ["name", "contact_id"]
    ordering = ["-last_at"]
    fields = ["name", "named_in", "contact_id", "first_at", "last_at", "give"]
    readonly_fields = ["give"]

    @admin.display(description=_("what to do"))
    def give(self, unknown: UnknownQueue) -> SafeString:
        address = reverse("admin:agents_queuealias_add", query={"name": unknown.name})
        return format_html('<a href="{}">{}</a>', address, _("Give this id to a queue"))
