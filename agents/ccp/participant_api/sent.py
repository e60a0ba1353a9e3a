"""Waits until Amazon Connect has a message: SendMessage answers with the Id and the time that Connect gave it.

The outbox sends it, wherever it runs; its frames come through the hub, and a look at the row heals a frame that was lost.
"""

from __future__ import annotations

import asyncio
import json
import time
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from django.conf import settings

from chats import realtime
from chats.db import db_read
from chats.models import Conversation, Item, OutboundMessage
from chats.realtime import Hub, Update
from chats.wire import iso

from .errors import ParticipantError, denied

WAITS_FOR = 15.0  # seconds; then the caller is told to ask again, with the same ClientToken
SETTLED = frozenset({"sent", "failed", "discarded"})
OUTGOING, ITEM = '{"jsonrpc":"2.0","method":"outgoing"', '{"jsonrpc":"2.0","method":"item"'  # as realtime.encode begins


@dataclass
class Told:
    """What was heard of one message while its sender waits."""

    event: asyncio.Event = field(default_factory=asyncio.Event)
    item_id: str = ""


@dataclass
class Stream:
    """Who waits in one conversation, by ClientToken, and the times of the items that came meanwhile."""

    waiting: dict[str, list[Told]] = field(default_factory=dict)
    times: dict[str, str] = field(default_factory=dict)


@dataclass
class Waiting:
    """Who waits for what in this process."""

    streams: dict[str, Stream] = field(default_factory=dict)

    def hear(self, hint: Update | str) -> None:
        """Called by the hub for every change of this process and the others."""
        stream = None if isinstance(hint, str) else self.streams.get(hint.stream)
        if stream is None or isinstance(hint, str):
            return
        if hint.text.startswith(ITEM):
            item = json.loads(hint.text)["params"]["item"]
            stream.times[item["Id"]] = item["AbsoluteTime"]
        elif hint.text.startswith(OUTGOING):
            outgoing = json.loads(hint.text)["params"]["outgoing"]
            for told in stream.waiting.get(outgoing["clientToken"], ()) if outgoing["state"] in SETTLED else ():
                told.item_id = outgoing["itemId"] or ""
                told.event.set()

    def answer(self, stream: str, told: Told) -> dict[str, str] | None:
        """What SendMessage answers, where all of it was heard."""
        moment = self.streams[stream].times.get(told.item_id)
        return {"Id": told.item_id, "AbsoluteTime": moment} if moment else None


_waiting: weakref.WeakKeyDictionary[Hub, Waiting] = weakref.WeakKeyDictionary()


@asynccontextmanager
async def told_of(stream: str, client_token: str) -> AsyncIterator[tuple[Waiting, Told]]:
    """What will be told of this message. Enter it before the message is sent."""
    hub = await realtime.hub()
    if hub not in _waiting:
        _waiting[hub] = Waiting()
        hub.listen(_waiting[hub].hear)
    streams, told = _waiting[hub].streams, Told()
    mine = streams.setdefault(stream, Stream()).waiting
    mine.setdefault(client_token, []).append(told)
    try:
        yield _waiting[hub], told
    finally:
        mine[client_token].remove(told)
        if not mine[client_token]:
            del mine[client_token]
        if not mine:
            streams.pop(stream, None)


async def result(chat: Conversation, client_token: str, state: str, heard: tuple[Waiting, Told]) -> dict[str, str]:
    """{Id, AbsoluteTime} of the message when Connect has it; `state` is the message's now. ParticipantError when Connect
    does not take it, or not yet.
    """
    waiting, told = heard
    ends = time.monotonic() + WAITS_FOR
    while True:
        if state not in SETTLED:
            await _wait(told.event)
        answer = waiting.answer(chat.stream, told)
        if answer is not None:
            return answer
        row, answer = await db_read(_read)(chat.pk, client_token)
        state = str(row.state)
        if row.state == OutboundMessage.State.SENT:
            return answer
        if row.state == OutboundMessage.State.FAILED:
            raise denied(str(row.why))
        if row.state == OutboundMessage.State.DISCARDED:
            raise ParticipantError("ConflictException", "This message was taken back.")
        if time.monotonic() > ends:
            message = "The message is on its way still: ask again with the same ClientToken, and it is sent once."
            raise ParticipantError("InternalServerException", message)


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
