"""The page in the desk's hidden frame, and the Streams that runs in it: the operator's file, never one of ours.

Its Content Security Policy is its own: scripts of ours and Streams, one frame, the CCP's. The desk's stays as it is.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import last_modified, require_GET

from . import configuration


@never_cache
@login_required
@require_GET
@xframe_options_sameorigin
def bridge(request: HttpRequest) -> HttpResponseBase:
    if not settings.CCP_CONNECT_CCP_URL:
        raise Http404
    policy = {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "frame-src": [configuration.ccp_origin()],
        "base-uri": [NONE],
        "form-action": [NONE],
        "frame-ancestors": [SELF],
    }
    drawn = render(request, "ccp_bridge.html", {"page": configuration.for_frame()})
    return csp(policy)(lambda _request: drawn)(request)


def _changed(_request: HttpRequest) -> datetime | None:
    try:
        return datetime.fromtimestamp(Path(settings.CCP_STREAMS_FILE).stat().st_mtime, UTC)
    except OSError:
        return None


@login_required
@require_GET
@last_modified(_changed)
def streams(_request: HttpRequest) -> HttpResponse:
    if not settings.CCP_STREAMS_FILE:
        raise Http404
    try:
        script = Path(settings.CCP_STREAMS_FILE).read_bytes()
    except OSError:
        raise Http404 from None
    headers: dict[str, Any] = {"Cache-Control": "private, no-cache"}
    return HttpResponse(script, content_type="text/javascript; charset=utf-8", headers=headers)
