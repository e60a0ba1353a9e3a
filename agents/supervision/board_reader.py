"""The one reader of the board in a process: for all supervisors whose page shows the floor, as long as there is one.

It looks at most once a second: at what hints named since the last look, and every CCP_POLL_SECONDS at everybody's counters.
Frames are numbered for each page by an epoch of its own; a new epoch begins with everything. No row is locked or counted.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import uuid
import weakref
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import DatabaseError
from django.utils import timezone

from agents.models import Agent
from chats import latency, realtime, transcripts
from chats.db import db_read
from chats.realtime import Hub, Subscriber, Update

from . import live_board, scope
from .board import Board
from .board_rows import chunks
from .board_view import Projections, Scope, Told, View

log = logging.getLogger(__name__)
LOOK_EVERY = 1.0  # seconds, at most
NOTHING = Scope(frozenset(), frozenset(), frozenset(), {}, frozenset(), None)


@dataclass(eq=False)
class Viewer:
    """One page, and what it was told of its view."""

    subscriber: Subscriber
    view: View
    told: Told = field(default_factory=lambda: Told(uuid.uuid4().hex[:12]))


@dataclass
class _Rights:
    """A supervisor's scope, and the word of the hub for their rights when it was found."""

    scope: Scope
    version: str | None


class BoardReader:
    """All methods but `_frames` belong to the loop's thread; `_frames` runs on a database thread, one at a time."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._board = Board()
        self._viewers: dict[Subscriber, Viewer] = {}
        self._rights: dict[int, _Rights] = {}
        self._conversations: set[str] = set()
        self._agents: set[str] = set()
        self._wake = asyncio.Event()
        self._looked_at_everything = float("-inf")
        self._task: asyncio.Task[None] | None = None

    def watch(self, subscriber: Subscriber, view: View) -> None:
        """Show this page the floor by this view from now on; it gets everything with the next look."""
        self.add(subscriber, view)
        if self._task is None or self._task.done():
            self._hub.listen(self._hear)
            self._task = asyncio.get_running_loop().create_task(self._look_again_and_again())

    def add(self, subscriber: Subscriber, view: View) -> None:
        """As `watch`, for whoever looks themselves."""
        self._viewers[subscriber] = Viewer(subscriber, view)
        self._wake.set()

    def look_at_everything_next(self) -> None:
        """The next look asks for everybody's counters, as after CCP_POLL_SECONDS."""
        self._looked_at_everything = float("-inf")

    def leave(self, subscriber: Subscriber) -> None:
        self._viewers.pop(subscriber, None)

    def shows_something_to(self, subscriber: Subscriber) -> bool:
        """Whether this page's user may see a board, as far as was looked."""
        held = self._rights.get(subscriber.visitor.user_id)
        return held is not None and held.scope is not NOTHING

    def _hear(self, hint: Update | str) -> None:
        """Only numbered changes: that somebody types stands on no board."""
        latency.hear(hint)
        if isinstance(hint, str):
            if hint == realtime.RIGHTS_CHANGED:
                self._wake.set()
        elif hint.seq:
            kind, _, name = hint.stream.partition(":")
            named = {"conversation": self._conversations, "agent": self._agents}.get(kind)
            if named is not None:
                named.add(name)
                self._wake.set()

    async def _look_again_and_again(self) -> None:
        try:
            while self._viewers:
                began = time.monotonic()
                await self._look_once()
                await asyncio.sleep(max(0.0, began + LOOK_EVERY - time.monotonic()))
                await self._await_hint()
        finally:
            self._hub.stop_listening(self._hear)
            self._board, self._rights = Board(), {}  # hints are not heard meanwhile: the next page begins anew

    async def _await_hint(self) -> None:
        """What only time changes (a service level) is looked at as often as the database."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), max(0.0, settings.CCP_POLL_SECONDS - LOOK_EVERY))

    async def _look_once(self) -> None:
        try:
            await self.look()
        except DatabaseError as error:
            log.warning("the board could not be read (%s); it is read again", error)
        except Exception:  # one row must not end everybody's board
            log.exception("the board could not be made; it is made again")

    async def look(self) -> None:
        """Read what has changed, and tell every page what of it concerns it."""
        self._wake.clear()
        conversations, self._conversations = self._conversations, set()
        agents, self._agents = self._agents, set()
        everything = time.monotonic() - self._looked_at_everything >= settings.CCP_POLL_SECONDS - LOOK_EVERY / 2
        viewers = tuple(self._viewers.values())
        versions = {one.subscriber.visitor.user_id: self._hub.rights_of(one.subscriber.visitor) for one in viewers}
        try:
            frames = await db_read(self._frames)(viewers, conversations, agents, everything, versions)
        except Exception:
            self._conversations |= conversations
            self._agents |= agents
            raise
        if everything:
            self._looked_at_everything = time.monotonic()
        for viewer, frame in frames:
            if self._viewers.get(viewer.subscriber) is viewer:
                viewer.subscriber.push(realtime.encode("floor", frame))

    # ---- on a database thread ----------------------------------------------------------------------------------------

    def _frames(
        self,
        viewers: tuple[Viewer, ...],
        conversations: set[str],
        agents: set[str],
        everything: bool,
        versions: dict[int, str | None],
    ) -> list[tuple[Viewer, dict[str, Any]]]:
        now = timezone.now()
        self._board.look(conversations, agents, at_everything=everything, now=now)
        scopes = {user: self._scope(user, version, everything) for user, version in versions.items()}
        self._rights = {user: rights for user, rights in self._rights.items() if user in versions}
        projections = Projections(self._board, now)
        frames: list[tuple[Viewer, dict[str, Any]]] = []
        for viewer in viewers:
            user_id = viewer.subscriber.visitor.user_id
            frame = viewer.told.frame(projections.of(user_id, scopes[user_id], viewer.view), now)
            if frame is not None:
                frames.append((viewer, frame))
        return frames

    def _scope(self, user_id: int, version: str | None, everything: bool) -> Scope:
        """Found anew when the rights have changed; else only what has changed of the board is asked for."""
        held = self._rights.get(user_id)
        if held is None or held.version != version:
            held = self._rights[user_id] = _Rights(scope_of(user_id), version)
        elif everything:
            held.scope = scope_of(user_id, contacts=held.scope.contacts)
        held.scope = self._with_changed(user_id, held.scope)
        return held.scope

    def _with_changed(self, user_id: int, found: Scope) -> Scope:
        changed = self._board.changed_contacts
        if found.contacts is None or not changed:
            return found
        return _replaced(found, (set(found.contacts) - changed) | _visible(user_id, changed))


def scope_of(user_id: int, *, contacts: Any = ()) -> Scope:
    """What this user may see now, by the one answer of `visible_to` and of supervision.scope; `contacts`, where they
    are known, stay as they are.
    """
    user = get_user_model().objects.filter(pk=user_id, is_active=True).first()
    if user is None or not scope.may_see_floor(user):
        return NOTHING
    all_of_them = user.has_perm("chats.view_contact")
    if not all_of_them and contacts in ((), None):
        contacts = _visible(user_id, None)
    agents = {str(key) for key in scope.agents_visible_to(user).values_list("key", flat=True)}
    return Scope(
        contacts=None if all_of_them else contacts,
        agents=None if all_of_them else agents,
        queues=frozenset(scope.queues_visible_to(user).values_list("pk", flat=True)),
        teams={team.group_id: team.group.name for team in scope.teams_visible_to(user)},
        groups=frozenset(user.groups.values_list("pk", flat=True)),
        profile=Agent.objects.filter(user=user).values_list("routing_profile", flat=True).first(),
    )


def _replaced(found: Scope, contacts: set[str]) -> Scope:
    return Scope(contacts, found.agents, found.queues, found.teams, found.groups, found.profile)


def _visible(user_id: int, among: set[str] | None) -> set[str]:
    user = get_user_model().objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return set()
    live = transcripts.visible_to(user).filter(state__in=live_board.LIVE)
    if among is None:
        return set(live.values_list("pk", flat=True))
    return {pk for some in chunks(among) for pk in live.filter(pk__in=some).values_list("pk", flat=True)}


_readers: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, BoardReader] = weakref.WeakKeyDictionary()


async def board_reader() -> BoardReader:
    """The reader of this process (of this loop)."""
    loop = asyncio.get_running_loop()
    if loop not in _readers:
        _readers[loop] = BoardReader(await realtime.hub())
    return _readers[loop]
