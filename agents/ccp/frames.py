"""Middleware: answers at the CCP's addresses may be held in a frame by allowed pages; everything else goes on forbidding it.

Also errors and refused logins of these addresses: the agent reads them in that frame. Stands inside Django's and django-csp's
middleware, whose headers it changes. `request.ccp` is there at these addresses only: what templates give to the page's scripts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

PATH = re.compile(r"(/connect)?/(ccp|ccp-v2|ccp-v2/softphone|ccp-v2/channel-view)/?")
_ACCOUNT = re.compile(r":(\d{12}):")
NO_ACCOUNT = "000000000000"


class MayBeFramed:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not PATH.fullmatch(request.path):
            return self._get_response(request)
        request.ccp = about(request)  # type: ignore[attr-defined]  # see above
        response = self._get_response(request)
        if settings.CCP_ALLOWED_ORIGINS:
            response["Cross-Origin-Opener-Policy"] = "unsafe-none"  # Streams closes the login window it has opened
            held = csp_replace({"frame-ancestors": [SELF, *settings.CCP_ALLOWED_ORIGINS]})
            response.xframe_options_exempt = True  # type: ignore[attr-defined]  # it cannot name origins; frame-ancestors does
            return held(lambda _request: response)(request)
        return response


def about(request: HttpRequest) -> dict[str, Any]:
    """What frontend/ccp asks of the page: who may hold it, and how this instance is called in AWS."""
    account = _ACCOUNT.search(settings.CCP_TOPIC_ARN)
    partition = settings.CCP_TOPIC_ARN.split(":")[1]
    arn = f"arn:{partition}:connect:{settings.CCP_AWS_REGION}:{account[1] if account else NO_ACCOUNT}"
    return {
        "approved": settings.CCP_ALLOWED_ORIGINS,
        "region": settings.CCP_AWS_REGION,
        "instanceArn": f"{arn}:instance/{settings.CCP_INSTANCE_ID.rpartition('/')[2]}",
        "origin": f"{request.scheme}://{request.get_host()}",
    }
