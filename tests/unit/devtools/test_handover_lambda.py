"""The hand-over Lambda against a real HTTP server: what it sends, what it gives back, when it raises."""

import hashlib
import hmac
import importlib.util
import json
import threading
import time
import urllib.error
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

SECRET = "a secret of this test"
EVENT = {
    "Name": "ContactFlowEvent",
    "Details": {"ContactData": {"ContactId": "c-1"}, "Parameters": {"queue": "Zürich"}},
}
SOURCE = Path(__file__).resolve().parents[3] / "deploy" / "handover_lambda.py"


@pytest.fixture
def handover():
    """A fresh copy of the module, loaded from its file as AWS Lambda does."""
    spec = importlib.util.spec_from_file_location("handover_lambda_under_test", SOURCE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Portal(HTTPServer):
    """Keeps what was posted and answers what the test wants."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answering)
        self.status, self.answer, self.delay, self.posts = 200, {"open": "true", "position": "1"}, 0.0, []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/reception/"


class Answering(BaseHTTPRequestHandler):
    server: Portal

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append((self.path, self.headers, body))
        time.sleep(self.server.delay)
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(json.dumps(self.server.answer).encode())

    def log_message(self, *args):
        """Quiet: the test says what it saw."""


@pytest.fixture
def portal(monkeypatch):
    server = Portal()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    monkeypatch.setenv("CCP_RECEPTION_URL", server.url)
    monkeypatch.setenv("CCP_RECEPTION_SECRET", SECRET)
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_flow_gets_the_portals_answer(handover, portal):
    assert handover.handler(EVENT, None) == {"open": "true", "position": "1"}


def test_the_portal_gets_the_event_signed_with_time_and_secret(handover, portal):
    handover.handler(EVENT, None)
    [(path, headers, body)] = portal.posts
    stamp = headers["X-CCP-Timestamp"]
    expected = hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert (path, json.loads(body), headers["X-CCP-Signature"]) == ("/reception/", EVENT, f"v1={expected}")
    assert headers["Content-Type"] == "application/json"
    assert abs(int(stamp) - time.time()) < 5


def test_another_secret_time_or_body_is_another_signature(handover):
    signed = {
        handover.signature(secret, stamp, body)
        for secret, stamp, body in [("s", "1", b"x"), ("t", "1", b"x"), ("s", "2", b"x"), ("s", "1", b"y")]
    }
    assert len(signed) == 4


@pytest.mark.parametrize("status", [202, 302, 401, 404, 500, 503])
def test_anything_but_200_is_an_error_of_the_lambda(handover, portal, status):
    portal.status = status
    with pytest.raises((RuntimeError, urllib.error.HTTPError), match=str(status)) as caught:
        handover.handler(EVENT, None)
    if isinstance(caught.value, urllib.error.HTTPError):
        caught.value.close()  # it holds the answer
    assert len(portal.posts) == 1


def test_an_answer_that_comes_too_late_is_an_error_of_the_lambda(handover, portal):
    portal.delay, handover.TIMEOUT = 0.5, 0.1
    with pytest.raises(TimeoutError):
        handover.handler(EVENT, None)


def test_it_stops_waiting_before_the_flow_does(handover):
    portals_deadline, flows_limit = 6, 8
    assert portals_deadline < handover.TIMEOUT < flows_limit


def test_a_portal_that_is_away_is_an_error_of_the_lambda(handover, portal, monkeypatch):
    monkeypatch.setenv("CCP_RECEPTION_URL", "http://127.0.0.1:9/reception/")
    with pytest.raises(urllib.error.URLError):
        handover.handler(EVENT, None)
