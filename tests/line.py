"""The line between the portal and Amazon Connect, in a test's hands: it can be held, cut, answered in its place, read.

A plain HTTP/1.1 relay on loopback in front of the emulator. What the emulator's own faults cannot do, it can: hold a call
after its effect and before its answer, refuse connections, and say afterwards what was asked, with which ClientToken.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

OPERATIONS = (
    ("POST", r"/participant/connection", "CreateParticipantConnection"),
    ("POST", r"/participant/message", "SendMessage"),
    ("POST", r"/participant/event", "SendEvent"),
    ("POST", r"/participant/transcript", "GetTranscript"),
    ("POST", r"/participant/disconnect", "DisconnectParticipant"),
    ("POST", r"/participant/start-attachment-upload", "StartAttachmentUpload"),
    ("POST", r"/participant/complete-attachment-upload", "CompleteAttachmentUpload"),
    ("POST", r"/participant/attachment", "GetAttachment"),
    ("PUT", r"/attachments/[^/]+", "PutAttachment"),
    ("GET", r"/attachments/[^/]+", "FetchAttachment"),
    ("POST", r"/contact/start-streaming", "StartContactStreaming"),
    ("POST", r"/contact/create-participant", "CreateParticipant"),
    ("GET", r"/contacts/[^/]+/[^/]+", "DescribeContact"),
    ("GET", r"/contact/references/[^/]+/[^/]+", "ListContactReferences"),
)
BEFORE, AFTER = "before", "after"


def operation_of(method: str, path: str) -> str:
    found = (
        name for verb, pattern, name in OPERATIONS if verb == method and re.fullmatch(pattern, path.partition("?")[0])
    )
    return next(found, f"{method} {path}")


@dataclass
class Call:
    """What the portal asked, and what it was answered; status 0: nothing."""

    operation: str
    body: dict[str, Any]
    at: float = field(default_factory=time.monotonic)
    status: int = 0

    @property
    def client_token(self) -> str:
        return str(self.body.get("ClientToken", ""))


@dataclass
class Hold:
    """Calls that stand still at one point until they are let go, or lost for good."""

    operation: str
    when: str
    wanted: Callable[[Call], bool]
    times: int
    arrived: threading.Event = field(default_factory=threading.Event)
    decided: threading.Event = field(default_factory=threading.Event)
    lost: bool = False

    def wait(self, timeout: float = 30) -> None:
        assert self.arrived.wait(timeout), f"no {self.operation} within {timeout} s"

    def release(self) -> None:
        self.decided.set()

    def lose(self) -> None:
        """Held before its effect it never has one; held after, its answer never comes."""
        self.lost = True
        self.decided.set()


@dataclass
class Fault:
    """An answer in the emulator's place, before or after the effect; status 0: the connection is cut."""

    operation: str
    status: int
    when: str
    times: int
    wanted: Callable[[Call], bool]
    code: str


CODES = {400: "ValidationException", 403: "AccessDeniedException", 404: "ResourceNotFoundException"}
CODES |= {409: "ConflictException", 429: "ThrottlingException", 500: "InternalServerException"}


class Line:
    """`with Line(emulator_port) as line:` and give the portal `line.url` as CCP_AWS_ENDPOINT."""

    def __init__(self, emulator_port: int) -> None:
        self.calls: list[Call] = []
        self.emulator_port = emulator_port
        self._lock = threading.Condition()
        self._holds: list[Hold] = []
        self._faults: list[Fault] = []
        self._sockets: set[socket.socket] = set()
        self._server: ThreadingHTTPServer | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self.up()
        return self

    def __exit__(self, *_error: object) -> None:
        self.clear()
        self.down()

    # ---- what goes wrong ---------------------------------------------------------------------------------------------

    def down(self) -> None:
        """Connections are refused, and those there are, cut."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        for one in tuple(self._sockets):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def up(self) -> None:
        self._server = _Server(("127.0.0.1", self.port), self)
        self.port = int(self._server.server_address[1])
        serve = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        serve.start()

    def hold(
        self, operation: str, when: str = BEFORE, *, wanted: Callable[[Call], bool] = lambda _: True, times: int = 1
    ) -> Hold:
        with self._lock:
            self._holds.append(hold := Hold(operation, when, wanted, times))
        return hold

    def fail(
        self,
        operation: str,
        status: int,
        when: str = BEFORE,
        *,
        times: int = 1,
        wanted: Callable[[Call], bool] = lambda _: True,
        code: str = "",
    ) -> None:
        """Answer so often with this status (0: cut the connection) instead, before or after the effect."""
        code = code or CODES.get(status, "InternalServerException")
        with self._lock:
            self._faults.append(Fault(operation, status, when, times, wanted, code))

    def clear(self) -> None:
        with self._lock:
            holds, self._holds, self._faults = self._holds, [], []
        for hold in holds:
            hold.lose()

    # ---- what was said -----------------------------------------------------------------------------------------------

    def of(self, operation: str, wanted: Callable[[Call], bool] = lambda _: True) -> list[Call]:
        with self._lock:
            return [call for call in self.calls if call.operation == operation and wanted(call)]

    def wait_for(self, operation: str, times: int = 1, timeout: float = 30) -> list[Call]:
        with self._lock:

            def seen() -> list[Call]:
                return [call for call in self.calls if call.operation == operation]

            assert self._lock.wait_for(lambda: len(seen()) >= times, timeout), f"{operation}: {len(seen())} of {times}"
            return seen()

    @contextmanager
    def recording(self) -> Iterator[list[Call]]:
        """Only what is said inside."""
        start, found = len(self.calls), []
        yield found
        found.extend(self.calls[start:])

    # ---- the relay ---------------------------------------------------------------------------------------------------

    def relay(self, handler: _Handler, body: bytes) -> tuple[int, dict[str, str], bytes] | None:
        """The answer for the portal; None: the connection is cut."""
        call = Call(operation_of(handler.command, handler.path), _json(body))
        with self._lock:
            self.calls.append(call)
            self._lock.notify_all()
            fault, before, after = self._take_fault(call), self._take_hold(call, BEFORE), self._take_hold(call, AFTER)
        if before is not None and not _passes(before):
            return None
        if fault is not None and fault.when == BEFORE:
            return _refusal(fault, call)
        answer = self._ask(handler, body)
        call.status = answer[0] if answer else 0
        if after is not None and not _passes(after):
            return None
        return _refusal(fault, call) if fault is not None else answer

    def _take_fault(self, call: Call) -> Fault | None:
        for fault in self._faults:
            if fault.times > 0 and fault.operation == call.operation and fault.wanted(call):
                fault.times -= 1
                return fault
        return None

    def _take_hold(self, call: Call, when: str) -> Hold | None:
        for hold in self._holds:
            fits = (hold.operation, hold.when) == (call.operation, when)
            if hold.times > 0 and fits and hold.wanted(call):
                hold.times -= 1
                return hold
        return None

    def _ask(self, handler: _Handler, body: bytes) -> tuple[int, dict[str, str], bytes] | None:
        upstream = http.client.HTTPConnection("127.0.0.1", self.emulator_port, timeout=60)
        ours = {"connection"} if "attachment" in handler.path else {"host", "connection"}  # signed URLs lead through us
        headers = {k: v for k, v in handler.headers.items() if k.lower() not in ours}
        try:
            upstream.request(handler.command, handler.path, body, headers)
            answer = upstream.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        except (OSError, http.client.HTTPException):
            return None  # the emulator is away: so is AWS
        finally:
            upstream.close()


def _passes(hold: Hold) -> bool:
    hold.arrived.set()
    assert hold.decided.wait(120), "a held call was forgotten"
    return not hold.lost


def _refusal(fault: Fault, call: Call) -> tuple[int, dict[str, str], bytes] | None:
    if fault.status == 0:
        return None
    call.status = fault.status
    body = json.dumps({"message": "a fault was asked for"}).encode()
    return fault.status, {"x-amzn-errortype": fault.code, "content-type": "application/json"}, body


def _json(body: bytes) -> dict[str, Any]:
    with suppress(ValueError):
        value = json.loads(body)
        return value if isinstance(value, dict) else {}
    return {}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], line: Line) -> None:
        self.line = line
        super().__init__(address, _Handler)

    def handle_error(self, *_: object) -> None:
        """Connections break here on purpose."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.server.line._sockets.add(self.request)

    def finish(self) -> None:
        self.server.line._sockets.discard(self.request)
        with suppress(OSError):
            super().finish()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = self.server.line.relay(self, body)
        if answer is None:
            self.close_connection = True
            with suppress(OSError):
                self.request.shutdown(socket.SHUT_RDWR)
            return
        status, headers, content = answer
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in {"content-length", "connection", "transfer-encoding"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_POST  # noqa: N815 -- the names http.server calls

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""
