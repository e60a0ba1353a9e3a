"""The jobs of the worker and the looks of sockets: one row that raises holds up no other, limits hold in a crowd."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from django.utils import timezone

from agents import routing
from agents.admin.telling import tell
from agents.desk import lookups
from agents.desk import transcripts as desk_transcripts
from agents.models import Agent, AgentContact, Disposition
from agents.protocol import GetTranscript
from agents.sockets.polling import poll
from chats import participation, queue_capacity
from chats.db import db_read
from chats.models import Contact
from chats.realtime import hints
from tests import factories
from tests.factories import NOW


def a_part(agent: Agent, state: str, **columns: Any) -> AgentContact:
    contact = factories.contact(state="ENDED" if state == "ended" else "WAITING", owner=agent.user)
    return AgentContact.objects.create(
        agent=agent, contact=contact, round=1, state=state, outcome="ended", offered_at=NOW, **columns
    )


def state_of(part: AgentContact) -> str:
    return AgentContact.objects.get(pk=part.pk).state


@pytest.mark.django_db
def test_a_wrap_up_that_raises_holds_up_no_other() -> None:
    broken = a_part(factories.agent(load=0), "ended", acw_until=NOW, holds_slot=True)  # a slot that nobody holds
    sound = a_part(factories.agent(load=1), "ended", acw_until=NOW, holds_slot=True)
    assert routing.after_contact_work.run(NOW) == 1
    assert (state_of(broken), state_of(sound)) == ("ended", "cleared")


@pytest.mark.django_db
def test_an_offer_that_cannot_be_taken_back_holds_up_no_other_and_nobody_who_waits() -> None:
    broken = a_part(factories.agent(load=0), "connecting", expires_at=NOW)
    sound = a_part(factories.agent(load=1), "connecting", expires_at=NOW)
    factories.agent()
    waiting = factories.contact()
    routing.run(NOW)
    assert (state_of(broken), state_of(sound)) == ("connecting", "missed")
    assert Contact.objects.get(pk=waiting.pk).owner_id is not None


async def test_a_sockets_look_survives_whatever_it_raises(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.CCP_POLL_SECONDS = 0
    looks = 0
    done = asyncio.Event()

    async def look() -> None:
        nonlocal looks
        looks += 1
        if looks < 3:
            raise ValueError("not a DatabaseError")
        done.set()

    task = asyncio.create_task(poll(look))
    await asyncio.wait_for(done.wait(), 10)
    assert not task.done()
    task.cancel()
    assert caplog.text.count("a socket's look at the database failed") == 1


# ---- limits in a crowd -----------------------------------------------------------------------------------------------


def at_once(*work: Callable[[], object]) -> list[object]:
    """Each on a thread with a connection of its own: what each gave, or raised."""
    start = threading.Barrier(len(work))

    def run(one: Callable[[], object]) -> object:
        start.wait(20)
        try:
            return one()
        except queue_capacity.QueueFull as full:
            return full
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(work)) as pool:
        return [future.result(60) for future in [pool.submit(run, one) for one in work]]


@pytest.mark.django_db(transaction=True)
def test_hand_overs_that_come_at_once_do_not_overshoot_the_queue() -> None:
    queue = factories.queue(max_waiting=3)
    factories.contact(queue=queue, state="JOINING")  # on its way in: its place is taken
    orders = [participation.HandOver(f"new-{n}", f"new-{n}", queue) for n in range(8)]
    results = at_once(*(lambda order=order: participation.begin(order, timezone.now()) for order in orders))
    assert sum(isinstance(one, participation.BegunParticipation) for one in results) == 2
    assert sum(isinstance(one, queue_capacity.QueueFull) for one in results) == 6
    assert Contact.objects.filter(state="JOINING").count() == 3
    again = next(
        order
        for order, result in zip(orders, results, strict=True)
        if isinstance(result, participation.BegunParticipation)
    )
    assert participation.begin(again, timezone.now()).contact.pk == again.contact_id  # whoever has a place keeps it


# ---- an admin's change while routing works ---------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_what_an_admin_tells_of_an_agent_is_read_when_the_agent_is_locked() -> None:
    agent = factories.agent()
    heard: list[Any] = []
    held, asked = threading.Event(), threading.Event()

    def router() -> None:
        with transaction.atomic():
            mine = Agent.locked(agent.pk)
            held.set()
            asked.wait(20)
            threading.Event().wait(0.3)  # the admin waits for the lock meanwhile
            mine.take_slot(timezone.now())

    def administrator() -> None:
        held.wait(20)
        asked.set()
        tell(Agent.objects.all())

    hints.add_listener(heard.append)
    try:
        at_once(router, administrator)
    finally:
        hints.remove_listener(heard.append)
    (told,) = [one for one in heard if not isinstance(one, str)]
    assert '"load":1' in told.text
    assert told.seq == Agent.objects.get(pk=agent.pk).own_seq == 2


# ---- reads -----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
async def test_reads_wait_for_no_writer() -> None:
    def rows() -> tuple[int, str]:
        agent = factories.agent(load=1)
        contact = factories.contact(state="CONNECTED", owner=agent.user)
        AgentContact.objects.create(agent=agent, contact=contact, round=1, state="connected", offered_at=NOW)
        Disposition.objects.create(name="Refund")
        factories.item(contact, "hello")
        return agent.user_id, contact.pk

    user_id, contact_id = await asyncio.to_thread(_closing(rows))
    writing, read = threading.Event(), threading.Event()

    def writer() -> None:
        with transaction.atomic():
            Contact.objects.update(ended_at=NOW + timedelta(seconds=1))
            writing.set()
            read.wait(20)

    work = asyncio.create_task(asyncio.to_thread(_closing(writer)))
    try:
        assert await asyncio.to_thread(writing.wait, 20)
        async with asyncio.timeout(4):  # sooner than SQLite gives up
            asked = GetTranscript(contact_id=contact_id)
            transcript = await db_read(desk_transcripts.get_transcript)(user_id, asked)
            assert [item["Content"] for item in transcript["Transcript"]] == ["hello"]
            assert (await db_read(lookups.dispositions)(user_id, contact_id))["dispositions"] == ["Refund"]
            assert await db_read(lookups.quick_responses)(user_id, contact_id) == {"quickResponses": []}
    finally:
        read.set()
        await work


def _closing(work: Callable[[], Any]) -> Callable[[], Any]:
    def run() -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    return run
