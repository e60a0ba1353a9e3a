"""The customer's websocket: aws/subscribe, aws/heartbeat, aws/ping, and every item of the chat on aws/chat."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs

from connect_emulator import chat, undocumented
from connect_emulator.core import Emulator
from connect_emulator.world import Participant, contacts, participants
from connect_emulator.world.world import Gone, Said

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
InWorld = Callable[[Callable[[], Any]], Awaitable[Any]]

CHAT = "aws/chat"
_FRAMES_WAITING = 1_000  # a reader this slow is cut off; it comes back and reads the transcript
_NORMAL = 1000


class Socket:
    """One open socket: what it has still to be sent, in order."""

    def __init__(self, participant: Participant, initial_id: str) -> None:
        self.participant_id = participant.id
        self.initial_id = initial_id
        self.subscribed = False
        self.outbox: asyncio.Queue[str | int] = asyncio.Queue()

    def put(self, frame: str) -> None:
        if self.outbox.qsize() >= _FRAMES_WAITING:
            self.close(undocumented.SOCKET_TOO_SLOW)
        else:
            self.outbox.put_nowait(frame)

    def close(self, code: int) -> None:
        self.outbox.put_nowait(code)


class Sockets:
    """All open sockets of this process, and who of them hears what. Lives in the event loop."""

    def __init__(self, emulator: Emulator, in_world: InWorld) -> None:
        self._world = emulator.world
        self._in_world = in_world
        self._open: dict[str, set[Socket]] = defaultdict(set)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._world.store.listeners.append(self._hear)

    async def serve(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        self._loop = asyncio.get_running_loop()
        await receive()  # websocket.connect
        ticket = (parse_qs(scope["query_string"].decode("latin-1")).get("ticket") or [""])[0]
        participant, initial_id = await self._in_world(lambda: self._admit(ticket))
        if participant is None:
            await send({"type": "websocket.close"})  # before accept: HTTP 403
            return
        await send({"type": "websocket.accept"})
        socket = Socket(participant, initial_id)
        self._open[initial_id].add(socket)
        writer = asyncio.create_task(self._write(socket, send))
        try:
            await self._read(socket, receive)
        finally:
            writer.cancel()
            self._forget(socket)

    def cut(self, contact_id: str | None = None) -> int:
        """Closes the sockets of one chat, or all, as a bad network does."""
        found = [s for chat_ in self._open.values() for s in chat_ if contact_id in {None, s.initial_id}]
        for socket in found:
            socket.close(undocumented.SOCKET_CUT)
        return len(found)

    def _admit(self, ticket: str) -> tuple[Participant | None, str]:
        participant = participants.by_ticket(self._world, ticket)
        if participant is None:
            return None, ""
        return participant, contacts.get(self._world, participant.contact_id).initial_id

    async def _read(self, socket: Socket, receive: Receive) -> None:
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            await self._answer(socket, message.get("text") or "")

    async def _answer(self, socket: Socket, text: str) -> None:
        frame = _parsed(text)
        topic = frame.get("topic")
        if topic == "aws/subscribe":
            await self._subscribe(socket, frame.get("content"))
        elif topic == "aws/heartbeat":
            socket.put(json.dumps({"topic": topic}))
        elif topic == "aws/ping":
            socket.put(json.dumps({"topic": topic, "statusCode": 200, "statusContent": "OK"}))
        else:
            socket.put(_failure(socket, "the frame has no topic this socket serves"))

    async def _subscribe(self, socket: Socket, content: Any) -> None:
        """Subscribed first, joined second: the first words of the flow are heard."""
        asked = content.get("topics") if isinstance(content, dict) else None
        if asked != [CHAT]:
            failure = {"status": "failure", "topics": asked if isinstance(asked, list) else []}
            socket.put(json.dumps({"topic": "aws/subscribe", "content": failure}))
            return
        socket.put(json.dumps({"topic": "aws/subscribe", "content": {"status": "success", "topics": [CHAT]}}))
        socket.subscribed = True
        await self._in_world(lambda: self._join(socket.participant_id))

    def _join(self, participant_id: str) -> None:
        with self._world.store.change():
            participant = participants.find(self._world, participant_id)
            if participant and participant.state in {"CREATED", "CONNECTING"}:
                chat.joins(self._world, contacts.get(self._world, participant.contact_id), participant)

    async def _write(self, socket: Socket, send: Send) -> None:
        while True:
            frame = await socket.outbox.get()
            if isinstance(frame, int):
                await send({"type": "websocket.close", "code": frame})
                return
            await send({"type": "websocket.send", "text": frame})

    def _hear(self, notice: object) -> None:
        """Called where a change was made, in the order of the changes."""
        if self._loop is not None and isinstance(notice, Said | Gone):
            with suppress(RuntimeError):  # the loop has ended, and every socket with it
                self._loop.call_soon_threadsafe(self._told, notice)

    def _told(self, notice: Said | Gone) -> None:
        if isinstance(notice, Gone):
            asyncio.get_running_loop().call_later(
                undocumented.SOCKET_LINGERS_SECONDS, self._part, notice.participant_id
            )
            return
        for socket in self._open.get(notice.initial_id, ()):
            if socket.subscribed and socket.participant_id != notice.not_to:
                socket.put(notice.frame)

    def _part(self, participant_id: str) -> None:
        for sockets in self._open.values():
            for socket in sockets:
                if socket.participant_id == participant_id:
                    socket.close(_NORMAL)

    def _forget(self, socket: Socket) -> None:
        self._open[socket.initial_id].discard(socket)
        if not self._open[socket.initial_id]:
            del self._open[socket.initial_id]


def _parsed(text: str) -> dict[str, Any]:
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return frame if isinstance(frame, dict) else {}


def _failure(socket: Socket, message: str) -> str:
    """A frame without a topic: how the service says that it could not do what a frame asked for."""
    return json.dumps({"message": message, "connectionId": socket.participant_id, "requestId": str(uuid.uuid4())})
