"""Wallboards: making one shows its link, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agents.models import Wallboard
from chats import audit
from chats.admin import Admin
from chats.models import AuditAction

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@admin.register(Wallboard)
class WallboardAdmin(Admin):
    """The link is in no row and no log: who has lost it makes a new one."""

    list_display = ["name", "shown_of", "made_by", "made_at", "shown_at"]
    list_select_related = ["made_by"]
    search_fields = ["name"]
    actions = ["new_links"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("queues")

    @admin.display(description=gettext_lazy("queues"))
    def shown_of(self, wallboard: Wallboard) -> str:
        return ", ".join(sorted(queue.name for queue in wallboard.queues.all()))

    def save_model(self, request: HttpRequest, obj: Wallboard, form: Any, change: bool) -> None:
        token = "" if change else obj.new_token(timezone.now())
        if not change:
            obj.made_by_id = request.user.pk
        super().save_model(request, obj, form, change)
        if token:
            self._tell(request, obj, token)

    def delete_model(self, request: HttpRequest, obj: Wallboard) -> None:
        super().delete_model(request, obj)
        _record(request, obj, "wallboard deleted")

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Wallboard]) -> None:
        for one in queryset:
            self.delete_model(request, one)

    @admin.action(description=gettext_lazy("Make a new link; the old one ends"), permissions=["change"])
    def new_links(self, request: HttpRequest, chosen: QuerySet[Wallboard]) -> None:
        for one in chosen:
            token = one.new_token(timezone.now())
            one.save()
            self._tell(request, one, token)

    def _tell(self, request: HttpRequest, wallboard: Wallboard, token: str) -> None:
        """A fragment is not sent to the server, so that the token is in no log of a proxy."""
        _record(request, wallboard, "wallboard link made")
        link = request.build_absolute_uri(f"{reverse('wallboard')}#{token}")
        told = _("The link of “%(name)s”, shown this once: open it on the screen.") % {"name": wallboard.name}
        messages.success(request, format_html('{} <a href="{}">{}</a>', told, link, link))


def _record(request: HttpRequest, wallboard: Wallboard, what: str) -> None:
    audit.record(AuditAction.SETTING_CHANGED, cast("User", request.user), setting=what, name=wallboard.name)
