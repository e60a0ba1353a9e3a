"""What happened: who was offered and served which contact, and in which state an agent was."""

from __future__ import annotations

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from agents.models import AgentContact, AgentStateChange
from chats.admin import OfVisibleContacts, ReadOnlyAdmin, plain_text

PERSON = ["agent__user__username", "agent__user__first_name", "agent__user__last_name"]


@admin.register(AgentContact)
class AgentContactAdmin(OfVisibleContacts):
    list_display = ["agent", "contact", "round", "state", "outcome", "because", "offered_at", "accepted_at", "ended_at"]
    list_filter = ["state", "outcome", "offered_at"]
    list_select_related = ["agent__user", "contact__conversation"]
    search_fields = [*PERSON, "contact__id", "contact__conversation__customer_name"]
    date_hierarchy = "offered_at"
    ordering = ["-offered_at"]
    exclude = [
        "why",
        "note",
        "seq",
        "read_number",
        "offer_events",
        "draft",
        "note_draft",
        "scroll_position",
    ]  # a draft is nobody else's
    readonly_fields = ["because", "what_was_noted", "told"]

    @admin.display(description=_("note"))
    def what_was_noted(self, part: AgentContact) -> SafeString:
        return plain_text(part.note)

    @admin.display(description=_("story of the offer"))
    def told(self, part: AgentContact) -> SafeString:
        """When what happened to it, line by line."""
        return format_html_join(mark_safe("<br>"), "{} {}", ((one["at"], one["what"]) for one in part.offer_events))


@admin.register(AgentStateChange)
class AgentStateChangeAdmin(ReadOnlyAdmin):
    list_display = ["agent", "old_state", "new_state", "by", "because", "at", "lasted"]
    exclude = ["why"]
    readonly_fields = ["because"]
    list_filter = ["new_state", "at"]
    list_select_related = ["agent__user", "by"]
    search_fields = [*PERSON, "why"]
    date_hierarchy = "at"
