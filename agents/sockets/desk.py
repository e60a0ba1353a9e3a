"""The desk's socket and the floor's: who may connect, what they follow, and which commands each of them has."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.utils import timezone

from agents import presence, protocol, routing
from agents.commands import AGENT_COMMANDS, READING_COMMANDS, Permission
from agents.desk import lookups
from agents.models import Agent
from agents.protocol import answers
from agents.reports import queue_metrics
from agents.supervision import live_board, watching
from chats import realtime
from chats.db import db_read, db_write
from chats.wire import iso

from .connection import Socket, SocketCommand
from .polling import poll


async def _answer_ping(_socket: Socket, _params: protocol.NoParams) -> dict[str, Any]:
    return {"serverTime": iso(timezone.now())}


async def _connected(socket: Socket) -> dict[str, Any]:
    """The answer to `connect`, after everything that the client lacked."""
    hub = await realtime.hub()
    return {"serverTime": iso(timezone.now()), "streams": hub.streams_of(socket)}


CHAT = "conversation"
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
        await db_write(presence.seen)(self.agent.pk, timezone.now())
        await db_write(routing.line)(self.agent.pk, True, timezone.now())
        await hub.follow(self, self.agent.stream, params.known)
        for stream in sorted(set(params.known) - set(hub.streams_of(self))):  # left the desk while the tab was away
            self.push(realtime.encode("closedStream", {"stream": stream}))
        self.connected = True
        self.spawn(self._stay_while_an_agent(hub))
        return await _connected(self)

    async def _stay_while_an_agent(self, hub: realtime.Hub) -> None:
        """The hub drops the stream of an agent who was deleted; this user may still be a supervisor, elsewhere."""
        while True:
            if self.agent.stream not in hub.streams_of(self):
                self.close(protocol.Close.NO_ACCESS, "You may not use this page.", None)
                return
            await asyncio.sleep(settings.CCP_POLL_SECONDS)

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


class FloorSocket(Socket):
    """A supervisor's tab: follows conversations they may see; each that it watches is a row (supervision.watching)."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._watches_the_floor = False
        self._watches: dict[str, int] = {}  # by contact
        self._streams: dict[str, str] = {}  # by contact: what this tab follows
        self._looks_after_watches = False
        self._renewed_at = 0.0
        self._told_floor: live_board.BoardRows | None = None

    def authorise(self) -> bool:
        return self.user is not None

    async def answer_connect(self, params: protocol.Connect) -> dict[str, Any]:
        hub = await realtime.hub()
        for stream in params.known:
            kind, _, initial_contact_id = stream.partition(":")
            found = await db_write(watching.resume)(self.caller.user, initial_contact_id) if kind == CHAT else None
            if found is not None:
                await self._follow(hub, found, params.known)
            elif kind == CHAT:
                self.push(realtime.encode("closedStream", {"stream": stream}))
        self.connected = True
        return await _connected(self)

    async def answer_presence(self, params: protocol.Presence) -> None:
        await super().answer_presence(params)
        if self._watches and time.monotonic() - self._renewed_at > 5:
            self._renewed_at = time.monotonic()
            await db_write(watching.renew)(self._watches.values(), timezone.now())

    async def gone(self) -> None:
        await self._end(self._watches)

    async def watch_contact(self, params: protocol.WatchContact) -> None:
        hub = await realtime.hub()
        await self._end_what_is_closed(hub)
        if params.contact_id in self._watches:
            return
        begin = db_write(watching.begin)
        found = await begin(self.caller.user, params.contact_id, hidden=params.hidden, purpose=params.purpose)
        await self._follow(hub, found, {})

    async def _follow(self, hub: realtime.Hub, found: watching.Watching, known: Mapping[str, int]) -> None:
        if found.watch is not None:
            self._watches[found.contact_id] = found.watch
            if not self._looks_after_watches:
                self._looks_after_watches = True
                self.spawn(self._look_after_watches(hub))
        self._streams[found.contact_id] = found.stream
        await hub.follow(self, found.stream, known)

    async def unwatch_contact(self, params: protocol.ContactParams) -> None:
        await self._end([params.contact_id])
        stream = self._streams.pop(params.contact_id, None)
        if stream is not None and stream not in self._streams.values():
            (await realtime.hub()).unfollow(self, stream)

    async def _end(self, contact_ids: Iterable[str]) -> None:
        for contact_id in tuple(contact_ids):
            watch = self._watches.pop(contact_id, None)
            if watch is not None:
                await db_write(watching.end)(watch, timezone.now())

    async def _look_after_watches(self, hub: realtime.Hub) -> None:
        while True:
            await asyncio.sleep(settings.CCP_POLL_SECONDS)
            await self._end_what_is_closed(hub)

    async def _end_what_is_closed(self, hub: realtime.Hub) -> None:
        """The hub drops a stream that this user may see no longer: then the watch is over too."""
        followed = hub.streams_of(self)
        await self._end([one for one in self._watches if self._streams[one] not in followed])

    async def watch_floor(self, _params: protocol.NoParams) -> None:
        if not self._watches_the_floor:
            self._watches_the_floor = True
            self._told_floor = await db_read(self._floor)()
            self.spawn(poll(self._tell_of_the_floor))

    async def _tell_of_the_floor(self) -> None:
        """The rows are the truth: they are looked at as often as the hub looks, and nobody has to tell of a change."""
        seen = await db_read(self._floor)()
        if seen != self._told_floor:
            self._told_floor = seen
            self.push(realtime.encode("floor", {"live": len(seen)}))

    def _floor(self) -> live_board.BoardRows:
        return live_board.rows_for(self.visitor.user_id)

    commands: ClassVar = {
        "connect": SocketCommand(
            protocol.Connect, Permission.USER, answer_connect, answers.Connected, before_connect=True
        ),
        "ping": PING,
        "presence": SocketCommand(protocol.Presence, Permission.USER, answer_presence, before_connect=True),
        "watchContact": SocketCommand(protocol.WatchContact, Permission.SEES, watch_contact),
        "unwatchContact": SocketCommand(protocol.ContactParams, Permission.USER, unwatch_contact),
        "watchFloor": SocketCommand(protocol.NoParams, Permission.USER, watch_floor),  # it counts what they may see
        **READING_COMMANDS,
    }
