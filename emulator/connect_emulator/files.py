"""The pages of the emulator, served from its folder and nowhere else. In a checkout `pages/frontend` is a link to the folder
that the portal shares; a build copies it in.
"""

from __future__ import annotations

import mimetypes
import re
from pathlib import Path

from connect_emulator.restjson import Response

FOLDER = Path(__file__).with_name("pages")
_NAME = re.compile(r"\w[\w.-]*(/\w[\w.-]*)*", re.ASCII)
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".svg": "image/svg+xml", ".css": "text/css"}
HEADERS = {
    "content-security-policy": "default-src 'self'; connect-src 'self' ws: wss:; base-uri 'none'; frame-ancestors 'self'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}


def page(name: str) -> Response:
    return static(f"{name}.html")


def static(name: str) -> Response:
    path = FOLDER / name
    if not _NAME.fullmatch(name) or not path.is_file():
        return Response(404, {"content-type": "text/plain; charset=utf-8"}, b"there is no such page\n")
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    charset = "; charset=utf-8" if kind.startswith("text/") else ""
    return Response(200, {"content-type": kind + charset, **HEADERS}, path.read_bytes())
