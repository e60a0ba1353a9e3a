"""What happened: who was offered and served which contact, and in which state an agent was."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from agents.models import AgentContact, AgentStateChange
from agents.protocol import agent_contact_state
from chats.admin import OfVisibleContacts, ReadOnlyAdmin, plain_text

PERSON = ["agent__user__username", "agent__user__first_name", "agent__user__last_name"]


CAUSES = {
    "desk_lost_connection": _("the desk had lost its connection"),
    "offer_not_shown": _("no tab showed it"),
    "offer_in_background": _("the tab was in the background"),
    "offer_left_in_background": _("seen, then in the background"),
    "offer_shown_all_the_time": _("shown all the time"),
    "no_open_desk": _("no open desk"),
}


class WhyMissed(admin.SimpleListFilter):
    """Missed offers, by the cause that their reason names (agents.reasons)."""

    title, parameter_name = _("why missed"), "cause"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, Any]]:
        return list(CAUSES.items())

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        cause = self.value()
        if cause not in CAUSES:
            return queryset
        told: QuerySet[Any] = queryset.annotate(told=Cast("why", TextField()))
        return told.filter(outcome=agent_contact_state.State.MISSED, told__contains=f'"{cause}')


@admin.register(AgentContact)
class AgentContactAdmin(OfVisibleContacts):
    list_display = ["offered_at", "person", "beside", "queue", "state", "outcome", "because", "accepted_at", "ended_at"]
    list_filter = ["state", "outcome", WhyMissed, "contact__queue", "offered_at"]
    list_select_related = ["agent__user", "contact__conversation", "contact__queue"]
    search_fields = [*PERSON, "contact__id__exact", "contact__conversation__customer_name"]
    date_hierarchy = "offered_at"
    ordering = ["-offered_at"]
    exclude = [
        "agent",
        "contact",
        "why",
        "note",
        "seq",
        "read_number",
        "offer_events",
        "draft",
        "note_draft",
        "scroll_position",
    ]  # a draft is nobody else's
    readonly_fields = ["person", "beside", "because", "what_was_noted", "told"]

    @admin.display(description=_("agent"), ordering="agent__user__first_name")
    def person(self, part: AgentContact) -> SafeString:
        address = reverse("admin:auth_user_change", args=[part.agent.user_id])
        return format_html('<a href="{}">{}</a>', address, part.agent)

    @admin.display(description=_("queue"), ordering="contact__queue")
    def queue(self, part: AgentContact) -> str:
        return part.contact.queue.name

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
