"""The load generator's own HTTP and websocket clients: as little work per message as asyncio allows, loopback only."""

from __future__ import annotations

import asyncio
import base64
import os
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Self

HOST = "127.0.0.1"
TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA


class Broken(Exception):
    """The other side closed, or said something this small client does not know."""


class Http(asyncio.Protocol):
    """One keep-alive connection; requests are answered in the order they were sent."""

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[tuple[int, bytes]]] = deque()
        self._read = b""
        self._transport: asyncio.Transport

    @classmethod
    async def open(cls, port: int) -> Self:
        _, protocol = await asyncio.get_running_loop().create_connection(cls, HOST, port)
        return protocol

    def send(self, request: bytes) -> asyncio.Future[tuple[int, bytes]]:
        """The answer's status and body, when it is there."""
        answer: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        self._transport.write(request)
        return answer

    def close(self) -> None:
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 -- TCP gives nothing else
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        while self._waiting:
            head, end, rest = self._read.partition(b"\r\n\r\n")
            if not end:
                return
            length = _content_length(head)
            if len(rest) < length:
                return
            self._read = rest[length:]
            settle(self._waiting.popleft(), (int(head[9:12]), rest[:length]))

    def connection_lost(self, _error: Exception | None) -> None:
        while self._waiting:
            _fail(self._waiting.popleft(), Broken("the server closed a connection with a request on it"))


def request(method: str, path: str, port: int, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """A request as it stands on the wire."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}:{port}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise Broken(f"an answer without Content-Length: {head[:200]!r}")


class WebSocket(asyncio.Protocol):
    """One websocket; every text frame goes to `hear`. Unfragmented frames only: the servers measured send no others."""

    def __init__(self, hear: Callable[[bytes], None], lost: Callable[[str], None]) -> None:
        self._hear, self._lost = hear, lost
        self._opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._read = bytearray()
        self._why = "the connection was cut"
        self._closed_by_us = False
        self._transport: asyncio.Transport

    @classmethod
    async def open(
        cls,
        port: int,
        path: str,
        hear: Callable[[bytes], None],
        lost: Callable[[str], None],
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        _, protocol = await asyncio.get_running_loop().create_connection(lambda: cls(hear, lost), HOST, port)
        key = base64.b64encode(os.urandom(16)).decode()
        upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
        await protocol.upgrade(request("GET", path, port, {**upgrade, "Sec-WebSocket-Key": key, **(headers or {})}))
        return protocol

    async def upgrade(self, lines: bytes) -> None:
        self._transport.write(lines)
        await self._opened

    def send(self, text: bytes) -> None:
        self._transport.write(_frame(TEXT, text))

    def close(self) -> None:
        self._closed_by_us = True
        self._transport.write(_frame(CLOSE, b"\x03\xe8"))
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 -- TCP gives nothing else
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        if self._opened.done() or self._shake_hands():
            self._take_frames()

    def connection_lost(self, _error: Exception | None) -> None:
        _fail(self._opened, Broken(self._why))
        if not self._closed_by_us:
            self._lost(self._why)

    def _shake_hands(self) -> bool:
        end = self._read.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(self._read[:end])
        del self._read[: end + 4]
        if b" 101 " not in head[:20]:
            _fail(self._opened, Broken(f"no websocket here: {head[:80]!r}"))
            return False
        settle(self._opened, None)
        return True

    def _take_frames(self) -> None:
        read, at = self._read, 0
        while len(read) - at >= 2:
            start, length = at + 2, read[at + 1] & 0x7F
            if length >= 126:
                size = 2 if length == 126 else 8
                length, start = int.from_bytes(read[start : start + size], "big"), start + size
            if len(read) < start + length:
                break
            self._take(read[at] & 0x0F, bytes(read[start : start + length]))
            at = start + length
        del read[:at]

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == TEXT:
            self._hear(payload)
        elif opcode == PING:
            self._transport.write(_frame(PONG, payload))
        elif opcode == CLOSE:
            self._why = f"the server closed the socket with {int.from_bytes(payload[:2], 'big')}"


def _frame(opcode: int, payload: bytes) -> bytes:
    """A client's frame. Its mask is zero, so that masking costs nothing here and the same as ever over there."""
    size = len(payload)
    if size < 126:
        head = bytes([0x80 | opcode, 0x80 | size])
    elif size < 65_536:
        head = bytes([0x80 | opcode, 0xFE]) + size.to_bytes(2, "big")
    else:
        head = bytes([0x80 | opcode, 0xFF]) + size.to_bytes(8, "big")
    return head + b"\0\0\0\0" + payload


def settle(future: asyncio.Future[Any], value: object) -> None:
    if not future.done():
        future.set_result(value)


def _fail(future: asyncio.Future[Any], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
