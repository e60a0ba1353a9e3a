"""Middleware: in the frame of another site's page the session's and the CSRF cookie are kept, where the browser allows it.

They are `SameSite=None; Secure; Partitioned` there: of this frame on that site alone. In the window that Streams opens for a login
they are not partitioned, so that the frame can find them where third-party cookies are allowed. Everywhere else they stay as the
settings say. Needs https, or one's own machine: else a browser keeps no such cookie, and `?ui=none` works by token. Stands outside SessionMiddleware.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from http.cookies import Morsel
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from .frames import PATH

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


class PartitionedMorsel(Morsel[str]):
    """Python's own knows the attribute from 3.14 on only."""

    def OutputString(self, attrs: Container[str] | None = None) -> str:  # noqa: N802 -- http.cookies calls it so
        return f"{super().OutputString(attrs)}; Partitioned"


class FrameCookies:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if settings.CCP_ALLOWED_ORIGINS and keeps_secure_cookies(request) and is_of_the_ccp(request):
            framed = request.headers.get("Sec-Fetch-Dest") != "document"
            for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME):
                morsel = response.cookies.get(name)
                if morsel is not None:
                    morsel["samesite"], morsel["secure"] = "None", True
                    if framed:
                        dict.__setitem__(response.cookies, name, partitioned(morsel))
        return response


def keeps_secure_cookies(request: HttpRequest) -> bool:
    """By https; and Chromium by plain http from one's own machine, which pages are developed against."""
    return request.is_secure() or request.get_host().rpartition(":")[0] in LOOPBACK


def is_of_the_ccp(request: HttpRequest) -> bool:
    """At its addresses, or asked for by a page there."""
    return bool(PATH.fullmatch(request.path) or PATH.fullmatch(urlsplit(request.headers.get("Referer", "")).path))


def partitioned(morsel: Morsel[str]) -> PartitionedMorsel:
    made = PartitionedMorsel()
    made.set(morsel.key, morsel.value, morsel.coded_value)
    made.update(morsel)
    return made
