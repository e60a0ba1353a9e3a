"""What `manage.py doctor` says, as a page: for staff who may see what Amazon Connect refuses. It changes nothing."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ccp_portal import doctor

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

PERMISSION = "chats.view_refusedcall"
WORDS = {
    doctor.Status.FAILED: gettext_lazy("failed"),
    doctor.Status.WARNING: gettext_lazy("look at it"),
    doctor.Status.OK: gettext_lazy("well"),
    doctor.Status.SKIPPED: gettext_lazy("not asked"),
}
_one_at_a_time = Lock()  # in a process: each asks AWS a dozen things


def may(user: User | AnonymousUser) -> bool:
    return user.has_perm(PERMISSION)


def page(request: HttpRequest) -> HttpResponse:
    """By POST it examines; what failed stands first."""
    if not may(request.user):
        raise PermissionDenied
    told: dict[str, object] = {"title": _("Doctor"), "findings": None, "is_busy": False}
    if request.method == "POST":
        if _one_at_a_time.acquire(blocking=False):
            try:
                told["findings"] = _listed()
            finally:
                _one_at_a_time.release()
        else:
            told["is_busy"] = True
    return TemplateResponse(request, "admin/doctor.html", admin.site.each_context(request) | told)


def _listed() -> list[dict[str, object]]:
    order = list(WORDS)
    found = sorted(doctor.examine_at_once(), key=lambda one: order.index(one.status))
    return [{"finding": one, "word": WORDS[one.status]} for one in found]
