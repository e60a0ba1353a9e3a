"""Which groups are teams."""

from __future__ import annotations

from django.contrib import admin

from agents.models import Team
from chats.admin import Admin


@admin.register(Team)
class TeamAdmin(Admin):
    """Which groups are teams; members are added to the group."""

    list_display = ["group"]
    search_fields = ["group__name"]
    autocomplete_fields = ["group"]
