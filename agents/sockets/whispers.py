"""Which whispers a floor socket follows: those with the agents who serve the conversations it watches."""

from __future__ import annotations

from agents.supervision import whispers
from chats import realtime
from chats.db import db_read

from .connection import Socket
from .polling import poll


class FollowedWhispers:
    """Followed from the first watch on; looked at again and again, as another agent may come to serve a contact."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket
        self._polls = False

    async def follow(self) -> None:
        """Call it when a conversation came to be watched, or is watched no more."""
        await self._look()
        if not self._polls:
            self._polls = True
            self._socket.spawn(poll(self._look))

    async def _look(self) -> None:
        hub = await realtime.hub()
        streams = hub.streams_of(self._socket)
        watched = [one for one in streams if one.startswith("conversation:")]
        wanted = set(await db_read(whispers.streams_of)(watched)) if watched else set()
        followed = {one for one in streams if one.startswith("whispers:")}
        for stream in sorted(followed - wanted):
            hub.unfollow(self._socket, stream)
        for stream in sorted(wanted - followed):
            await hub.follow(self._socket, stream, {})
