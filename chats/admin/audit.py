"""Who did what, when and why: read, searched and filtered, never changed."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from chats.models import AuditEntry

from .base import ReadOnlyAdmin, plain_text


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Whoever has chats.view_auditentry reads all of it: names and ids, never what was said."""

    list_display = ["at", "actor_name", "action", "contact_key", "agent_name", "queue_name", "why"]
    list_filter = ["action", "at", ("actor", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["actor_name", "agent_name", "=contact_key"]
    date_hierarchy = "at"
    ordering = ["-at", "-pk"]
    fields = [
        "at",
        "actor_name",
        "action",
        "contact_key",
        "agent_name",
        "queue_name",
        "why",
        "details",
        "session",
        "address",
    ]
    readonly_fields = ["why"]

    @admin.display(description=_("reason"))
    def why(self, entry: AuditEntry) -> SafeString:
        return plain_text(entry.reason)
