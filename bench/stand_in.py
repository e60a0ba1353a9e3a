"""AWS's place when only the product is to be measured: canned answers that cost nearly nothing, in a process of its own.

It notes when each SendMessage arrived (CLOCK_MONOTONIC, the same for all processes) and tells it at GET /arrivals.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from datetime import UTC, datetime, timedelta

HOST = "127.0.0.1"


class Connect(asyncio.Protocol):
    """One connection of boto3's pool."""

    arrivals: dict[str, float] = {}
    _numbers = itertools.count(1)

    def __init__(self) -> None:
        self._read = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 -- TCP gives nothing else
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        while True:
            head, end, rest = self._read.partition(b"\r\n\r\n")
            if not end:
                return
            if b"100-continue" in head:  # botocore asks it for larger bodies
                self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            length = _content_length(head)
            if len(rest) < length:
                return
            self._read = rest[length:]
            self._answer(head.split(b" ", 2)[1].decode(), rest[:length])

    def _answer(self, path: str, body: bytes) -> None:
        text = json.dumps(self._said(path, body)).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
        self._transport.write(head.encode() + text)

    def _said(self, path: str, body: bytes) -> dict[str, object]:
        now = datetime.now(UTC)
        match path:
            case "/participant/message":
                self.arrivals[json.loads(body)["ClientToken"]] = time.monotonic()
                return {"Id": f"said-{next(self._numbers)}", "AbsoluteTime": _iso(now)}
            case "/participant/event":
                return {"Id": f"event-{next(self._numbers)}", "AbsoluteTime": _iso(now)}
            case "/participant/transcript":
                return {"InitialContactId": "", "Transcript": []}
            case "/participant/connection":
                credentials = {"ConnectionToken": "connection", "Expiry": _iso(now + timedelta(days=1))}
                return {"ConnectionCredentials": credentials}
            case "/arrivals":
                return dict(self.arrivals)
        return {}


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Connect, HOST, port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
