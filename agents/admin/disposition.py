"""Dispositions: what came of a contact."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from agents.models import Disposition
from chats.admin import Admin, still_used
from chats.models import Contact


@admin.register(Disposition)
class DispositionAdmin(Admin):
    list_display = ["name", "order", "is_active", "of_queues"]
    list_filter = ["is_active", "queues"]
    search_fields = ["name", "queues__name"]
    filter_horizontal = ["queues"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("queues")

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What was said of a contact stays on record: a disposition in use cannot be deleted, only put out of use."""
        contacts = Contact.objects.filter(agent_contacts__disposition__in=objs).distinct()
        if contacts.exists():
            return [], {}, set(), still_used(request, contacts)
        return super().get_deleted_objects(objs, request)

    @admin.display(description=_("queues"))
    def of_queues(self, disposition: Disposition) -> str:
        return ", ".join(queue.name for queue in disposition.queues.all()) or str(_("every queue"))
