"""What the server reads of a request, with a clock that is turned: how large, how slowly, and what is said of it."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import pytest
from daphne.http_protocol import HTTPFactory
from daphne.server import Server
from twisted.internet.address import IPv4Address
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport

from ccp_portal import bodies
from ccp_portal.http_channel import BoundedChannel

FILES = "/contacts/1f0c/files/"


class Line(StringTransport):
    """The other side of one connection: what it was sent, and how it ended."""

    def __init__(self) -> None:
        super().__init__(peerAddress=IPv4Address("TCP", "192.0.2.7", 5000))
        self.half_closed = False

    def loseWriteConnection(self) -> None:  # noqa: N802 -- Twisted's name
        self.half_closed = True


class Wire:
    """A server without a port: its factory, one connection, and the requests its application has seen."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, bytes]] = []
        server = Server(self.application, endpoints=["tcp:0"])
        server.connections = {}
        self.clock = Clock()
        factory = HTTPFactory(server)
        factory.reactor = self.clock
        factory.protocol = BoundedChannel
        self.line = Line()
        self.channel: Any = factory.buildProtocol(None)
        self.channel.makeConnection(self.line)

    async def application(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            event = await receive()
            body += event["body"]
            if not event["more_body"]:
                break
        self.seen.append((scope["path"], body))
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    def send(self, data: bytes) -> None:
        self.channel.dataReceived(data)

    def head(self, path: str, *lines: str, method: str = "POST") -> None:
        self.send("\r\n".join([f"{method} {path} HTTP/1.1", "Host: portal", *lines, "", ""]).encode())

    def turn(self, seconds: float) -> None:
        for _ in range(int(seconds)):
            self.clock.advance(1)

    @property
    def status(self) -> int:
        """Of the newest answer; 0 when there is none."""
        return int((re.findall(rb"HTTP/1.1 (\d+) ", self.line.value()) or [0])[-1])

    @property
    def answer(self) -> bytes:
        return bytes(self.line.value().rpartition(b"\r\n\r\n")[2])

    @property
    def is_over(self) -> bool:
        return bool(self.line.disconnecting or self.line.half_closed or self.line.disconnected)


@pytest.fixture
async def wire():
    made = Wire()
    yield made
    made.channel.connectionLost(None)
    assert BoundedChannel.under_way == 0


PATHS = [
    ("/login/", bodies.MAX_BODY_BYTES),
    ("/nowhere/", bodies.MAX_BODY_BYTES),
    ("/ws/desk/", bodies.MAX_BODY_BYTES),
    ("/admin/login/", 2_621_440),
    ("/webhooks/sns/", 524_288),
    ("/reception/", 262_144),
    (FILES, 20_971_520),
    ("/contacts/1f0c/files/2/", bodies.MAX_BODY_BYTES),
]


@pytest.mark.parametrize(("path", "most"), PATHS)
async def test_a_body_that_is_announced_too_large_is_refused_before_a_byte_of_it_is_read(wire, caplog, path, most):
    wire.head(path, f"Content-Length: {most + 1}", "Expect: 100-continue")
    assert (wire.status, wire.is_over) == (413, True)
    assert b"100 Continue" not in wire.line.value()
    assert wire.channel.requests[0].content is None
    assert [record.getMessage() for record in caplog.records if record.name == "ccp_portal.http_channel"] == [
        f"Refused POST {path} of 192.0.2.7: {most + 1} bytes were announced"
    ]


@pytest.mark.parametrize(("path", "most"), PATHS)
async def test_a_body_in_chunks_is_refused_with_the_first_byte_too_many(wire, path, most):
    wire.head(path, "Transfer-Encoding: chunked")
    wire.send(b"%x\r\n" % (most + 1))
    for sent in range(0, most, 65_536):
        wire.send(b"x" * min(65_536, most - sent))
    assert (wire.status, wire.is_over, BoundedChannel.under_way) == (0, False, most)
    wire.send(b"x")
    assert (wire.status, wire.is_over, BoundedChannel.under_way) == (413, True, 0)
    wire.send(b"x" * 100_000)
    assert wire.seen == []


async def test_the_refusal_of_a_file_is_json_as_the_desk_reads_it(wire):
    wire.head(FILES, "Content-Length: 20971521", "Accept-Language: de")
    assert json.loads(wire.answer) == {
        "reason": "fileTooLarge",
        "message": "Die Datei ist größer als 20 MB, mehr kann nicht gesendet werden.",
    }


@pytest.mark.parametrize("how", ["at once", "in chunks"])
async def test_the_largest_body_reaches_the_application_whole(wire, how):
    body = b"y" * bodies.MAX_BODY_BYTES
    if how == "at once":
        wire.head("/login/", f"Content-Length: {len(body)}")
        wire.send(body)
    else:
        wire.head("/login/", "Transfer-Encoding: chunked")
        for start in range(0, len(body), 1000):
            piece = body[start : start + 1000]
            wire.send(b"%x\r\n%s\r\n" % (len(piece), piece))
        wire.send(b"0\r\n\r\n")
    await asyncio.sleep(0.01)
    assert (wire.seen, wire.status, wire.is_over) == ([("/login/", body)], 200, False)
    wire.head("/", method="GET")  # and the connection goes on
    await asyncio.sleep(0.01)
    assert wire.seen[1:] == [("/", b"")]


async def test_what_still_comes_after_a_refusal_is_thrown_away_until_the_line_is_cut(wire):
    wire.head("/login/", "Content-Length: 1500000000")
    for _ in range(10):
        wire.send(b"x" * 65_536)
    assert not wire.line.disconnected
    wire.turn(bodies.LINGER_SECONDS)
    assert wire.line.disconnected
    assert wire.seen == []


async def test_a_head_that_drips_ends_after_ten_seconds(wire, caplog):
    for byte in b"GET / HTTP":
        wire.send(bytes([byte]))
        wire.turn(1)
    assert (wire.status, wire.is_over) == (408, True)
    assert "the head did not end within 10 s" in caplog.text


async def test_headers_that_drip_end_too(wire):
    wire.send(b"GET / HTTP/1.1\r\n")
    for number in range(9):
        wire.turn(1)
        wire.send(b"X-%d: y\r\n" % number)
    assert not wire.is_over
    wire.turn(1)
    assert (wire.status, wire.is_over) == (408, True)


async def test_the_second_head_of_a_connection_has_ten_seconds_of_its_own(wire):
    wire.head("/", method="GET")
    await asyncio.sleep(0.01)
    wire.turn(45)  # a browser keeps a connection for later
    assert not wire.is_over
    wire.send(b"GET / HT")
    wire.turn(9)
    assert not wire.is_over
    wire.turn(1)
    assert (wire.status, wire.is_over) == (408, True)


async def test_a_connection_that_never_asks_is_closed_without_a_word(wire, caplog):
    wire.turn(10)
    assert (wire.is_over, wire.line.value(), caplog.records) == (True, b"", [])


async def test_a_body_that_falls_silent_ends_after_ten_seconds(wire, caplog):
    wire.head(FILES, "Content-Length: 20000000")
    wire.send(b"x" * 19_000_000)
    wire.turn(9)
    assert not wire.is_over
    wire.turn(1)
    assert (wire.status, wire.is_over) == (408, True)
    assert "Refused POST /contacts/1f0c/files/ of 192.0.2.7: no byte of the body came for 10 s" in caplog.text


async def test_a_body_below_eight_kilobytes_a_second_ends_after_thirty_seconds(wire, caplog):
    wire.head(FILES, "Content-Length: 20000000")
    for _ in range(29):
        wire.send(b"x" * 7_000)
        wire.turn(1)
    assert not wire.is_over
    wire.send(b"x" * 7_000)
    wire.turn(1)
    assert (wire.status, wire.is_over) == (408, True)
    assert "with less than 8192 bytes a second over 30 s" in caplog.text


async def test_a_body_that_slows_down_later_ends_too(wire):
    wire.head(FILES, "Content-Length: 20000000")
    wire.send(b"x" * 10_000_000)
    for _ in range(60):
        wire.turn(1)
        wire.send(b"x" * 100)
    assert (wire.status, wire.is_over) == (408, True)


async def test_twenty_megabytes_over_a_slow_line_arrive(wire):
    whole = 20_971_520
    wire.head(FILES, f"Content-Length: {whole}")
    for sent in range(0, whole, 8_400):  # 42 minutes
        wire.turn(1)
        wire.send(b"x" * min(8_400, whole - sent))
    await asyncio.sleep(0.1)
    assert [(path, len(body)) for path, body in wire.seen] == [(FILES, whole)]
    assert wire.status == 200


async def test_a_disk_without_room_is_answered_in_the_form_of_the_path(wire, monkeypatch, caplog):
    wire.head(FILES, "Content-Length: 200000")

    def full(_data: bytes) -> None:
        raise OSError(28, "No space left on device")

    wire.channel.requests[0].content.close()
    monkeypatch.setattr(wire.channel.requests[0], "content", type("Full", (), {"write": full, "close": lambda: None}))
    wire.send(b"x" * 1000)
    assert (wire.status, json.loads(wire.answer)["reason"], wire.is_over) == (503, "diskFull", True)
    assert "No space left on device" in caplog.text


async def test_all_bodies_together_have_a_limit(wire, monkeypatch):
    monkeypatch.setattr(bodies, "MAX_BODIES_BYTES", 1_000_000)
    wire.head(FILES, "Content-Length: 2000000")
    wire.send(b"x" * 1_000_000)
    assert not wire.is_over
    wire.send(b"x")
    assert (wire.status, wire.is_over, BoundedChannel.under_way) == (503, True, 0)
