"""The demo's website: a shop whose page has nothing of the portal but one script tag, under a strict Content Security Policy.

`python -m devtools.website --port 8002 --portal http://127.0.0.1:8000 --endpoint http://127.0.0.1:8001`. Whatever stands in
the address as `?lang=de&theme=dark` becomes a `data-` attribute of the tag. The tests of the widget use it, too.
"""

from __future__ import annotations

import argparse
import html
import json
import re
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

PAGES = Path(__file__).with_name("website_pages")
KNOWN = Path(__file__).with_name("demo_website.json")
TYPES = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
ATTRIBUTE = re.compile(r"[a-z][a-z-]{0,30}")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Of the portal, and of what stands for Amazon Connect's participant service."""

    portal: str
    endpoint: str

    @property
    def policy(self) -> str:
        socket = self.endpoint.replace("http", "ws", 1)
        return (
            f"default-src 'none'; script-src {self.portal}; connect-src {self.portal} {self.endpoint} {socket}; "
            f"style-src 'self'; img-src 'self' {self.endpoint}; base-uri 'none'; form-action 'none'; "
            "require-trusted-types-for 'script'"
        )


class Website(ThreadingHTTPServer):
    """Serves the pages; `addresses` may be told later, when the others listen."""

    daemon_threads = True

    def __init__(self, host: str, port: int, addresses: Addresses) -> None:
        super().__init__((host, port), _Answering)
        self.addresses = addresses


class _Answering(BaseHTTPRequestHandler):
    server: Website

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        name = "index.html" if asked.path.endswith("/") else asked.path.rpartition("/")[2]
        file = PAGES / name
        if not re.fullmatch(r"[a-z]+\.[a-z]+", name) or not file.is_file():
            self._answer(404, b"there is no such page\n", "text/plain")
        elif name == "index.html":
            page = file.read_text(encoding="utf-8").replace(
                "<!-- widget -->", tag(self.server.addresses, dict(parse_qsl(asked.query, keep_blank_values=True)))
            )
            self._answer(200, page.encode(), "text/html; charset=utf-8")
        else:
            self._answer(200, file.read_bytes(), TYPES[file.suffix])

    def _answer(self, status: int, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", self.server.addresses.policy)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class calls it so
        """Nobody reads an access log of a demo."""


def tag(addresses: Addresses, asked: dict[str, str]) -> str:
    """The one line that a website adds."""
    known = json.loads(KNOWN.read_text(encoding="utf-8"))["Attributes"]
    data = {
        "title": "Fenmark Home",
        "color": "#1f6f54",
        "attributes": json.dumps(known),
        "persistent": "",
        **{name: value for name, value in asked.items() if ATTRIBUTE.fullmatch(name)},
    }
    attributes = "".join(f' data-{name}="{html.escape(value)}"' for name, value in data.items())
    return f'<script async src="{html.escape(addresses.portal)}/widget.js"{attributes}></script>'


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m devtools.website", description="The demo's website.")
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--portal", required=True)
    options.add_argument("--endpoint", required=True)
    given = options.parse_args()
    with Website(given.host, given.port, Addresses(given.portal, given.endpoint)) as website:
        website.serve_forever()


if __name__ == "__main__":
    main()
