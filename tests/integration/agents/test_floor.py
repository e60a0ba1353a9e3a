"""The board: snapshot and changes make what a fresh look finds, each supervisor gets what they may see, the server filters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.models import Agent, AgentStateChange, SavedView
from agents.protocol.frames import FloorFrame
from agents.protocol.refusals import Refusal
from agents.supervision import saved_views
from agents.supervision.board import Board
from agents.supervision.board_reader import scope_of
from agents.supervision.board_view import TABLES, WHOLE, Scope, Told, View, project
from agents.supervision.live_board import live
from chats import contact_state
from chats.contact_state import Move
from chats.models import Contact, QueueWait
from tests import factories

pytestmark = pytest.mark.django_db
IDS = {"queues": "queueId", "agents": "agentId", "contacts": "contactId", "missed": "agentContactId"}
State = contact_state.State


def fresh(board: Board | None = None) -> Board:
    board = board or Board()
    board.look((), (), at_everything=True, now=timezone.now())
    return board


def shown(board: Board, user: User, view: View | None = None) -> dict[str, Any]:
    return project(board, scope_of(user.pk), view or View(), timezone.now())


def ids(seen: dict[str, Any], table: str) -> list[str]:
    return [ident for ident, _row in seen[table][1]]


class Page:
    """What the page makes of the frames, as state/floor.js does."""

    def __init__(self) -> None:
        self.whole: dict[str, Any] = {}
        self.rows: dict[str, dict[str, Any]] = {name: {} for name in TABLES}
        self.order: dict[str, list[str]] = {}
        self.totals: dict[str, int] = {}

    def take(self, frame: dict[str, Any] | None) -> None:
        if frame is None:
            return
        FloorFrame.model_validate(frame, by_alias=True, by_name=False)
        self.whole |= {name: frame[name] for name in WHOLE if name in frame}
        for name in TABLES:
            if name in frame:
                self._fill(name, frame[name])

    def _fill(self, name: str, change: dict[str, Any]) -> None:
        rows = self.rows[name]
        for gone in change["removed"]:
            rows.pop(gone, None)
        rows |= {str(row[IDS[name]]): row for row in change["rows"]}
        self.order[name] = change.get("order", self.order.get(name))
        self.totals[name] = change["total"]

    @property
    def everything(self) -> dict[str, Any]:
        tables = {name: (self.totals[name], [(i, self.rows[name][i]) for i in self.order[name]]) for name in TABLES}
        return self.whole | tables


# ---- snapshot and changes equal a fresh look ----------------------------------------------------------------------------

Change = Callable[[int], None]


def pick(rows: Any, number: int) -> Any:
    found = list(rows.order_by("pk"))
    return found[number % len(found)] if found else None


def arrives(number: int) -> None:
    contact = factories.contact(f"Customer {number}", state=State.JOINING, queue=factories.queue(f"Queue {number % 3}"))
    contact.move(Move.JOINED, timezone.now())


def accepted(number: int) -> None:
    contact, agent = pick(Contact.objects.filter(state=State.WAITING), number), pick(Agent.objects, number)
    if contact and agent:
        contact.move(Move.ACCEPT, timezone.now(), owner=agent.user)
        Agent.locked(agent.pk).take_slot(timezone.now())


def requeued(number: int) -> None:
    contact = pick(Contact.objects.filter(state=State.CONNECTED), number)
    if contact:
        contact.queue = factories.queue(f"Queue {number % 3}")
        contact.move(Move.REQUEUE, timezone.now(), owner=None, connected_at=None)


def ends(number: int) -> None:
    contact = pick(Contact.objects.filter(state__in=[State.WAITING, State.CONNECTED]), number)
    if contact:
        contact.move(Move.END, timezone.now(), end_reason="customer" if number % 2 else "agent")


def says(number: int) -> None:
    contact = pick(Contact.objects.filter(state=State.CONNECTED), number)
    if contact:
        author = contact.owner if number % 2 else None
        factories.item(
            contact, author=author, role="CUSTOMER" if author is None else "CUSTOM_BOT", absolute_time=timezone.now()
        )


def changes_state(number: int) -> None:
    agent = pick(Agent.objects, number)
    if agent:
        held, now = Agent.locked(agent.pk), timezone.now()
        state = factories.state(["Available", "Break", "Offline"][number % 3])
        AgentStateChange.objects.create(
            agent=held, old_state=held.state.name, new_state=state.name, at=now, lasted=now - held.state_since
        )
        held.enter(state, now)


CHANGES: list[Change] = [arrives, arrives, accepted, says, requeued, ends, changes_state]
VIEWS = [View(), View(own=True, limits={"contacts": 2}), View(states=frozenset({"WAITING"}), sort={"contacts": "-age"})]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(0, 9), st.sampled_from(VIEWS), st.booleans()), max_size=10)
)
def test_a_snapshot_and_its_changes_are_what_a_fresh_look_finds(steps: list[tuple[Change, int, View, bool]]) -> None:
    with transaction.atomic():
        queues = [factories.queue(f"Queue {number}") for number in range(3)]
        profile = factories.routing_profile(*queues)
        for _ in range(2):
            factories.agent(profile=profile, state_since=timezone.now(), idle_since=timezone.now())
        ida = factories.supervisor(reads=queues[0])
        board = fresh()
        pages = [(view, Told("epoch"), Page()) for view in VIEWS]
        for change, number, _view, named in steps:
            change(number)
            conversations = Contact.objects.values_list("conversation__initial_contact_id", flat=True)
            agents = [str(key) for key in Agent.objects.values_list("key", flat=True)]
            board.look(
                list(conversations) if named else (),
                agents if named else (),
                at_everything=not named,
                now=timezone.now(),
            )
            _tell(board, ida, pages)
        fresh(board)
        now, scope = timezone.now(), scope_of(ida.pk)
        _tell(board, ida, pages, now)
        for view, _told, page in pages:
            assert page.everything == project(fresh_at(now), scope, view, now)
        transaction.set_rollback(True)


def fresh_at(now: Any) -> Board:
    board = Board()
    board.look((), (), at_everything=True, now=now)
    return board


def _tell(board: Board, user: User, pages: list[Any], now: Any = None) -> None:
    now = now or timezone.now()
    for view, told, page in pages:
        page.take(told.frame(project(board, scope_of(user.pk), view, now), now))


# ---- who sees what -------------------------------------------------------------------------------------------------------


def test_a_reader_of_a_queue_sees_its_contacts_and_figures_and_nothing_of_others() -> None:
    mine, foreign = factories.queue(), factories.queue("VIP")
    ida = factories.supervisor(reads=mine)
    here = factories.agent(profile=factories.routing_profile(mine), seen_at=timezone.now())
    factories.agent(profile=factories.routing_profile(foreign))
    young, old = factories.contact(waited=1), factories.contact(waited=9)
    factories.contact(queue=foreign)
    factories.contact(state=State.ENDED, ended_at=timezone.now())
    seen = shown(fresh(), ida)
    assert ids(seen, "contacts") == [old.pk, young.pk]
    assert ids(seen, "agents") == [str(here.key)]
    assert ids(seen, "queues") == [str(mine.pk)]
    assert (seen["kpis"]["waiting"], seen["kpis"]["queues"], seen["kpis"]["available"]) == (2, 1, 1)


@pytest.mark.parametrize("end", ["group", "inactive"])
def test_whose_rights_end_sees_no_row_any_more(end: str) -> None:
    ida = factories.supervisor()
    factories.contact()
    board = fresh()
    assert shown(board, ida)["contacts"][0] == 1
    if end == "group":
        ida.groups.clear()
    else:
        User.objects.filter(pk=ida.pk).update(is_active=False)
    seen = shown(board, ida)
    assert [seen[name] for name in TABLES] == [(0, [])] * len(TABLES)
    assert seen["kpis"]["waiting"] == 0


# ---- the view ------------------------------------------------------------------------------------------------------------


def everybody() -> Scope:
    return scope_of(factories.admin().pk)


def test_search_state_sort_and_window_are_the_servers_and_figures_count_every_row() -> None:
    mira = factories.agent("mira", first_name="Mira", last_name="Okafor", seen_at=timezone.now())
    contacts = [factories.contact(f"Customer {n}", waited=n) for n in range(5)]
    served = factories.contact("Zoe", state=State.CONNECTED, owner=mira.user, served_since=timezone.now())
    board, scope, now = fresh(), everybody(), timezone.now()
    wanted = [
        (View(search="okafor"), [served.pk]),
        (View(search=contacts[3].pk), [contacts[3].pk]),
        (View(search="customer 1"), [contacts[1].pk]),
        (View(states=frozenset({"CONNECTED"})), [served.pk]),
        (View(sort={"contacts": "-customer"}, limits={"contacts": 2}), [served.pk, contacts[4].pk]),
        (View(limits={"contacts": 1}), [contacts[4].pk]),
    ]
    seen = [project(board, scope, view, now) for view, _ids in wanted]
    assert [ids(one, "contacts") for one in seen] == [found for _view, found in wanted]
    assert {(one["kpis"]["waiting"], one["kpis"]["open"]) for one in seen} == {(5, 1)}
    assert seen[-1]["contacts"][0] == 6


def test_a_team_is_its_members_and_who_waits_in_the_queues_they_serve() -> None:
    mine, other = factories.queue(), factories.queue("VIP")
    mira = factories.agent("mira", profile=factories.routing_profile(mine))
    north = factories.team("North", mira.user)
    jonas = factories.agent("jonas", profile=factories.routing_profile(mine, other))
    hers = factories.contact(state=State.CONNECTED, owner=mira.user)
    factories.contact(state=State.CONNECTED, owner=jonas.user)
    waits = factories.contact()
    factories.contact(queue=other)
    seen = project(fresh(), everybody(), View(team=north.pk), timezone.now())
    assert sorted(ids(seen, "contacts")) == sorted([hers.pk, waits.pk])
    assert (ids(seen, "agents"), ids(seen, "queues")) == ([str(mira.key)], [str(mine.pk)])


def test_own_queues_are_those_that_ones_groups_read_or_one_serves() -> None:
    mine, other = factories.queue(), factories.queue("VIP")
    ida = factories.admin()
    group = Group.objects.create(name="Readers of VIP")
    other.readers.add(group)
    ida.groups.add(group)
    board, now = fresh(), timezone.now()
    seen = [project(board, scope_of(ida.pk), View(own=own), now) for own in (True, False)]
    assert [sorted(ids(one, "queues")) for one in seen] == [[str(other.pk)], sorted([str(mine.pk), str(other.pk)])]


# ---- waits in queues -----------------------------------------------------------------------------------------------------


def test_each_wait_in_a_queue_is_kept_with_how_it_ended() -> None:
    now = timezone.now()
    contact = factories.contact(state=State.JOINING)
    contact.move(Move.JOINED, now)
    contact.move(Move.ACCEPT, now + timedelta(seconds=20))
    contact.queue = factories.queue("VIP")
    contact.move(Move.REQUEUE, now + timedelta(seconds=60))
    contact.move(Move.END, now + timedelta(seconds=90), end_reason="chatEnded")
    QueueWait.explain_end(contact, QueueWait.Outcome.ABANDONED)
    rows = QueueWait.objects.order_by("entered_at").values_list("queue__name", "outcome", "by_transfer")
    assert list(rows) == [("Returns", "answered", False), ("VIP", "abandoned", True)]


# ---- since when a customer waits for an answer -----------------------------------------------------------------------------


def seconds_ago(seconds: float) -> Any:
    return factories.NOW - timedelta(seconds=seconds)


def served_customer(name: str) -> Contact:
    return factories.contact(name, waited=900, state="CONNECTED", connected_at=seconds_ago(800), owner=factories.user())


def awaited() -> dict[str, Any]:
    """Since when each customer waits for an answer, in the order of the list."""
    return {one.conversation.customer_name: one.answer_awaited_since for one in live(Contact.objects.all())}


def test_a_served_customer_waits_since_their_first_words_that_nobody_has_answered() -> None:
    mira = factories.user("mira")
    factories.contact("Queued", waited=400)
    names = ("Silent", "Answered", "Asks", "Asks again", "Welcomed", "Sends a file")
    contacts = {name: served_customer(name) for name in names}
    says = {
        "Answered": [(700, "CUSTOMER", None, "MESSAGE"), (600, "CUSTOM_BOT", mira, "MESSAGE")],
        "Asks": [(700, "CUSTOMER", None, "MESSAGE"), (500, "CUSTOMER", None, "MESSAGE")],
        "Asks again": [
            (700, "CUSTOMER", None, "MESSAGE"),
            (600, "CUSTOM_BOT", mira, "MESSAGE"),
            (300, "CUSTOMER", None, "MESSAGE"),
            (200, "CUSTOMER", None, "MESSAGE"),
        ],
        # What the portal says by itself is no answer, and that the customer reads or types is no question.
        "Welcomed": [(650, "CUSTOMER", None, "MESSAGE"), (640, "CUSTOM_BOT", None, "MESSAGE")],
        "Sends a file": [(100, "CUSTOMER", None, "ATTACHMENT")],
        "Silent": [(50, "CUSTOMER", None, "EVENT")],
    }
    for name, items in says.items():
        for ago, role, author, kind in items:
            factories.item(contacts[name], role=role, author=author, type=kind, absolute_time=seconds_ago(ago))
    waits = {"Asks": 700, "Welcomed": 650, "Queued": 400, "Asks again": 300, "Sends a file": 100}
    expected = {name: seconds_ago(ago) for name, ago in waits.items()}
    assert list(awaited().items())[:5] == list(expected.items())
    assert list(awaited().items())[5:] == [("Silent", None), ("Answered", None)]


# ---- saved views -----------------------------------------------------------------------------------------------------------


def test_a_saved_view_is_its_users_own_and_there_are_not_too_many() -> None:
    ida, otto = factories.supervisor(), factories.supervisor()
    saved_views.save(ida.pk, "Late", {"search": "x"})
    assert saved_views.save(ida.pk, "Late", {"search": "y"}) == [{"name": "Late", "view": {"search": "y"}}]
    assert (saved_views.of(otto.pk), saved_views.delete(otto.pk, "Late")) == ([], [])
    SavedView.objects.bulk_create(SavedView(user=ida, name=f"View {number}") for number in range(49))
    with pytest.raises(Refusal, match="50 saved views"):
        saved_views.save(ida.pk, "One more", {})
    assert len(saved_views.delete(ida.pk, "Late")) == 49
