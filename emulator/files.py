"""The pages of the emulator, served from its folder and nowhere else."""

from __future__ import annotations

import html
import mimetypes
import re
from pathlib import Path

from emulator.clock import iso
from emulator.restjson import Response
from emulator.world import World

FOLDER = Path(__file__).with_name("pages")
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".svg": "image/svg+xml", ".css": "text/css"}
_HEADERS = {
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
    return Response(200, {"content-type": kind + charset, **_HEADERS}, path.read_bytes())


def overview(world: World) -> Response:
    """What is going on, as a plain page."""
    rows = world.store.all(
        "SELECT c.id, c.initiated_at, c.ended_at, c.end_reason, p.display_name, e.action_id, e.phase FROM contact c"
        " LEFT JOIN participant p ON p.contact_id = c.id AND p.role = 'CUSTOMER'"
        " LEFT JOIN execution e ON e.contact_id = c.id ORDER BY c.initiated_at DESC LIMIT 200"
    )
    lines = [
        "<tr>"
        + "".join(
            f"<td>{html.escape(str(cell))}</td>"
            for cell in (
                row["id"],
                row["display_name"] or "",
                iso(row["initiated_at"]),
                row["end_reason"] or "open",
                f"{row['action_id']} ({row['phase'].lower()})" if row["action_id"] else "",
            )
        )
        + "</tr>"
        for row in rows
    ]
    text = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Amazon Connect chat, emulated</title>'
        '<h1>Contacts</h1><p><a href="/_emulator/customer">Begin a chat as a customer</a></p>'
        "<table><thead><tr><th>Contact<th>Customer<th>Began<th>State<th>Stands at</tr></thead><tbody>"
        + "".join(lines)
        + "</tbody></table></html>"
    )
    return Response(200, {"content-type": "text/html; charset=utf-8", **_HEADERS}, text.encode())
