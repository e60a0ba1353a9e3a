"""GET /widget.js, /widget-chat.js and /widget-more.js: the chat widget of websites, made of the modules of frontend/ (docs/widget.md).

The first script is the button, the second one the window, which comes once it is wanted, the third what most chats
never need. ASGI applications of their own, which ccp_portal.asgi puts in front of Django: websites ask for the first at
each page. Each is put together once in a process, by `chats.start_chat.bundle`, when it is first asked for and beside
the event loop: it takes a third of a second, and a server starts without it.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from django.conf import settings

from . import bundle

try:
    import brotli
except ImportError:  # no wheel for this machine: gzip, then
    brotli = None

if TYPE_CHECKING:
    from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope

PATHS = ("/widget.js", *(f"/{name}" for name in bundle.PARTS.values()))
MAX_AGE = 300  # seconds in which a browser does not ask again
NO = re.compile(r"q=0(\.0*)?$")
_MAKING = threading.Lock()  # so that each is made once, however many ask for the first time


@dataclass(frozen=True, slots=True)
class Script:
    """A script as it is sent: by content coding, best first; "" is as it is."""

    bodies: dict[str, bytes]
    etag: str

    @property
    def plain(self) -> bytes:
        return self.bodies[""]

    def coding(self, accepted: str) -> str:
        """The best of ours that an Accept-Encoding header takes."""
        takes = {
            name
            for name, _, q in (one.strip().partition(";") for one in accepted.split(","))
            if not NO.match(q.strip())
        }
        return next(coding for coding in self.bodies if coding in takes or not coding)


async def asgi_app(scope: HTTPScope, _receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    if scope["method"] not in {"GET", "HEAD"}:
        await _send(send, 405, {"Allow": "GET, HEAD", "Content-Length": "0"}, b"")
        return
    language = parse_qs(scope["query_string"].decode("latin-1")).get("lang", ["en"])[0]
    made = await asyncio.to_thread(MAKERS[scope["path"]], language)
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
    coding = made.coding(headers.get("accept-encoding", ""))
    body = made.bodies[coding]
    kept |= {"Content-Encoding": coding} if coding else {}
    await _send(send, 200, {**kept, "Content-Length": str(len(body))}, b"" if scope["method"] == "HEAD" else body)


def first(_language: str = "") -> Script:
    endpoint = settings.CCP_WIDGET_ENDPOINT or f"https://participant.connect.{settings.CCP_AWS_REGION}.amazonaws.com"
    with _MAKING:
        return _made(bundle.first, endpoint)


def part(make: Callable[[str], str], language: str) -> Script:
    """One of the others in this language; one that nobody has translated is English."""
    with _MAKING:
        return _made(make, language if language in bundle.languages() else "en")


@cache
def _made(make: Callable[[str], str], given: str) -> Script:
    plain = make(given).encode()
    bodies = {
        **({"br": brotli.compress(plain, quality=11, mode=brotli.MODE_TEXT)} if brotli else {}),
        "gzip": gzip.compress(plain, 9, mtime=0),
        "": plain,
    }
    return Script(bodies, f'"{hashlib.sha256(plain).hexdigest()[:32]}"')


second = partial(part, bundle.second)
third = partial(part, bundle.third)
MAKERS: dict[str, Callable[[str], Script]] = dict(zip(PATHS, (first, second, third), strict=True))


async def _send(send: ASGISendCallable, status: int, about: dict[str, str], body: bytes) -> None:
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in about.items()]
    await send({"type": "http.response.start", "status": status, "headers": headers, "trailers": False})
    await send({"type": "http.response.body", "body": body, "more_body": False})
