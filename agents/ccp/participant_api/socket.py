"""`/participant/socket`: what CreateParticipantConnection names as Websocket.Url, for an agent's page without a CCP's own line.

Speaks ChatJS's wire: the client subscribes to aws/chat, asks aws/ping and aws/heartbeat, and hears every item of the chat
once, in the order in which it came. A line that was cut goes on where it was (ChatPosition): nobody has to ask.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from django.db import DatabaseError
from django.utils import timezone

from agents.ccp import origins
from agents.desk import sealed
from agents.models import ChatPosition
from agents.protocol import MAX_FRAME_BYTES, Close
from agents.sockets.connection import Bucket, header
from chats import realtime
from chats.db import db_read, db_write
from chats.realtime import SocketUser

from . import callers, urls
from .callers import Speaker
from .errors import ParticipantError
from .heard import Chat, beginning, missed
from .items import topic

log = logging.getLogger(__name__)
CHAT = "aws/chat"
MOST_WAITING = 1_000  # frames for a slow reader; above: close, the client comes back and goes on
NORMAL = 1000


class ChatSocket:
    """One line of an agent's page into one contact."""

    def __init__(self, scope: Mapping[str, Any], receive: Callable[[], Awaitable[Any]], send: Any) -> None:
        self.scope, self._receive, self._send = scope, receive, send
        self._out: asyncio.Queue[str | int] = asyncio.Queue()
        self._chat: Chat | None = None
        self._speaker: Speaker
        self._kept = 0
        self._bucket = Bucket(filled_at=time.monotonic())
        self._tasks: set[asyncio.Task[Any]] = set()

    @classmethod
    async def as_asgi(cls, scope: Any, receive: Any, send: Any) -> None:
        await cls(scope, receive, send).run()

    # ---- what the hub needs ------------------------------------------------------------------------------------------

    @property
    def visitor(self) -> SocketUser:
        return SocketUser(self._speaker.caller.user.pk, self._speaker.token.session_key)

    def push(self, text: str) -> None:
        if self._chat is None:
            return
        for frame in self._chat.heard(text):
            self._put(frame)
        if self._chat.may_be_over:
            self._chat.may_be_over = False
            self._spawn(self._look_whether_over())
        if self._chat.lacks:
            self._spawn(self._fill())

    def stream_closed(self, stream: str) -> None:
        self.push(realtime.encode("closedStream", {"stream": stream}))

    def dismiss(self) -> None:
        self._put(Close.NOT_SIGNED_IN)

    def restart(self, _retry_after: float) -> None:
        self._put(Close.RESTART)

    # ---- the connection ----------------------------------------------------------------------------------------------

    async def run(self) -> None:
        if (await self._receive())["type"] != "websocket.connect":
            return
        if not await self._admit():
            await self._send(
                {"type": "websocket.close", "code": Close.NOT_SIGNED_IN}
            )  # before it is accepted: HTTP 403
            return
        await self._send({"type": "websocket.accept"})
        hub = await realtime.hub()
        hub.welcome(self)
        writer = asyncio.create_task(self._write())
        try:
            await self._read()
        finally:
            hub.leave(self)
            await self._keep_position()
            for task in (writer, *self._tasks):
                task.cancel()
            await asyncio.gather(writer, *self._tasks, return_exceptions=True)

    async def _admit(self) -> bool:
        """By the ticket in the address, which a page of an allowed origin was given a moment ago."""
        origin = header(self.scope, b"origin")
        if origin and not origins.allowed(origin):
            return False
        text = parse_qs(self.scope["query_string"].decode("latin-1")).get(urls.TICKET, [""])[0]
        try:
            self._speaker = await callers.speaker_of(urls.ticket(text))
        except (sealed.NotOurs, ParticipantError, DatabaseError):
            return False
        return self._speaker.is_in_the_chat

    async def _read(self) -> None:
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text") or ""
            if len(text) > MAX_FRAME_BYTES:
                self._put(Close.TOO_LARGE)
            elif not self._bucket.take(time.monotonic()):
                self._put(Close.FLOOD)
            else:
                await self._hear(text)

    async def _hear(self, text: str) -> None:
        try:
            asked = json.loads(text)
            name = asked["topic"]
        except (ValueError, TypeError, KeyError, RecursionError):
            name, asked = "", {}
        match name:
            case "aws/subscribe":
                await self._subscribe(asked.get("content"))
            case "aws/ping":
                self._put(topic("aws/ping", statusCode=200, statusContent="OK"))
            case "aws/heartbeat":
                self._put(topic("aws/heartbeat"))
                await self._keep_position()
            case _:
                about = {"connectionId": self._speaker.token.number, "requestId": str(uuid.uuid4())}
                self._put(json.dumps({"message": "Forbidden: no such topic.", **about}))

    async def _subscribe(self, content: object) -> None:
        topics = content.get("topics") if isinstance(content, dict) else None
        if topics != [CHAT]:
            told = {"status": "failure", "topics": topics if isinstance(topics, list) else []}
            self._put(topic("aws/subscribe", content=told))
            return
        self._put(topic("aws/subscribe", content={"status": "success", "topics": [CHAT]}))
        if self._chat is not None:
            return
        start = await db_read(beginning)(self._speaker)
        self._chat = start.chat
        self._kept = start.told
        for frame in self._chat.told(start.missed):
            self._put(frame)
        hub = await realtime.hub()
        self._spawn(hub.follow(self, self._speaker.contact.stream, {self._speaker.contact.stream: start.seq}))

    # ---- sending -----------------------------------------------------------------------------------------------------

    def _put(self, frame: str | int) -> None:
        if isinstance(frame, str) and self._out.qsize() >= MOST_WAITING:
            frame = Close.SLOW_READER
        self._out.put_nowait(frame)

    async def _write(self) -> None:
        while isinstance(frame := await self._out.get(), str):
            await self._send({"type": "websocket.send", "text": frame})
        await self._send({"type": "websocket.close", "code": frame})

    async def _look_whether_over(self) -> None:
        """The contact has changed: this agent's part in it may have ended, by whatever."""
        try:
            self._speaker = await callers.speaker_of(self._speaker.token)
            over = not self._speaker.is_in_the_chat
        except ParticipantError:
            over = True
        if over and self._chat is not None:
            for frame in self._chat.ended():
                self._put(frame)
            self._put(NORMAL)

    async def _fill(self) -> None:
        """So much came at once that the hub gave the newest only."""
        chat = self._chat
        if chat is not None:
            for frame in chat.told(await db_read(missed)(self._speaker, chat.number)):
                self._put(frame)

    async def _keep_position(self) -> None:
        if self._chat is None or self._chat.number <= self._kept:
            return
        token, number = self._speaker.token, self._chat.number
        try:
            await db_write(ChatPosition.keep)(token.number, token.agent_contact_id, number, timezone.now())
            self._kept = number
        except DatabaseError as error:
            log.warning("how far a chat was told could not be kept: %s", error)

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
