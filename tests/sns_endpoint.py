"""An SNS endpoint for tests: keeps what it is posted and confirms subscriptions."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.emulating import RunningEmulator, eventually


class Endpoint:
    """A web server that takes SNS posts: confirms subscriptions through `sns`, answers what `answers` says."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.answers: Callable[[dict[str, Any]], int] = lambda _post: 200
        self.emulator: RunningEmulator | None = None
        self.heard = threading.Condition()
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                post = json.loads(self.rfile.read(int(self.headers["content-length"])))
                status = endpoint.take(post, dict(self.headers.items()))
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        self._thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self._thread.start()

    def take(self, post: dict[str, Any], headers: dict[str, str]) -> int:
        status = self.answers(post)
        with self.heard:
            self.posts.append(post)
            self.headers.append(headers)
            self.heard.notify_all()
        return status

    def items(self) -> list[dict[str, Any]]:
        """The items of all notifications, in the order they were posted."""
        with self.heard:
            return [json.loads(post["Message"]) for post in self.posts if post["Type"] == "Notification"]

    def wait_for(self, wanted: Callable[[dict[str, Any]], bool], timeout: float = 30) -> dict[str, Any]:
        return eventually(lambda: next(filter(wanted, self.items()), None), timeout, "an item is posted")

    def confirm(self, emulator: RunningEmulator) -> None:
        """Answers the SubscriptionConfirmation as the portal does, through the SNS API."""

        def asked() -> dict[str, Any] | None:
            with self.heard:
                return next((p for p in self.posts if p["Type"] == "SubscriptionConfirmation"), None)

        post = eventually(asked, 20, "a SubscriptionConfirmation is posted")
        emulator.client("sns").confirm_subscription(TopicArn=post["TopicArn"], Token=post["Token"])

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join(10)
