"""The wallboard: a page that shows nothing by itself, and the figures that its script asks for with the link's token."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from functools import cache

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from agents.models import Wallboard
from agents.supervision import wallboard

SEEN_EVERY = timedelta(minutes=1)  # how often it is kept that a link is used
FILES = ("desk/js/wallboard/wallboard.js", "desk/css/wallboard.css")


@never_cache
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The token is in the address's fragment, which browsers keep to themselves."""
    told = {"figuresPath": reverse("wallboard_figures"), "version": _version()}
    return render(request, "wallboard.html", {"page": told})


@never_cache
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """JSON: supervision.wallboard.figures and `version`, which changes when the page should be loaded anew; 401 for a link
    that there is not, or no more.
    """
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    found = Wallboard.of(token.strip()) if kind == "Bearer" else None
    if found is None:
        message = _("There is no such wallboard any more. An administrator can make a new link.")
        return JsonResponse({"message": message}, status=401, headers={"WWW-Authenticate": "Bearer"})
    now = timezone.now()
    if found.shown_at is None or now - found.shown_at > SEEN_EVERY:
        Wallboard.objects.filter(pk=found.pk).update(shown_at=now)
    return JsonResponse({**wallboard.figures(found), "version": _version()})


@cache
def _version() -> str:
    """Of the page and the files that it names, whose addresses change with what is in them."""
    names = "".join([*map(static, FILES), str(get_template("wallboard.html").template.source)])  # type: ignore[attr-defined]
    return hashlib.sha256(names.encode()).hexdigest()[:12]
