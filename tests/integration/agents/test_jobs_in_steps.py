"""A long job lets others' work in between its transactions: a message waits for one step of one job, not for the job."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import pytest
from django.db import connection, transaction

from agents import idle_customers, presence, queue_messages, routing
from agents.models import Agent, AgentContact, ContactTimer
from agents.protocol import agent_contact_state
from chats import contact_state as chat
from chats import db, ingest, reconcile
from chats.db import db_steps, db_write
from chats.models import Contact, Transfer
from chats.wire import ChatEvent
from tests import factories
from tests.factories import NOW

LONG_AGO = NOW - timedelta(hours=1)


def absent() -> None:
    factories.state("Offline")
    factories.agent(seen_at=LONG_AGO, state_since=LONG_AGO)


def waits_for_an_agent() -> None:
    factories.agent()
    factories.contact()


def served(**columns: Any) -> AgentContact:
    agent = factories.agent(load=1)
    contact = factories.contact(state=chat.State.CONNECTED, owner=agent.user)
    values = {"state": agent_contact_state.State.CONNECTED, "offered_at": LONG_AGO, "accepted_at": LONG_AGO, **columns}
    return AgentContact.objects.create(agent=agent, contact=contact, round=1, **values)


def wraps_up() -> None:
    part = served(state=agent_contact_state.State.ENDED, acw_until=NOW)
    Contact.objects.filter(pk=part.contact_id).update(state=chat.State.ENDED, owner=None)


def is_left_alone() -> None:
    Agent.objects.filter(pk=served().agent_id).update(seen_at=LONG_AGO)


def is_handed_to_nobody() -> None:
    Transfer.ask(served().contact, factories.user(), "Somebody", "", NOW)


def waits_for_words() -> None:
    factories.rules(factories.queue(), waiting_every=30)
    ContactTimer.start(factories.contact(), ContactTimer.Kind.WAITING, LONG_AGO, 30)


def is_silent() -> None:
    ContactTimer.start(served().contact, ContactTimer.Kind.SILENCE, LONG_AGO, 30)


def never_joins() -> None:
    factories.contact(state=chat.State.JOINING, handed_over_at=LONG_AGO)


JOBS = {
    "presence": (presence.steps, absent),
    "routing": (routing.steps, waits_for_an_agent),
    "wrapup": (routing.after_contact_work.steps, wraps_up),
    "rescue": (routing.absent_agents.steps, is_left_alone),
    "transfers": (routing.transfers.steps, is_handed_to_nobody),
    "waiting": (queue_messages.steps, waits_for_words),
    "silence": (idle_customers.steps, is_silent),
    "joining": (reconcile.give_up_steps, never_joins),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", JOBS)
def test_every_job_ends_its_transaction_after_each_row(name: str) -> None:
    job, row = JOBS[name]
    for _ in range(5):
        row()
    steps = job(NOW)
    counts = []
    while True:
        with Counted() as queries:
            done = next(steps, None)
        assert not connection.in_atomic_block
        if done is None:
            break
        counts.append(queries.begun)
    assert max(counts) == 1  # transactions in one step
    assert sum(counts) >= 5


class Counted:
    """Transactions that begin inside."""

    def __enter__(self) -> Self:
        self.begun = 0
        self._real = transaction.Atomic.__enter__

        def enter(atomic: transaction.Atomic) -> None:
            self.begun += not connection.in_atomic_block
            self._real(atomic)

        transaction.Atomic.__enter__ = enter  # type: ignore[method-assign]
        return self

    def __exit__(self, *_error: object) -> None:
        transaction.Atomic.__enter__ = self._real  # type: ignore[method-assign]


@pytest.mark.django_db(transaction=True)
async def test_words_are_heard_between_two_steps_of_a_job() -> None:
    done: list[str] = []

    def job(_now: datetime) -> Iterator[int]:
        for number in range(3):
            done.append(f"step {number}")
            if number == 0:
                loop.call_soon_threadsafe(asked.set)
                assert may_go_on.wait(10)
            yield 0

    def heard() -> None:
        done.append("words")

    loop, asked, may_go_on = asyncio.get_running_loop(), asyncio.Event(), threading.Event()
    running = asyncio.create_task(db_steps(job)(NOW))
    await asked.wait()
    words = asyncio.create_task(db_write(heard)())
    await asyncio.sleep(0)
    may_go_on.set()
    await asyncio.gather(running, words)
    assert done.index("words") <= 1
    db.close()


async def together(*jobs: Callable[[datetime], Iterator[int]]) -> None:
    await asyncio.gather(*(db_steps(job)(NOW) for job in jobs))


@pytest.mark.django_db(transaction=True)
async def test_of_all_jobs_one_step_at_a_time_stands_in_the_line_of_sqlite() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has many writers")
    waiting_steps = most = 0
    submit = db._threads(db.WRITERS).submit

    def counted(*what: Any, **more: Any) -> Any:
        nonlocal waiting_steps, most
        waiting_steps += 1
        most = max(most, waiting_steps)
        future = submit(*what, **more)
        future.add_done_callback(lambda _: finished())
        return future

    def finished() -> None:
        nonlocal waiting_steps
        waiting_steps -= 1

    db._threads(db.WRITERS).submit = counted  # type: ignore[method-assign]
    await together(*[lambda _now: iter([0] * 20)] * 8)
    assert most == 1
    db.close()


async def test_a_long_job_begins_anew_with_the_time_it_is_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "AT_A_STRETCH", 0.0)
    left, began = [1, 1, 1], []

    def job(now: datetime) -> Iterator[int]:
        began.append(now)
        while left:
            yield left.pop()

    assert await db_steps(job)(NOW) == 3
    assert began[0] == NOW
    assert all(later > datetime(2026, 1, 1, tzinfo=UTC) and later != NOW for later in began[1:])
    assert len(began) == 4
    db.close()


async def test_a_job_that_changes_nothing_is_not_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "AT_A_STRETCH", 0.0)
    began = []

    def job(now: datetime) -> Iterator[int]:
        began.append(now)
        yield from [0] * 10

    assert await db_steps(job)(NOW) == 0
    assert began == [NOW]
    db.close()


@pytest.mark.django_db(transaction=True)
async def test_messages_are_heard_while_many_agents_are_sent_away() -> None:
    @transaction.atomic
    def seed() -> str:
        for _ in range(40):
            absent()
        return factories.conversation("Ada").initial_contact_id

    initial = await db_write(seed)()
    job = asyncio.create_task(db_steps(presence.steps)(NOW))
    heard = 0
    while not job.done():
        await ingest.receive(_message(initial, heard))
        heard += 1
    assert await job == 40
    assert heard >= 10  # as one job it was one
    db.close()


def _message(initial_contact_id: str, number: int) -> ChatEvent:
    return ChatEvent(
        id=f"said-{number}",
        type="MESSAGE",
        content_type="text/plain",
        contact_id=initial_contact_id,
        initial_contact_id=initial_contact_id,
        absolute_time=datetime.now(UTC),
        content="Hello",
        participant_id="the-customer",
        role="CUSTOMER",
        display_name="Ada",
    )
