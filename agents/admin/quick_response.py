"""Quick responses: words ready to be said."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from agents.models import QuickResponse

from .tables import QuickResponseTable, TableAdmin


@admin.register(QuickResponse)
class QuickResponseAdmin(TableAdmin):
    table = QuickResponseTable
    list_display = ["shortcut", "name", "of_queues"]
    help_texts = {"name": _("What agents find it by, beside the shortcut")}
    list_filter = ["queues"]
    search_fields = ["shortcut", "name", "content"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("queues")

    @admin.display(description=_("queues"))
    def of_queues(self, response: QuickResponse) -> str:
        return ", ".join(queue.name for queue in response.queues.all()) or str(_("every queue"))
