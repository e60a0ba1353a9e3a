"""Django's admin under our name. Everybody signs in at one page, and the start page is `start.steps` and its neighbours."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import doctor_page, start


class PortalAdminSite(AdminSite):
    """The site of every page below /admin/."""

    site_title = _("Chat desk")
    site_header = _("Chat desk")
    index_title = _("Start")
    index_template = "admin/start.html"

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # noqa: ARG002 -- Django's signature
        """The one page to sign in; it says so to who is signed in and may not come here."""
        asked = request.GET.get("next") or reverse("admin:index", current_app=self.name)
        return redirect_to_login(asked, settings.LOGIN_URL)

    def password_change(  # type: ignore[override]  # a redirect is as good an answer
        self,
        request: HttpRequest,  # noqa: ARG002 -- as above
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002 -- as above
    ) -> HttpResponse:
        """Everybody's own page for it."""
        return redirect("password_change")

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        now = timezone.now()
        told = {
            "steps": start.steps(request.user),
            "figures": start.figures(request.user, now),
            "alarms": start.alarms(request.user, now),
            "may_examine": doctor_page.may(request.user),
        }
        return super().index(request, told | (extra_context or {}))

    def get_urls(self) -> list[Any]:
        return [path("doctor/", self.admin_view(doctor_page.page), name="doctor"), *super().get_urls()]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """With the ways back that the person has."""
        return super().each_context(request) | {"ways_back": start.ways_back(request.user)}
