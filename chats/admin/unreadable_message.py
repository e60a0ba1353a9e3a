"""Genuine notifications that could not be read, as they came."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from chats.models import UnreadableMessage

from .base import ReadOnlyAdmin, plain_text


@admin.register(UnreadableMessage)
class UnreadableMessageAdmin(ReadOnlyAdmin):
    """Nobody can say whose contact one belongs to, and a customer's words may stand in it: only who may see all contacts
    may read one.
    """

    list_display = ["message_id", "why", "received_at"]
    search_fields = ["message_id", "why"]
    date_hierarchy = "received_at"
    ordering = ["-received_at"]
    fields = ["message_id", "why", "received_at", "as_it_came"]
    readonly_fields = ["as_it_came"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) and request.user.has_perm("chats.view_contact")

    @admin.display(description=_("body"))
    def as_it_came(self, message: UnreadableMessage) -> SafeString:
        return plain_text(message.body)
