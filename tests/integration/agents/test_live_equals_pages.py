"""Whatever happens to people, teams, queues and contacts: what somebody sees live is what their pages let them read.

Live: the rows of the board, and the conversations that a tab follows. Pages: `visible_to`, `agents_visible_to`,
`queues_visible_to`. After each change there is one look, as every process takes every CCP_POLL_SECONDS; hints may be lost.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings as portal
from django.contrib.auth.models import Group, Permission, User
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.models import Agent
from agents.supervision import live_board, scope
from agents.supervision.board_reader import BoardReader
from agents.supervision.board_view import View
from chats import transcripts
from chats.contact_state import Move, State
from chats.db import db_read, db_write
from chats.models import Contact, Queue
from chats.realtime import Hub, SocketUser, hints, publish
from tests import factories

from .test_floor import Page

EVERYTHING = View(limits={"contacts": 1000, "agents": 1000, "queues": 1000})
GROUPS = ("Readers", "Supervisors", "Team leads")
VIEWERS = ("lead", "reader", "auditor", "mixed")


class Tab:
    """A supervisor's page: what it was shown of the board, and which conversations it follows."""

    def __init__(self, user: User, session: str) -> None:
        self.visitor = SocketUser(user.pk, session)
        self.board = Page()
        self.dismissed = False

    def push(self, text: str) -> None:
        frame = json.loads(text)
        if frame["method"] == "floor":
            self.board.take(frame["params"])

    def stream_closed(self, _stream: str) -> None:
        pass

    def dismiss(self) -> None:
        self.dismissed = True

    def restart(self, _retry_after: float) -> None:
        raise AssertionError("nobody stops this hub")


# ---- what may happen -------------------------------------------------------------------------------------------------


def pick(rows: Any, number: int) -> Any:
    found = list(rows.order_by("pk"))
    return found[number % len(found)] if found else None


def changed(contact: Contact, move: Move, **columns: Any) -> None:
    contact.move(move, timezone.now(), **columns)
    publish(contact)


def arrives(number: int) -> None:
    contact = factories.contact(f"Customer {number}", state=State.JOINING, queue=pick(Queue.objects, number))
    changed(contact, Move.JOINED)


def accepted(number: int) -> None:
    contact, agent = pick(Contact.objects.filter(state=State.WAITING), number), pick(Agent.objects, number)
    if contact and agent:
        changed(contact, Move.ACCEPT, owner=agent.user)


def handed_on(number: int) -> None:
    contact, agent = pick(Contact.objects.filter(state=State.CONNECTED), number), pick(Agent.objects, number // 2)
    if contact and agent:
        contact.owner = agent.user
        contact.changed()
        publish(contact)


def requeued(number: int) -> None:
    contact = pick(Contact.objects.filter(state=State.CONNECTED), number)
    if contact:
        contact.queue = pick(Queue.objects, number // 2)
        changed(contact, Move.REQUEUE, owner=None, connected_at=None)


def ends(number: int) -> None:
    contact = pick(Contact.objects.filter(state__in=live_board.LIVE), number)
    if contact:
        changed(contact, Move.END, end_reason="customer")


def loses_a_group(number: int) -> None:
    user = User.objects.get(username=VIEWERS[number % len(VIEWERS)])
    user.groups.remove(pick(user.groups, number // len(VIEWERS)) or 0)


def a_queue_loses_its_readers(number: int) -> None:
    pick(Queue.objects, number).readers.clear()


def joins_or_leaves_a_team(number: int) -> None:
    user, group = pick(User.objects, number), pick(Group.objects.filter(team__isnull=False), number // 3)
    (user.groups.remove if group in user.groups.all() else user.groups.add)(group)


def reads_or_reads_no_more(number: int) -> None:
    queue, group = pick(Queue.objects, number), pick(Group.objects.filter(name__in=GROUPS), number // 3)
    (queue.readers.remove if group in queue.readers.all() else queue.readers.add)(group)


def may_or_may_not(number: int) -> None:
    user = User.objects.get(username=VIEWERS[number % len(VIEWERS)])
    right = Permission.objects.get(codename=["view_contact", "view_floor", "supervise_team"][number // 4 % 3])
    has = right in user.user_permissions.all()
    (user.user_permissions.remove if has else user.user_permissions.add)(right)


def serves_other_queues(number: int) -> None:
    agent = Agent.locked(pick(Agent.objects, number).pk)
    agent.assign(factories.routing_profile(pick(Queue.objects, number // 2)))
    publish(agent, agent.own_seq)


CHANGES: list[Callable[[int], None]] = [
    arrives, accepted, handed_on, requeued, ends, joins_or_leaves_a_team, reads_or_reads_no_more, may_or_may_not,
    serves_other_queues, loses_a_group, a_queue_loses_its_readers,
]  # fmt: skip


# ---- the portal they watch -------------------------------------------------------------------------------------------


def build() -> dict[str, Tab]:
    queues = [factories.queue(f"Queue {number}") for number in range(3)]
    teams = [factories.team(f"Team {number}") for number in range(2)]
    now = timezone.now()
    for number in range(4):
        profile = factories.routing_profile(queues[number % 3])
        agent = factories.agent(profile=profile, state_since=now, idle_since=now, seen_at=now)
        agent.user.groups.add(teams[number % 2])
        arrives(number)
    readers = Group.objects.create(name="Readers")
    queues[0].readers.add(readers)
    people = {
        "lead": [factories.role("Team leads"), teams[0]],
        "reader": [factories.role("Supervisors"), readers],
        "auditor": [factories.role("Auditors")],
        "mixed": [factories.role("Team leads"), teams[1], readers],
    }
    assert people.keys() == set(VIEWERS)
    return {name: _tab(factories.user(name), groups) for name, groups in people.items()}


def _tab(user: User, groups: list[Group]) -> Tab:
    user.groups.add(*groups)
    client = Client()
    client.force_login(user)
    return Tab(user, client.cookies[portal.SESSION_COOKIE_NAME].value)


def commit() -> None:
    """What a commit would do: the hints go out. The transaction of the test goes on."""
    found, connection.run_on_commit = connection.run_on_commit, []
    for _ids, work, _robust in found:
        work()


def pages(user_id: int) -> dict[str, set[str]]:
    """What this user's pages let them read now."""
    user = User.objects.get(pk=user_id)
    seen = transcripts.visible_to(user)
    if not scope.may_see_floor(user):
        board: dict[str, set[str]] = {"contacts": set(), "agents": set(), "queues": set()}
    else:
        board = {
            "contacts": set(seen.filter(state__in=live_board.LIVE).values_list("pk", flat=True)),
            "agents": {str(key) for key in scope.agents_visible_to(user).values_list("key", flat=True)},
            "queues": {str(pk) for pk in scope.queues_visible_to(user).values_list("pk", flat=True)},
        }
    streams = {f"conversation:{one}" for one in seen.values_list("conversation__initial_contact_id", flat=True)}
    return {**board, "streams": streams}


def conversations() -> list[str]:
    found = Contact.objects.values_list("conversation__initial_contact_id", flat=True)
    return [f"conversation:{one}" for one in found]


class Portal:
    """One process: its hub, its board reader, and the tabs of four supervisors who follow all they may."""

    def __init__(self, tabs: dict[str, Tab]) -> None:
        self.hub = Hub()
        self.reader = BoardReader(self.hub)
        self.tabs = tabs

    async def open(self) -> None:
        hints.add_listener(self.hub.hear)
        self.hub.listen(self.reader._hear)
        for tab in self.tabs.values():
            self.hub.welcome(tab)
            self.reader.add(tab, EVERYTHING)

    async def look(self) -> None:
        """What every process does every CCP_POLL_SECONDS, until all that came of it is done."""
        await self.hub.look()
        await self._settle()
        self.reader.look_at_everything_next()
        await self.reader.look()

    async def _settle(self) -> None:
        await asyncio.sleep(0)  # hints are taken on the loop
        while self.hub._tasks:
            await asyncio.gather(*self.hub._tasks)

    async def follow_all(self) -> None:
        """Each tab asks for every conversation there is, and is given those it may see."""
        for tab in self.tabs.values():
            for stream in await db_read(conversations)():
                await self.hub.follow(tab, stream, {})

    async def check(self) -> None:
        for name, tab in self.tabs.items():
            expected = await db_read(pages)(tab.visitor.user_id)
            streams = expected.pop("streams")
            assert not tab.dismissed
            shown = {table: set(tab.board.order.get(table) or ()) for table in expected}
            assert (name, shown) == (name, expected)
            assert set(self.hub.streams_of(tab)) <= streams, f"{name} follows what their pages do not let them read"
            assert {table: tab.board.totals.get(table, 0) for table in expected} == {
                table: len(rows) for table, rows in expected.items()
            }

    async def check_followed(self) -> None:
        for tab in self.tabs.values():
            assert set(self.hub.streams_of(tab)) == (await db_read(pages)(tab.visitor.user_id))["streams"]


Steps = list[tuple[Callable[[int], None], int, bool]]


async def story(steps: Steps) -> None:
    undone = transaction.atomic()
    await db_write(undone.__enter__)()
    watched: Portal | None = None
    try:
        watched = Portal(await db_write(build)())
        await db_write(commit)()
        await watched.open()
        await watched.look()
        await watched.follow_all()
        for change, number, hinted in steps:
            await db_write(change)(number)
            if hinted:
                await db_write(commit)()
            await watched.look()
            await watched.check()
            await watched.follow_all()
            await watched.check_followed()
    finally:
        if watched is not None:
            hints.remove_listener(watched.hub.hear)
        await db_write(transaction.set_rollback)(True)
        await db_write(undone.__exit__)(None, None, None)


@pytest.mark.timeout(300)  # a minute on a quiet machine
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(0, 35), st.booleans()), min_size=1, max_size=8))
def test_what_is_seen_live_is_what_the_pages_show(one_connection: ThreadPoolExecutor, steps: Steps) -> None:
    assert portal.CCP_POLL_SECONDS <= 5, "a right that ends closes what it showed within 5 s"
    asyncio.run(story(steps))
