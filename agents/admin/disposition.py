"""Dispositions: what came of a contact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from agents.models import AgentContact, Disposition
from chats.admin import Admin, still_used
from chats.models import Contact


@admin.register(Disposition)
class DispositionAdmin(Admin):
    list_display = ["name", "order", "is_active", "of_queues", "used_by"]
    list_editable = ["order"]
    help_texts = {
        "name": _("What agents choose in after contact work, and reports count"),
        "order": _("The smallest number stands first."),
        "is_active": _("Out of use, nobody can choose it any more; contacts that have it keep it."),
    }
    list_filter = ["is_active", "queues"]
    search_fields = ["name", "queues__name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        parts = AgentContact.objects.filter(disposition=OuterRef("pk")).order_by().values("disposition")
        used = Coalesce(Subquery(parts.annotate(count=Count("pk")).values("count")), 0)
        counted: QuerySet[Any] = super().get_queryset(request).annotate(contact_count=used).prefetch_related("queues")
        return counted

    def in_use(self, request: HttpRequest, objs: Sequence[Any]) -> list[SafeString | str]:
        """What was said of a contact stays on record: a disposition in use cannot be deleted, only put out of use."""
        contacts = Contact.objects.filter(agent_contacts__disposition__in=objs).distinct()
        return still_used(request, contacts) if contacts.exists() else []

    @admin.display(description=_("contacts"), ordering="contact_count")
    def used_by(self, disposition: Any) -> int:
        return int(disposition.contact_count)

    @admin.display(description=_("queues"))
    def of_queues(self, disposition: Disposition) -> str:
        return ", ".join(queue.name for queue in disposition.queues.all()) or str(_("every queue"))
