"""PostgreSQL: a row that somebody holds holds up what needs it, and nothing else; and nobody waits for ever."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import OperationalError, connection, connections, transaction

from agents.desk import messages
from agents.models import Agent
from agents.protocol import agent_contact_state as part
from agents.protocol.refusals import Refusal
from chats import contact_state, ingest, outbox
from chats.db import db_read, db_write
from chats.models import Contact, Conversation, Item, OutboundMessage
from chats.realtime import group_commit
from chats.realtime.group_commit import Busy
from chats.wire import ChatEvent
from tests import factories

IS_POSTGRESQL = "postgresql" in django_settings.DATABASES["default"]["ENGINE"]
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not IS_POSTGRESQL, reason="SQLite has no rows that are held, it has one writer"),
]


@asynccontextmanager
async def held(rows: Callable[[], Any]) -> AsyncIterator[None]:
    """Another process holds these rows for as long as this lasts."""
    here, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            list(rows().select_for_update())
            here.set()
            assert done.wait(30)
        connections.close_all()

    holder = asyncio.create_task(asyncio.to_thread(hold))
    await asyncio.to_thread(here.wait, 10)
    try:
        yield
    finally:
        done.set()
        await holder


def event(conversation: Conversation, text: str, **more: Any) -> ChatEvent:
    values = {
        "id": f"said-{factories.number()}",
        "type": "MESSAGE",
        "content_type": "text/plain",
        "contact_id": "a-contact",
        "initial_contact_id": conversation.initial_contact_id,
        "absolute_time": datetime.now(UTC),
        "content": text,
        "participant_id": "the-customer",
        "role": "CUSTOMER",
        "display_name": "Ada",
    }
    return ChatEvent(**values | more)


def said(conversation: Conversation) -> list[str]:
    items = Item.objects.filter(conversation=conversation, type="MESSAGE").order_by("number")
    return list(items.values_list("content", flat=True))


async def quickly(work: Any) -> Any:
    """Well below what anybody waits for a lock."""
    return await asyncio.wait_for(work, 3)


async def test_a_held_conversation_holds_up_its_own_posts_and_no_others() -> None:
    ada, ben = await db_write(factories.conversation)("Ada"), await db_write(factories.conversation)("Ben")
    async with held(lambda: Conversation.objects.filter(pk=ada.pk)):
        hers = [asyncio.create_task(ingest.receive(event(ada, f"hers {n}"))) for n in range(20)]
        for number in range(5):
            assert await quickly(ingest.receive(event(ben, f"his {number}")))
        fresh = event(ben, "of a chat that nobody knew", initial_contact_id="brand-new")
        assert await quickly(ingest.receive(fresh))
        assert not any(task.done() for task in hers)
    assert await quickly(asyncio.gather(*hers)) == [True] * 20
    assert await db_read(said)(ada) == [f"hers {n}" for n in range(20)]
    assert await db_read(said)(ben) == [f"his {n}" for n in range(5)]


async def test_who_is_held_up_for_too_long_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_commit, "HELD_AT_MOST", 0.1)
    ada = await db_write(factories.conversation)("Ada")
    async with held(lambda: Conversation.objects.filter(pk=ada.pk)):
        with pytest.raises(Busy):
            await quickly(ingest.receive(event(ada, "too early")))
    assert await quickly(ingest.receive(event(ada, "again")))
    assert await db_read(said)(ada) == ["again"]


async def test_a_held_agent_holds_up_what_ends_their_contact_and_no_others() -> None:
    """Which row it is that is held is not known beforehand: what shares the transaction is done beside it."""
    contact, agent = await db_write(_served)()
    ben = await db_write(factories.conversation)("Ben")
    leaves = event(
        contact.conversation, "", type="EVENT", content_type="application/vnd.amazonaws.connect.event.chat.ended"
    )
    async with held(lambda: Agent.objects.filter(pk=agent.pk)):
        hers = asyncio.create_task(ingest.receive(leaves))
        his = [asyncio.create_task(ingest.receive(event(ben, f"his {n}"))) for n in range(5)]
        assert await quickly(asyncio.gather(*his)) == [True] * 5
        assert await quickly(ingest.receive(event(ben, "his last")))
        assert not hers.done()
    assert await quickly(hers)


@transaction.atomic
def _served() -> tuple[Contact, Agent]:
    agent = factories.agent(load=1)
    contact = factories.contact(state=contact_state.State.CONNECTED, owner=agent.user)
    agent.agent_contacts.create(contact=contact, round=1, state=part.State.CONNECTED, offered_at=factories.NOW)
    return contact, agent


async def test_a_held_conversation_holds_up_no_words_of_another_agent() -> None:
    (hers, ada), (his, ben) = await db_write(_served)(), await db_write(_served)()

    def words(contact: Contact, agent: Agent) -> Any:
        message = outbox.Message(agent.user_id, contact.pk, "Hello", "text/plain", f"token-{factories.number()}")
        return asyncio.create_task(messages.send(message))

    async with held(lambda: Conversation.objects.filter(pk=hers.conversation_id)):
        waits = words(hers, ada)
        assert (await quickly(words(his, ben))).state == OutboundMessage.State.QUEUED
        with pytest.raises(Refusal):
            await quickly(messages.send(outbox.Message(ada.user_id, "no-such-contact", "x", "text/plain", "t")))
        assert not waits.done()
    assert (await quickly(waits)).state == OutboundMessage.State.QUEUED


async def test_nobody_waits_for_ever() -> None:
    def limits() -> list[str]:
        with connection.cursor() as cursor:
            names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
            found = []
            for name in names:
                cursor.execute(f"SHOW {name}")
                found += cursor.fetchone()
        return found

    assert await db_write(limits)() == ["5s", "30s", "30s"]
    options = django_settings.DATABASES["default"]["OPTIONS"]
    assert (options["keepalives"], options["connect_timeout"]) == (1, 5)


async def test_who_waits_for_a_row_of_somebody_elses_is_told_after_the_time_limit() -> None:
    ada = await db_write(factories.conversation)("Ada")

    @transaction.atomic
    def wait() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '50ms'")
        ada.lock()

    async with held(lambda: Conversation.objects.filter(pk=ada.pk)):
        began = time.monotonic()
        with pytest.raises(OperationalError, match="lock timeout"):
            await db_write(wait)()
        assert time.monotonic() - began < 3
