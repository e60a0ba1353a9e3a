"""Second factors in the admin: who has one, and an action that takes it away, for somebody whose telephone is gone."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ccp_portal.sso import second_factor
from chats.admin import ReadOnlyAdmin


class SecondFactorAdmin(ReadOnlyAdmin):
    """For who may change accounts. The secrets are on no page."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    fields = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type", "user__groups"]
    list_select_related = ["user"]
    search_fields = ["user__username", "user__first_name", "user__last_name"]
    actions = ["take_away"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Apps and passkeys; recovery codes belong to the app."""
        return super().get_queryset(request).exclude(type=Authenticator.Type.RECOVERY_CODES)

    def has_view_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        return request.user.has_perm("auth.change_user")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """The action does it, with recovery codes and the audit."""
        return False

    def has_take_away_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    @admin.action(permissions=["take_away"], description=_("Take away: the person's app, recovery codes and passkeys"))
    def take_away(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Only superusers do it for superusers: whoever can set a password link for them would else be one."""
        rows = [row for row in queryset if request.user.is_superuser or not row.user.is_superuser]
        gone = sum(second_factor.take_away(row.user, request.user) for row in rows)
        told = ngettext("%(count)d second factor is gone.", "%(count)d second factors are gone.", gone) % {
            "count": gone
        }
        self.message_user(request, told, messages.SUCCESS)


admin.site.register(Authenticator, SecondFactorAdmin)
