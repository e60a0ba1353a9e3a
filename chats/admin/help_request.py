"""Who asked for help in which contact, why, and who came."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from chats.models import HelpRequest

from .base import OfVisibleContacts, plain_text, searched_by


@admin.register(HelpRequest)
class HelpRequestAdmin(OfVisibleContacts):
    list_display = ["raised_at", "agent", "beside", "words", "is_phrase", "taken_by", "escalated_at", "lowered_at"]
    list_filter = ["is_phrase", "raised_at"]
    list_select_related = ["agent", "taken_by", "contact__conversation"]
    search_fields = ["reason", "contact__id", "contact__conversation__customer_name", *searched_by("agent")]
    date_hierarchy = "raised_at"
    ordering = ["-raised_at"]
    fields = [
        "beside",
        "agent",
        "words",
        "is_phrase",
        "raised_at",
        "escalated_at",
        "taken_by",
        "taken_at",
        "lowered_by",
        "lowered_at",
    ]
    readonly_fields = ["beside", "words"]

    @admin.display(description=_("reason"))
    def words(self, request: HelpRequest) -> SafeString:
        return plain_text(request.reason)
