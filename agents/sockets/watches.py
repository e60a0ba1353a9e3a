"""What a floor socket follows: the contacts it watches, each a row while it lives (agents.supervision.watching).

A watch ends with the request to end it, with the socket, and with the right to see the contact: then the hub has dropped
the stream.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from django.utils import timezone

from agents.supervision import watching
from chats import realtime
from chats.db import db_write

from .connection import Socket
from .whispers import FollowedWhispers

CHAT = "conversation"
RENEWED_EVERY = 5.0  # seconds, while the tab answers


class FollowedContacts:
    """Of one socket, with the whispers beside them."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket
        self._whispers = FollowedWhispers(socket)
        self._watches: dict[str, int] = {}  # rows by contact; one that has ended, or is one's own, has none
        self._streams: dict[str, str] = {}  # by contact
        self._renewed_at = 0.0

    async def resume(self, known: Mapping[str, int]) -> None:
        """The tab comes back with these cursors: it watches as it did before, where it still may."""
        hub = await realtime.hub()
        for stream in known:
            kind, _, initial_contact_id = stream.partition(":")
            if kind != CHAT:
                continue
            found = await db_write(watching.resume)(self._socket.caller.user, initial_contact_id)
            if found is not None:
                await self._follow(hub, found, known)
            else:
                self._socket.push(realtime.encode("closedStream", {"stream": stream}))

    async def watch(self, contact_id: str, *, hidden: bool, purpose: str) -> None:
        """Refusal when this user may not."""
        await self.end_what_closed()  # a right that was lost and came back: the old watch is over, a new one begins
        if contact_id not in self._watches:
            begin = db_write(watching.begin)
            found = await begin(self._socket.caller.user, contact_id, hidden=hidden, purpose=purpose)
            await self._follow(await realtime.hub(), found, {})

    async def unwatch(self, contact_id: str) -> None:
        await self._end([contact_id])
        stream = self._streams.pop(contact_id, None)
        if stream is not None and stream not in self._streams.values():
            (await realtime.hub()).unfollow(self._socket, stream)
            await self._whispers.follow()

    async def renew(self) -> None:
        """The tab has answered."""
        if self._watches and time.monotonic() - self._renewed_at > RENEWED_EVERY:
            self._renewed_at = time.monotonic()
            await db_write(watching.renew)(self._watches.values(), timezone.now())

    async def end_all(self) -> None:
        await self._end(self._watches)

    async def _follow(self, hub: realtime.Hub, found: watching.Watching, known: Mapping[str, int]) -> None:
        if found.watch is not None:
            self._watches[found.contact_id] = found.watch
        self._streams[found.contact_id] = found.stream
        await hub.follow(self._socket, found.stream, known)
        await self._whispers.follow()

    async def _end(self, contact_ids: Iterable[str]) -> None:
        for contact_id in tuple(contact_ids):
            watch = self._watches.pop(contact_id, None)
            if watch is not None:
                await db_write(watching.end)(watch, timezone.now())

    async def end_what_closed(self) -> None:
        """The hub drops a stream that this user may see no longer: nobody watches it any more."""
        followed = (await realtime.hub()).streams_of(self._socket)
        await self._end([one for one in self._watches if self._streams[one] not in followed])
