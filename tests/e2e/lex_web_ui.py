"""The real Lex Web UI on a page of its own: its `dist` by path (LEX_WEB_UI_DIST), Cognito and the Lex bot stood in for.

Its licence lets nobody but its users copy it, so it is never in this repository: docs/lex-web-ui.md says how to get it.
What the page sends to *.amazonaws.com goes to this site instead (its Cognito and Lex), ChatJS speaks to the emulator.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

SHIM = Path(__file__).resolve().parents[2] / "deploy" / "lex-web-ui-agents.js"
DIST = os.environ.get("LEX_WEB_UI_DIST", "")
PAGE = """<!doctype html><meta charset="utf-8"><title>Lex Web UI</title>
<link href="lex-web-ui-loader.min.css" rel="stylesheet">
<script>
const there = window.fetch
window.fetch = async (what, options) => {
  const url = typeof what === "string" ? what : what.url ?? String(what)
  const place = new URL(url, location.href)
  if (!place.hostname.endsWith(".amazonaws.com")) return there(what, options)
  const here = location.origin + place.pathname
  if (!(what instanceof Request)) return there(here, options)
  const body = what.method === "GET" ? undefined : await what.arrayBuffer()
  return there(here, { method: what.method, headers: what.headers, body })
}
setInterval(() => window.connect?.ChatSession?.setGlobalConfig({ region: "us-east-1", endpoint: "ENDPOINT" }), 20)
</script>
<script src="lex-web-ui-loader.min.js"></script>
<script src="lex-web-ui-agents.js"></script>
<script>
new ChatBotUiLoader.FullPageLoader({ shouldLoadMinDeps: true }).load({
  lex: { sessionAttributes: { connect_topicid: "42", topic: "billing", secret: "stays here" } },
})
</script>
"""


class Site(ThreadingHTTPServer):
    """The page, its configuration, and what stands in for Cognito Identity and Lex V2."""

    daemon_threads = True

    def __init__(self, port: int, start_chat: str, endpoint: str, **connect: Any) -> None:
        super().__init__(("127.0.0.1", port), partial(_Answering, directory=DIST))
        self.heard: list[str] = []
        self.shim = True
        self.page = PAGE.replace("ENDPOINT", endpoint)
        self.configuration = {
            "region": "us-east-1",
            "cognito": {"poolId": "us-east-1:00000000-0000-0000-0000-000000000000"},
            "lex": {
                "v2BotId": "BOT",
                "v2BotAliasId": "ALIAS",
                "v2BotLocaleId": "en_US",
                "initialText": "How can I help?",
            },
            "connect": {"apiGatewayEndpoint": start_chat, **connect},
            "ui": {"enableLiveChat": True, "parentOrigin": "", "toolbarTitle": "Fenmark"},
            "recorder": {"enable": False},
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class _Answering(SimpleHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        if self.path == "/":
            self._answer(self.server.page.encode(), "text/html")
        elif "lex-web-ui-loader-config.json" in self.path:
            self._answer(json.dumps(self.server.configuration).encode(), "application/json")
        elif self.path == "/lex-web-ui-agents.js":
            self._answer(SHIM.read_bytes() if self.server.shim else b"", "text/javascript")
        else:
            super().do_GET()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        target = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        if target == "GetId":
            self._answer(b'{"IdentityId": "us-east-1:1"}', "application/x-amz-json-1.1")
        elif target:
            keys = {"AccessKeyId": "AKIA", "SecretKey": "s", "SessionToken": "t", "Expiration": 4_000_000_000}
            told = {"IdentityId": "us-east-1:1", "Credentials": keys}
            self._answer(json.dumps(told).encode(), "application/x-amz-json-1.1")
        else:
            self._answer(json.dumps(self._of_the_bot(body)).encode(), "application/json")

    def _of_the_bot(self, body: bytes) -> dict[str, Any]:
        """Lex V2's RecognizeText: it repeats what it hears."""
        given = json.loads(body or b"{}")
        self.server.heard.append(given.get("text", ""))
        state = {
            "sessionAttributes": given.get("sessionState", {}).get("sessionAttributes", {}),
            "intent": {"name": "Echo", "slots": {}, "state": "Fulfilled"},
            "dialogAction": {"type": "Close"},
        }
        said = [{"contentType": "PlainText", "content": f"You said {given.get('text', '')}"}]
        return {"sessionId": "s", "messages": said, "sessionState": state, "interpretations": []}

    def _answer(self, body: bytes, content_type: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base class calls it so
        """A test's output is no access log."""


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    thread = threading.Thread(target=site.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield site
    finally:
        site.shutdown()
        thread.join()
        site.server_close()


class LexCustomer:
    """What a customer does and sees on it."""

    def __init__(self, page: Page, site: Site) -> None:
        self.page, self.site = page, site
        page.goto(site.url)
        self.sees("How can I help?")

    def says(self, text: str) -> None:
        box = self.page.locator("#text-input")
        box.fill(text)
        box.press("Enter")

    def ends(self) -> None:
        """By the hang-up button of its toolbar."""
        self.page.locator(".end-live-chat-btn").click()

    def sees(self, text: str, times: int = 1) -> None:
        """So many bubbles with these words, or more."""
        expect(self.page.locator(".message-bubble").filter(has_text=text).nth(times - 1)).to_be_attached()

    def bubbles(self) -> list[str]:
        """Every bubble's words, in their order; an empty one is an empty text."""
        said = self.page.locator(".message-bubble").all_inner_texts()
        return [text.partition(" says:")[2].strip() or text.partition("I say:")[2].strip() for text in said]
