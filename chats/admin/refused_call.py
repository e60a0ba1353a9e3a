"""What Amazon Connect refuses the portal, and which permission its role lacks."""

from __future__ import annotations

from django.contrib import admin

from chats.models import RefusedCall

from .base import ReadOnlyAdmin


@admin.register(RefusedCall)
class RefusedCallAdmin(ReadOnlyAdmin):
    list_display = ["operation", "permission", "code", "last_at", "first_at"]
    search_fields = ["operation", "permission", "code", "message"]
    ordering = ["-last_at"]
    fields = ["operation", "permission", "code", "message", "first_at", "last_at"]
