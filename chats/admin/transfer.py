"""Who transferred which contact to whom, and what came of it."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from chats.models import Transfer

from .base import OfVisibleContacts, plain_text, searched_by


@admin.register(Transfer)
class TransferAdmin(OfVisibleContacts):
    list_display = ["asked_at", "sender", "by", "beside", "to_name", "state", "because", "settled_at"]
    list_filter = ["state", "to_queue", "asked_at"]
    list_select_related = ["sender", "by", "contact__conversation"]
    search_fields = [
        "to_name",
        "comment",
        "contact__id",
        "contact__conversation__customer_name",
        *searched_by("sender"),
    ]
    date_hierarchy = "asked_at"
    ordering = ["-asked_at"]
    fields = ["beside", "round", "sender", "by", "to_name", "words", "state", "because", "asked_at", "settled_at"]
    readonly_fields = ["beside", "words", "because"]

    @admin.display(description=_("comment"))
    def words(self, transfer: Transfer) -> SafeString:
        return plain_text(transfer.comment)
