"""The desk's socket: an agent's tab, what it follows, and which commands it has."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any, ClassVar

from django.utils import timezone

from agents import presence, protocol, routing
from agents.commands import AGENT_COMMANDS, Permission
from agents.desk import lookups
from agents.models import Agent
from agents.protocol import answers
from agents.reports import queue_metrics
from chats import realtime
from chats.db import db_write
from chats.wire import iso

from . import opening
from .connection import Socket, SocketCommand
from .polling import poll


async def _answer_ping(_socket: Socket, _params: protocol.NoParams) -> dict[str, Any]:
    return {"serverTime": iso(timezone.now())}


async def connected(socket: Socket) -> dict[str, Any]:
    """The answer to `connect`, after everything that the client lacked."""
    hub = await realtime.hub()
    return {"serverTime": iso(timezone.now()), "streams": hub.streams_of(socket)}


PING = SocketCommand(protocol.NoParams, Permission.USER, _answer_ping, answers.Pong, before_connect=True)


class DeskSocket(Socket):
    """An agent's tab."""

    agent: Agent

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._told_presence_at = 0.0
        self._visible = True
        self._watches_queues = False
        self._told_queues: queue_metrics.Queues | None = None

    def authorise(self) -> bool:
        found = lookups.agent_of_user(self.visitor.user_id)
        if found is not None:
            self.agent = self.caller.agent = found
        return found is not None

    async def answer_connect(self, params: protocol.Connect) -> dict[str, Any]:
        hub = await realtime.hub()
        async with opening.gate().through(opening.Step.COMPLETE):
            await db_write(self._arrive)(timezone.now())
            await hub.follow(self, self.agent.stream, params.known)
        for stream in sorted(set(params.known) - set(hub.streams_of(self))):  # left the desk while the tab was away
            self.stream_closed(stream)
        self.connected = True
        return await connected(self)

    def _arrive(self, now: datetime) -> None:
        presence.seen(self.agent.pk, now)
        routing.line(self.agent.pk, True, now)

    def stream_closed(self, stream: str) -> None:
        """The stream of an agent who was deleted is dropped; this user may still be a supervisor, elsewhere."""
        super().stream_closed(stream)
        if stream == self.agent.stream:
            self.close(protocol.Close.NO_ACCESS, "You may not use this page.", None)

    async def answer_presence(self, params: protocol.Presence) -> None:
        await super().answer_presence(params)
        if time.monotonic() - self._told_presence_at > 5:
            self._told_presence_at = time.monotonic()
            await db_write(presence.seen)(self.agent.pk, timezone.now())
        if params.visible != self._visible:
            self._visible = params.visible
            await db_write(routing.tabs_turned)(self.agent.pk, params.visible, timezone.now())

    async def gone(self) -> None:
        """The line of this tab is down: an offer that nobody answers may have been missed because of it."""
        if self.connected:
            await db_write(routing.line)(self.agent.pk, False, timezone.now())

    async def watch_queues(self, _params: protocol.NoParams) -> None:
        if not self._watches_queues:
            self._watches_queues = True
            self.spawn(poll(self._tell_who_waits))

    async def _tell_who_waits(self) -> None:
        queues = (await queue_metrics.recent_waiting_by_agent()).get(self.agent.pk, queue_metrics.NONE)
        if queues != self._told_queues:
            self._told_queues = queues
            self.push(realtime.encode("queues", {"waiting": queues.waiting, "missed": list(queues.missed)}))

    commands: ClassVar = {
        "connect": SocketCommand(
            protocol.Connect, Permission.AGENT, answer_connect, answers.Connected, before_connect=True
        ),
        "ping": PING,
        "presence": SocketCommand(protocol.Presence, Permission.AGENT, answer_presence, before_connect=True),
        "watchQueues": SocketCommand(protocol.NoParams, Permission.AGENT, watch_queues),
        **AGENT_COMMANDS,
    }
