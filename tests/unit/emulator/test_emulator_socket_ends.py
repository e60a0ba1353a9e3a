"""How the customer's websocket ends when its participant has gone, in the event loop of the test."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from connect_emulator import undocumented
from connect_emulator.sockets import Sockets
from tests.amazon import Amazon

SUBSCRIBE = {"topic": "aws/subscribe", "content": {"topics": ["aws/chat"]}}


class Wire:
    """An ASGI websocket: what the client sends, and what was sent to it."""

    def __init__(self) -> None:
        self.incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.sent: list[dict[str, Any]] = []
        self._news = asyncio.Condition()

    async def send(self, message: dict[str, Any]) -> None:
        async with self._news:
            self.sent.append(message)
            self._news.notify_all()

    async def until(self, kind: str) -> None:
        async with self._news:
            seen = self._news.wait_for(lambda: any(each["type"] == kind for each in self.sent))
            await asyncio.wait_for(seen, 10)


def test_a_socket_is_closed_some_time_after_its_participant_has_gone(
    amazon: Amazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undocumented, "SOCKET_LINGERS_SECONDS", 0)

    async def here(act: Callable[[], Any]) -> Any:
        return act()

    async def talk() -> list[dict[str, Any]]:
        wire, token = Wire(), amazon.start_chat()["ParticipantToken"]
        answer = amazon.participant.create_participant_connection(
            ParticipantToken=token, Type=["WEBSOCKET", "CONNECTION_CREDENTIALS"]
        )
        query = answer["Websocket"]["Url"].partition("?")[2].encode()
        sockets = Sockets(amazon.emulator, here)
        serving = asyncio.create_task(sockets.serve({"query_string": query}, wire.incoming.get, wire.send))
        for frame in ({"type": "websocket.connect"}, {"type": "websocket.receive", "text": json.dumps(SUBSCRIBE)}):
            wire.incoming.put_nowait(frame)
        await wire.until("websocket.send")
        amazon.participant.disconnect_participant(ConnectionToken=answer["ConnectionCredentials"]["ConnectionToken"])
        await wire.until("websocket.close")
        wire.incoming.put_nowait({"type": "websocket.disconnect"})
        await asyncio.wait_for(serving, 10)
        return wire.sent

    *before, last = asyncio.run(talk())
    assert last == {"type": "websocket.close", "code": 1000}
    assert "chat.ended" in before[-1]["text"]
