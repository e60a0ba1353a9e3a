"""Waits until Amazon Connect has a message: SendMessage answers with the Id and the time that Connect gave it.

The outbox sends it, wherever it runs; its frames come through the hub, and a look at the row heals a frame that was lost.
"""

from __future__ import annotations

import asyncio
import json
import time
import weakref
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from django.conf import settings

from chats import realtime
from chats.db import db_read
from chats.models import Item, OutboundMessage
from chats.realtime import Hub, Update
from chats.wire import iso

from .errors import ParticipantError, denied

WAITS_FOR = 15.0  # seconds; then the caller is told to ask again, with the same ClientToken
SETTLED = frozenset({"sent", "failed", "discarded"})
OUTGOING = '{"jsonrpc":"2.0","method":"outgoing"'  # how realtime.encode begins


@dataclass
class Waiting:
    """Who waits for what in this process, by stream and ClientToken."""

    by_stream: dict[str, dict[str, list[asyncio.Event]]] = field(default_factory=lambda: defaultdict(dict))

    def hear(self, hint: Update | str) -> None:
        """Called by the hub for every change of this process and the others."""
        if isinstance(hint, str) or hint.stream not in self.by_stream or not hint.text.startswith(OUTGOING):
            return
        outgoing = json.loads(hint.text)["params"]["outgoing"]
        if outgoing["state"] in SETTLED:
            for event in self.by_stream[hint.stream].get(outgoing["clientToken"], ()):
                event.set()


_waiting: weakref.WeakKeyDictionary[Hub, Waiting] = weakref.WeakKeyDictionary()


@asynccontextmanager
async def told_of(stream: str, client_token: str) -> AsyncIterator[asyncio.Event]:
    """An event that is set when this message is settled. Enter it before the message is sent."""
    hub = await realtime.hub()
    if hub not in _waiting:
        _waiting[hub] = Waiting()
        hub.listen(_waiting[hub].hear)
    tokens, event = _waiting[hub].by_stream[stream], asyncio.Event()
    tokens.setdefault(client_token, []).append(event)
    try:
        yield event
    finally:
        tokens[client_token].remove(event)
        if not tokens[client_token]:
            del tokens[client_token]
        if not tokens:
            _waiting[hub].by_stream.pop(stream, None)


async def result(conversation_id: int, client_token: str, settled: asyncio.Event) -> dict[str, str]:
    """{Id, AbsoluteTime} of the message when Connect has it. ParticipantError when it does not take it, or not yet."""
    ends = time.monotonic() + WAITS_FOR
    while True:
        row, answer = await db_read(_read)(conversation_id, client_token)
        if row.state == OutboundMessage.State.SENT:
            return answer
        if row.state == OutboundMessage.State.FAILED:
            raise denied(str(row.why))
        if row.state == OutboundMessage.State.DISCARDED:
            raise ParticipantError("ConflictException", "This message was taken back.")
        if time.monotonic() > ends:
            message = "The message is on its way still: ask again with the same ClientToken, and it is sent once."
            raise ParticipantError("InternalServerException", message)
        await _wait(settled)


async def _wait(settled: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(settled.wait(), settings.CCP_POLL_SECONDS)
        settled.clear()
    except TimeoutError:
        return


def _read(conversation_id: int, client_token: str) -> tuple[OutboundMessage, dict[str, str]]:
    row = OutboundMessage.objects.get(conversation=conversation_id, client_token=client_token)
    moment = (
        Item.objects.filter(pk=row.item_id).values_list("absolute_time", flat=True).first() if row.item_id else None
    )
    return row, {"Id": row.item_id, "AbsoluteTime": iso(moment or row.created_at)}
