"""Which groups are teams, who is in them, and who leads them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agents.models import Team
from agents.supervision.scope import SUPERVISE_TEAM
from chats.admin import Admin


@admin.register(Team)
class TeamAdmin(Admin):
    """Members are added on the page of a person, or by the group."""

    list_display = ["group", "members"]
    search_fields = ["group__name"]
    autocomplete_fields = ["group"]
    help_texts = {
        "group": gettext_lazy("Its members' contacts and states are seen by who may supervise a team and is in it.")
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).select_related("group")
        counted: QuerySet[Any] = rows.annotate(member_count=Count("group__user"))
        return counted

    @admin.display(description=gettext_lazy("members"), ordering="member_count")
    def members(self, team: Any) -> int:
        return int(team.member_count)

    def save_model(self, request: HttpRequest, obj: Team, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        people = User.objects.filter(groups=obj.group, is_active=True)
        if not people.exists():
            messages.warning(request, _("This team has no members."))
            return
        right = Q(user_permissions__codename=SUPERVISE_TEAM) | Q(groups__permissions__codename=SUPERVISE_TEAM)
        if not people.filter(right).exists():
            messages.warning(request, _("Nobody in this team may supervise it: give somebody the group “Team leads”."))
