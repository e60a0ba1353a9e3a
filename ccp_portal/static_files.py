"""Scripts, styles and pictures, answered before Django: an ASGI application that asgi.py puts in front of the pages.

A desk opens some ninety of these files, and each would pass through a thread hop per middleware. Whitenoise still finds
the files, knows their types, compares ETags and cuts ranges. The headers that SecurityMiddleware gives to every answer are
given here too; what is no file, and plain HTTP where only HTTPS is served, is Django's to answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.security import SecurityMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope

    Application = Callable[[HTTPScope, ASGIReceiveCallable, ASGISendCallable], Awaitable[None]]


class StaticFiles:
    """What lies under STATIC_URL; `pages` answers what is no file of it."""

    def __init__(self, pages: Application) -> None:
        self._pages = pages
        self._files = WhiteNoiseMiddleware(_no_answer)
        self._only_https = settings.SECURE_SSL_REDIRECT
        self._common = {secure: _common_headers(secure=secure) for secure in (False, True)}

    async def __call__(self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        path = scope["path"]
        file = self._files.find_file(path) if self._files.autorefresh else self._files.files.get(path)
        request = _Request(scope["scheme"], scope["headers"])
        secure = request.is_secure()
        if file is None or (self._only_https and not secure):
            await self._pages(scope, receive, send)
            return
        answer = file.get_response(scope["method"], request.META)
        body = b""
        if answer.file is not None:
            with answer.file:
                body = answer.file.read()
        headers = {"Content-Length": str(len(body)), **dict(answer.headers), **self._common[secure]}
        if answer.status == 304:
            del headers["Content-Length"]
        encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": int(answer.status), "headers": encoded, "trailers": False})
        await send({"type": "http.response.body", "body": body, "more_body": False})


class _Request(HttpRequest):
    """As much of a request as whitenoise and `is_secure` ask for."""

    def __init__(self, scheme: str, headers: Any) -> None:
        super().__init__()
        self._scheme = scheme
        for name, value in headers:
            self.META[f"HTTP_{name.decode('latin-1').upper().replace('-', '_')}"] = value.decode("latin-1")

    def _get_scheme(self) -> str:
        return self._scheme


def _no_answer(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError("whitenoise is asked for its files, not for an answer")


def _common_headers(*, secure: bool) -> dict[str, str]:
    """What SecurityMiddleware puts on every answer, by the settings in force."""
    request = _Request("https" if secure else "http", ())
    bare = HttpResponse()
    del bare["Content-Type"]
    return dict(SecurityMiddleware(_no_answer).process_response(request, bare).headers.items())
