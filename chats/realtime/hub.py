"""One hub per process: which sockets follow which stream, and one look at the database every two seconds for all of them.

Deleting every hint and every copy changes latency only: the look finds what was missed (tests/faults shows it).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import weakref
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from django.conf import settings

from chats.db import db_read

from . import hints
from .hints import Update
from .redis_bus import Bus

log = logging.getLogger(__name__)
NOBODY = "-"  # the word for the rights of who may no longer be here
RIGHTS_CHANGED = "visitors"  # this bell asks every hub to look at once who may still be here


class SocketUser(NamedTuple):
    """Who is behind a socket: a user, in a session."""

    user_id: int
    session_key: str


class Subscriber(Protocol):
    """A socket, as the hub sees it."""

    @property
    def visitor(self) -> SocketUser: ...

    def push(self, text: str) -> None:
        """Put an encoded frame into the socket's own bounded queue; never waits."""

    def stream_closed(self, stream: str) -> None:
        """It is followed no more: the user may not see it any more, it is gone, or the socket asked for that."""

    def dismiss(self) -> None:
        """The visitor may no longer be here: say goodbye and close."""

    def restart(self, retry_after: float) -> None:
        """The server stops: say when to come back, and close."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a viewer lacks of a stream: changes in order, and the stream's last number."""

    copies: Sequence[Update]
    last: int
    also: Mapping[str, bool] = field(default_factory=dict)  # streams that whoever follows this one follows too


class StreamKind(Protocol):
    """Reads one kind of stream. Called on database threads."""

    def last(self, streams: Collection[str]) -> Mapping[str, int]:
        """The last numbers of these streams, in one query; unknown ones are left out."""

    def read(self, held: Mapping[str, int | None], user_id: int) -> Mapping[str, Reading]:
        """What a viewer lacks of these streams who holds them up to these numbers (None: nothing). Those that this user may
        not see are left out.
        """


class SocketUserRights(Protocol):
    """Knows who may still be here. Called on database threads."""

    def versions(self, visitors: Collection[SocketUser]) -> Mapping[SocketUser, str]:
        """A word for each visitor's rights that changes with them; who may no longer be here is left out."""


_kinds: dict[str, StreamKind] = {}
_visitors: list[SocketUserRights] = []


def register_streams(kind: str, streams: StreamKind) -> None:
    """Streams called `kind:…` are read by this."""
    _kinds[kind] = streams


def register_rights(visitors: SocketUserRights) -> None:
    """Ask this who may still be here."""
    _visitors[:] = [visitors]


@dataclass(eq=False, slots=True)
class Subscription:
    """One socket on one stream, and the number of the newest change it was given."""

    subscriber: Subscriber
    stream: str
    cursor: int | None
    reading: bool = False
    stale: bool = False
    gone: bool = False


class Hub:
    """The registry stream → sockets of this process. All methods but `hear` belong to the loop's thread."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._streams: dict[str, set[Subscription]] = defaultdict(set)
        self._of: dict[Subscriber, dict[str, Subscription]] = {}
        self._versions: dict[SocketUser, str] = {}
        self._meeting: asyncio.Task[None] | None = None
        self._bells: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._heard: deque[Update | str] = deque()
        self._awake = False
        self._tasks: set[asyncio.Task[Any]] = set()
        self._listeners: set[Callable[[Update | str], None]] = set()
        self._bus = Bus(self._take)

    async def start(self) -> None:
        hints.add_listener(self.hear)
        self._spawn(self._look_again_and_again())
        if settings.REDIS_URL:
            self._spawn(self._bus.run())

    async def close(self) -> None:
        hints.remove_listener(self.hear)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._bus.close()

    # ---- sockets -----------------------------------------------------------------------------------------------------

    @property
    def subscribers(self) -> int:
        return len(self._of)

    def welcome(self, subscriber: Subscriber) -> None:
        self._of.setdefault(subscriber, {})

    def leave(self, subscriber: Subscriber) -> None:
        """The socket is gone."""
        for subscription in self._of.pop(subscriber, {}).values():
            self._drop(subscription)

    def streams_of(self, subscriber: Subscriber) -> list[str]:
        return sorted(self._of.get(subscriber, ()))

    async def follow(self, subscriber: Subscriber, stream: str, known: Mapping[str, int]) -> None:
        """Listen first, look second; done when the socket has been given all it lacked, further streams included."""
        await self._meet(subscriber)
        await self._follow_all(subscriber, [stream], known)

    async def _follow_all(self, subscriber: Subscriber, streams: Iterable[str], known: Mapping[str, int]) -> None:
        mine = self._of.get(subscriber)
        if mine is None:
            return
        fresh = [Subscription(subscriber, stream, known.get(stream)) for stream in streams if stream not in mine]
        for subscription in fresh:
            mine[subscription.stream] = subscription
            self._streams[subscription.stream].add(subscription)
        await self._read(fresh, known)

    async def _meet(self, subscriber: Subscriber) -> None:
        """Know the rights of whoever has come before anything is read for them: when they change, it shows. All who come
        while the database is asked are asked for together, next.
        """
        while subscriber in self._of and subscriber.visitor not in self._versions:
            if self._meeting is None or self._meeting.done():
                self._meeting = self.loop.create_task(self._look_at_newcomers())
            await asyncio.shield(self._meeting)

    async def _look_at_newcomers(self) -> None:
        fresh = {subscriber.visitor for subscriber in self._of} - self._versions.keys()
        versions = await db_read(_visitors[0].versions)(fresh) if _visitors else dict.fromkeys(fresh, "")
        self._versions |= {visitor: versions.get(visitor, NOBODY) for visitor in fresh}
        for subscriber in tuple(self._of):
            if self._versions.get(subscriber.visitor) == NOBODY:
                subscriber.dismiss()

    def rights_of(self, visitor: SocketUser) -> str | None:
        """The word for this visitor's rights at the last look; None: it was not asked yet, or they may not be here."""
        word = self._versions.get(visitor)
        return None if word == NOBODY else word

    def unfollow(self, subscriber: Subscriber, stream: str) -> None:
        subscription = self._of.get(subscriber, {}).pop(stream, None)
        if subscription is not None:
            self._drop(subscription)
            subscriber.stream_closed(stream)

    def _drop(self, subscription: Subscription) -> None:
        subscription.gone = True
        followers = self._streams[subscription.stream]
        followers.discard(subscription)
        if not followers:
            del self._streams[subscription.stream]

    def goodbye(self, retry_after: float) -> None:
        """The server stops: every socket is told to come back soon, to another or to the next one."""
        for subscriber in tuple(self._of):
            subscriber.restart(retry_after)

    # ---- hints -------------------------------------------------------------------------------------------------------

    def hear(self, hint: Update | str) -> None:
        """A hint from this process, from any thread: for our sockets, and for the other processes."""
        self._heard.append(hint)
        self._bus.publish(hint)
        if not self._awake:
            self._awake = True
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens here any more
                self.loop.call_soon_threadsafe(self._hear_all)

    def _hear_all(self) -> None:
        self._awake = False
        while self._heard:
            self._take(self._heard.popleft())
        self._bus.flush()

    def listen(self, listener: Callable[[Update | str], None]) -> None:
        """Give every hint of every process to this as well, on the loop's thread."""
        self._listeners.add(listener)

    def stop_listening(self, listener: Callable[[Update | str], None]) -> None:
        self._listeners.discard(listener)

    def _take(self, hint: Update | str) -> None:
        for listener in tuple(self._listeners):
            listener(hint)
        if isinstance(hint, str):
            self._bells[hint].set()
            if hint == RIGHTS_CHANGED:
                self._spawn(self._look_at_visitors())
            return
        for subscription in tuple(self._streams.get(hint.stream, ())):
            self._offer(subscription, hint)

    def _offer(self, subscription: Subscription, copy: Update) -> None:
        if copy.seq == 0:  # not kept, not numbered: typing
            subscription.subscriber.push(copy.text)
        elif subscription.reading:
            subscription.stale = True
        elif subscription.cursor is None or copy.seq > subscription.cursor + 1 or copy.audience:
            self._spawn(self._read([subscription], {}))
        elif copy.seq == subscription.cursor + 1:
            self._give(subscription, copy)
            if copy.also:
                self._spawn(self._follow_also(subscription.subscriber, copy.also, {}))

    def _give(self, subscription: Subscription, copy: Update) -> None:
        subscription.subscriber.push(copy.text)
        subscription.cursor = copy.seq

    async def _follow_also(self, subscriber: Subscriber, also: Mapping[str, bool], known: Mapping[str, int]) -> None:
        for stream, follow in also.items():
            if not follow:
                self.unfollow(subscriber, stream)
        await self._follow_all(subscriber, [stream for stream, follow in also.items() if follow], known)

    # ---- looking -----------------------------------------------------------------------------------------------------

    async def _read(self, subscriptions: Collection[Subscription], known: Mapping[str, int]) -> None:
        """Give one socket what it lacks of these streams, all together. One that is being read is read once more."""
        mine = [subscription for subscription in subscriptions if not subscription.reading]
        for subscription in subscriptions:
            subscription.stale = True
        for subscription in mine:
            subscription.reading = True
        also: dict[str, bool] = {}
        try:
            while stale := [one for one in mine if one.stale and not one.gone]:
                for subscription in stale:
                    subscription.stale = False
                also |= await self._read_once(stale)
        finally:
            for subscription in mine:
                subscription.reading = False
        if also:
            await self._follow_also(mine[0].subscriber, also, known)

    async def _read_once(self, subscriptions: Sequence[Subscription]) -> Mapping[str, bool]:
        subscriber, also = subscriptions[0].subscriber, dict[str, bool]()
        held = {one.stream: one.cursor for one in subscriptions}
        readings = await db_read(_readings)(held, subscriber.visitor.user_id)
        for subscription in subscriptions:
            if subscription.gone:
                continue
            reading = readings.get(subscription.stream)
            if reading is None:
                self.unfollow(subscriber, subscription.stream)
                continue
            for copy in reading.copies:
                subscriber.push(copy.text)
            subscription.cursor = reading.last
            also |= reading.also
        return also

    async def _look_again_and_again(self) -> None:
        while True:
            await asyncio.sleep(settings.CCP_POLL_SECONDS)
            try:
                await self.look()
            except Exception:  # the one loop that must survive: the database may be away for a while
                log.exception("the hub could not look at the database; it tries again")

    async def look(self) -> None:
        """Ask the database once, for all sockets here: what they lack, and whether they may still be here."""
        try:
            await self._look_at_visitors()
        except Exception:  # what the streams lack is found all the same
            log.exception("the hub could not ask who may still be here; it tries again")
        streams = tuple(self._streams)
        last = await db_read(_last_numbers)(streams)
        behind: dict[Subscriber, list[Subscription]] = defaultdict(list)
        for stream in streams:
            number = last.get(stream)  # None: its row was deleted, and whoever reads it will learn so
            for subscription in tuple(self._streams.get(stream, ())):
                if subscription.cursor is None or number is None or number > subscription.cursor:
                    behind[subscription.subscriber].append(subscription)
        for subscriptions in behind.values():
            self._spawn(self._read(subscriptions, {}))

    async def _look_at_visitors(self) -> None:
        visitors = {subscriber.visitor for subscriber in self._of}
        if not visitors or not _visitors:
            return
        versions = await db_read(_visitors[0].versions)(visitors)
        for subscriber, mine in tuple(self._of.items()):
            if subscriber.visitor not in visitors:
                continue  # came while the database was asked
            version = versions.get(subscriber.visitor, NOBODY)
            if version == NOBODY:
                subscriber.dismiss()
            elif self._versions.get(subscriber.visitor) != version:
                self._spawn(self._read(tuple(mine.values()), {}))
        here = {subscriber.visitor for subscriber in self._of}
        looked_at = {visitor: versions.get(visitor, NOBODY) for visitor in visitors}
        self._versions = {visitor: word for visitor, word in (self._versions | looked_at).items() if visitor in here}

    # ---- bells -------------------------------------------------------------------------------------------------------

    async def wait_for(self, bell: str, seconds: float) -> bool:
        """Wait until the bell is rung, or so long; whether it was rung."""
        event = self._bells[bell]
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except TimeoutError:
            return False
        event.clear()
        return True

    def ring(self, bell: str) -> None:
        self._bells[bell].set()

    def _spawn(self, work: Any) -> None:
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("the hub stumbled; the next look heals it", exc_info=task.exception())


def _last_numbers(streams: Iterable[str]) -> dict[str, int]:
    by_kind: dict[str, list[str]] = defaultdict(list)
    for stream in streams:
        by_kind[stream.partition(":")[0]].append(stream)
    found: dict[str, int] = {}
    for kind, names in by_kind.items():
        found |= _kinds[kind].last(names)
    return found


def _readings(held: Mapping[str, int | None], user_id: int) -> dict[str, Reading]:
    by_kind: dict[str, dict[str, int | None]] = defaultdict(dict)
    for stream, after in held.items():
        by_kind[stream.partition(":")[0]][stream] = after
    found: dict[str, Reading] = {}
    for kind, streams in by_kind.items():
        found |= _kinds[kind].read(streams, user_id)
    return found


_hubs: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = weakref.WeakKeyDictionary()


async def hub() -> Hub:
    """The hub of this process (of this loop); made and started when first asked for, as daphne has no start-up hook."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
        await _hubs[loop].start()
    return _hubs[loop]
