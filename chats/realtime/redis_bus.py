"""Between processes: one group of the channel layer for everything, in batches. It may lose, repeat and shuffle.

With no REDIS_URL there is one process and no layer at all. An error of the layer costs latency, never a socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import uuid
from collections import deque
from collections.abc import Callable
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings

from chats import metrics

from .hints import Update

log = logging.getLogger(__name__)
GROUP = "hubs"
MAX_COPY_CHARACTERS = 32_768  # a larger copy goes as a bare hint: the reader looks into the database
MAX_BATCH = 200
REJOIN_SECONDS = 300  # a group forgets its members after group_expiry (a day): join anew long before


class Bus:
    """Publishes this process's hints and hears those of the others."""

    def __init__(self, take: Callable[[Update | str], None]) -> None:
        self._take = take
        self._me = uuid.uuid4().hex
        self._pending: deque[Update | str] = deque(maxlen=10_000)
        self._lock = threading.Lock()
        self._flushing: asyncio.Task[None] | None = None

    def publish(self, hint: Update | str) -> None:
        if settings.REDIS_URL:
            with self._lock:
                self._pending.append(hint)

    def flush(self) -> None:
        if self._pending and (self._flushing is None or self._flushing.done()):
            self._flushing = asyncio.get_running_loop().create_task(self._send_all())

    async def close(self) -> None:
        if self._flushing is not None:
            self._flushing.cancel()
            await asyncio.gather(self._flushing, return_exceptions=True)

    async def run(self) -> None:
        """Hear the other processes for ever; after an error of the layer, try again."""
        pause = 0.1
        while True:
            try:
                await self._hear()
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 -- whatever the layer throws costs latency, nothing else
                log.warning("the channel layer is away (%s); changes are found by looking", error)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)
            else:
                pause = 0.1

    async def _hear(self) -> None:
        layer: Any = get_channel_layer()
        channel = await layer.new_channel()
        await layer.group_add(GROUP, channel)
        try:
            async with asyncio.timeout(REJOIN_SECONDS):
                while True:
                    message = await layer.receive(channel)
                    if message.get("from") != self._me:
                        for value in message["hints"]:
                            self._take(_unpack(value))
        except TimeoutError:
            return
        finally:
            with contextlib.suppress(Exception):
                await layer.group_discard(GROUP, channel)

    async def _send_all(self) -> None:
        while self._pending:
            with self._lock:
                batch = [self._pending.popleft() for _ in range(min(len(self._pending), MAX_BATCH))]
            try:
                layer: Any = get_channel_layer()
                await layer.group_send(
                    GROUP, {"type": "ccp.hint", "from": self._me, "hints": [_pack(h) for h in batch]}
                )
            except Exception as error:  # noqa: BLE001 -- whatever the layer throws costs latency, nothing else
                metrics.HINTS_LOST.inc(len(batch))
                log.warning("hints were lost (%s); changes are found by looking", error)


def _pack(hint: Update | str) -> Any:
    if isinstance(hint, str):
        return hint
    fits = len(hint.text) <= MAX_COPY_CHARACTERS
    return [hint.stream, hint.seq, hint.text if fits else "", dict(hint.also), hint.audience or not fits]


def _unpack(value: Any) -> Update | str:
    return value if isinstance(value, str) else Update(*value)
