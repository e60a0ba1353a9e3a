"""What the desks know of a contact, on its page: to whom it was offered, who took it, who missed it and why."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from agents.models import AgentContact
from chats.admin.contact import ContactAdmin
from chats.admin.rows import ReadOnlyInline


class OfferInline(ReadOnlyInline):
    model = AgentContact
    verbose_name_plural = _("offers, and what became of each")
    fields = ["person", "state", "outcome", "offered_at", "accepted_at", "ended_at", "disposition", "because"]
    joins = ("agent__user", "disposition", "contact__conversation")
    order = ("offered_at", "pk")

    @admin.display(description=_("agent"))
    def person(self, part: AgentContact) -> SafeString:
        address = reverse("admin:auth_user_change", args=[part.agent.user_id])
        return format_html('<a href="{}">{}</a>', address, part.agent)


ContactAdmin.inlines = [OfferInline, *ContactAdmin.inlines]
