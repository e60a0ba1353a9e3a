"""The limit of the stack: daphne and a bare Channels consumer (bench.bare), measured like the product."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from pathlib import Path

from .measure import Carried, Lane
from .people import Waiting, words
from .servers import Server, Simple, at_once
from .wires import HOST, WebSocket


class Bare(Simple):
    """daphne + Channels + InMemoryChannelLayer: no database, no AWS, nothing durable."""

    name = "bare Channels"

    def __init__(self, folder: Path, conversations: int) -> None:
        self._daphne = Server(folder, "daphne", "-b", HOST, "-p", "{port}", "-v", "0", "bench.bare:application")
        self.server = self._daphne.pid
        self._conversations = conversations
        self._waiting = Waiting()
        self._senders: list[WebSocket] = []
        self._hearers: list[WebSocket] = []

    @property
    def lanes(self) -> list[Lane]:
        return [self]

    async def open(self) -> None:
        for number in range(self._conversations):
            self._hearers.append(await self._socket(f"/hear/{number}/"))
            self._senders.append(await self._socket(f"/send/{number}/"))

    async def carry(self, conversation: int) -> Carried:
        key = uuid.uuid4().hex
        arrival = self._waiting.expect(key)
        sent = time.monotonic()
        self._senders[conversation].send(json.dumps({"key": key, "text": words(key)}).encode())
        return Carried(key, sent, await arrival)

    async def open_idle(self, count: int) -> float:
        starts = time.monotonic()
        self._hearers += await at_once([self._socket(f"/hear/idle{number}/") for number in range(count)])
        return time.monotonic() - starts

    async def close(self) -> None:
        for socket in self._senders + self._hearers:
            socket.close()
        await asyncio.sleep(0)
        self._daphne.stop()

    async def _socket(self, path: str) -> WebSocket:
        return await WebSocket.open(self._daphne.port, path, self._hear, self._waiting.lost)

    def _hear(self, text: bytes) -> None:
        self._waiting.arrived(json.loads(text)["key"], time.monotonic())
