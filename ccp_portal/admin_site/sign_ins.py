"""Signed-in devices in the admin: whose sessions are open, from where, and an action that ends them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ccp_portal.accounts import sign_ins
from chats import audit
from chats.admin import ReadOnlyAdmin
from chats.models import SignIn


@admin.register(SignIn)
class SignInAdmin(ReadOnlyAdmin):
    """A session's key is a secret: whoever has it is signed in. No page shows it."""

    list_display = ["user", "device", "address", "signed_in_at", "seen_at"]
    fields = ["user", "device", "user_agent", "address", "signed_in_at", "seen_at"]
    list_filter = ["user__is_staff", "user__groups", "signed_in_at"]
    list_select_related = ["user"]
    search_fields = ["user__username", "user__first_name", "user__last_name", "address"]
    actions = ["end_all_of_them"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(session__expire_date__gt=timezone.now())

    def has_delete_permission(self, _request: HttpRequest, _obj: Any = None) -> bool:
        """Its session would stay: the action ends that, and the row with it."""
        return False

    def has_end_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("chats.delete_signin")

    @admin.display(description=_("device"))
    def device(self, row: SignIn) -> str:
        return sign_ins.name_of(row.user_agent)

    @admin.action(permissions=["end"], description=_("Sign out: end these sessions"))
    def end_all_of_them(self, request: HttpRequest, queryset: QuerySet[SignIn]) -> None:
        """Their pages ask for the password from now on, and their sockets close within seconds."""
        ended = sum(sign_ins.end(request.user, row.user, only=audit.session_hash(row.session_id)) for row in queryset)
        told = ngettext("%(count)d session is ended.", "%(count)d sessions are ended.", ended) % {"count": ended}
        self.message_user(request, told, messages.SUCCESS)
