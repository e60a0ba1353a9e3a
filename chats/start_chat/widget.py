"""GET /widget.js and /widget-chat.js: the chat widget of websites, made of the modules of frontend/ (docs/widget.md).

The first script is the button, the second one the window, which comes once it is wanted. ASGI applications of their own,
which ccp_portal.asgi puts in front of Django: websites ask for the first at each page. Both are put together once in a
process, by `chats.start_chat.bundle`.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from django.conf import settings

from . import bundle

if TYPE_CHECKING:
    from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope

PATHS = ("/widget.js", "/widget-chat.js")
MAX_AGE = 300  # seconds in which a browser does not ask again


@dataclass(frozen=True, slots=True)
class Script:
    """A script as it is sent, plain and compressed."""

    plain: bytes
    compressed: bytes
    etag: str


async def asgi_app(scope: HTTPScope, _receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    if scope["method"] not in {"GET", "HEAD"}:
        await _send(send, 405, {"Allow": "GET, HEAD", "Content-Length": "0"}, b"")
        return
    made = (
        first()
        if scope["path"] == PATHS[0]
        else second(parse_qs(scope["query_string"].decode("latin-1")).get("lang", ["en"])[0])
    )
    kept = {
        "Access-Control-Allow-Origin": "*",
        "Cache-Control": f"public, max-age={MAX_AGE}",
        "Content-Type": "text/javascript; charset=utf-8",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "ETag": made.etag,
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    if made.etag in headers.get("if-none-match", ""):
        await _send(send, 304, kept, b"")
        return
    packed = "gzip" in headers.get("accept-encoding", "")
    body = made.compressed if packed else made.plain
    kept |= {"Content-Encoding": "gzip"} if packed else {}
    await _send(send, 200, {**kept, "Content-Length": str(len(body))}, b"" if scope["method"] == "HEAD" else body)


def first() -> Script:
    return _first(
        settings.CCP_WIDGET_ENDPOINT or f"https://participant.connect.{settings.CCP_AWS_REGION}.amazonaws.com"
    )


def second(language: str) -> Script:
    """In this language; one that nobody has translated is English."""
    return _second(language if language in bundle.languages() else "en")


@cache
def _first(endpoint: str) -> Script:
    return _made(bundle.first(endpoint, PATHS[1].lstrip("/")))


@cache
def _second(language: str) -> Script:
    return _made(bundle.second(language))


def _made(text: str) -> Script:
    plain = text.encode()
    return Script(plain, gzip.compress(plain, 9, mtime=0), f'"{hashlib.sha256(plain).hexdigest()[:32]}"')


async def _send(send: ASGISendCallable, status: int, about: dict[str, str], body: bytes) -> None:
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in about.items()]
    await send({"type": "http.response.start", "status": status, "headers": headers, "trailers": False})
    await send({"type": "http.response.body", "body": body, "more_body": False})
