"""The floor's socket: a supervisor's tab. It follows conversations they may see and the board, and steps in."""

from __future__ import annotations

from typing import Any, ClassVar

from agents import protocol
from agents.commands import FLOOR_COMMANDS, READING_COMMANDS, SUPERVISING_COMMANDS, Permission
from agents.protocol import answers
from agents.supervision import board_reader, board_view
from chats import latency, realtime

from .connection import Socket, SocketCommand
from .desk import PING, connected
from .polling import poll
from .watches import FollowedContacts


class FloorSocket(Socket):
    """A supervisor's tab."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._followed = FollowedContacts(self)
        self._tells_latency = False
        self._told_latency: dict[str, Any] | None = None

    def authorise(self) -> bool:
        return self.user is not None

    def stream_closed(self, stream: str) -> None:
        super().stream_closed(stream)
        self.spawn(self._followed.end_what_closed())

    async def answer_connect(self, params: protocol.Connect) -> dict[str, Any]:
        await self._followed.resume(params.known)
        self.connected = True
        return await connected(self)

    async def answer_presence(self, params: protocol.Presence) -> None:
        await super().answer_presence(params)
        await self._followed.renew()

    async def watch_contact(self, params: protocol.WatchContact) -> None:
        await self._followed.watch(params.contact_id, hidden=params.hidden, purpose=params.purpose)

    async def unwatch_contact(self, params: protocol.ContactParams) -> None:
        await self._followed.unwatch(params.contact_id)

    async def watch_floor(self, params: protocol.WatchFloor) -> None:
        """The frames that follow begin with everything; asked again, with another view, they begin anew."""
        reader = await board_reader.board_reader()
        reader.watch(self, _view(params.view))
        if not self._tells_latency:
            self._tells_latency = True
            self.spawn(poll(self._tell_latency))

    async def _tell_latency(self) -> None:
        """Beside the board, for whoever sees one."""
        if not (await board_reader.board_reader()).shows_something_to(self):
            return
        told = latency.summary()
        if told != self._told_latency:
            self._told_latency = told
            self.push(realtime.encode("latency", told))

    async def gone(self) -> None:
        (await board_reader.board_reader()).leave(self)
        await self._followed.end_all()

    commands: ClassVar = {
        "connect": SocketCommand(
            protocol.Connect, Permission.USER, answer_connect, answers.Connected, before_connect=True
        ),
        "ping": PING,
        "presence": SocketCommand(protocol.Presence, Permission.USER, answer_presence, before_connect=True),
        "watchContact": SocketCommand(protocol.WatchContact, Permission.SEES, watch_contact),
        "unwatchContact": SocketCommand(protocol.ContactParams, Permission.USER, unwatch_contact),
        **SUPERVISING_COMMANDS,
        "watchFloor": SocketCommand(protocol.WatchFloor, Permission.USER, watch_floor),  # it shows what they may see
        **FLOOR_COMMANDS,
        **READING_COMMANDS,
    }


def _view(asked: protocol.FloorView) -> board_view.View:
    return board_view.View(
        team=int(asked.team) if asked.team else None,
        own=asked.own,
        queues=frozenset(map(int, asked.queues)),
        states=frozenset(asked.states),
        search=asked.search,
        sort=asked.sort.model_dump(exclude_none=True),
        limits=asked.limits.model_dump(),
    )
