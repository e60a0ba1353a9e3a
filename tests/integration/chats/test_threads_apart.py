"""What is slow in one kind of call to Amazon Connect delays no other kind: words, hand-overs, files and the rest."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from chats import connect, contact_state, outbox, participation
from chats.contact_data import references
from chats.db import db_write
from chats.joining import hand_over
from chats.models import Contact
from chats.sending import sender
from tests import factories
from tests.emulating import Customer, RunningEmulator, customer
from tests.line import Line

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def patient_line(line: Line, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Line:
    """Calls that are held stay held for as long as the test needs."""
    connect.close()
    settings.CCP_AWS_READ_TIMEOUT = 30.0
    monkeypatch.setattr(references, "_asked_again_at", 0.0)
    return line


@db_write
@transaction.atomic
def connected_with_words(contact_id: str, text: str) -> None:
    contact = participation.lock_contact(contact_id)
    contact.owner = factories.user()
    contact.move(contact_state.Move.ACCEPT, timezone.now())
    outbox.enqueue(contact, text, author=contact.owner)


async def handed_over(who: Customer) -> Contact:
    queue = await db_write(factories.queue)()
    return await hand_over.join(hand_over.HandOver(who.contact_id, who.contact_id, queue, "Ada"))


async def deliver_all() -> None:
    for outgoing in await db_write(sender.claim)(timezone.now(), 10):
        await sender.deliver(outgoing)


async def test_references_that_are_answered_late_delay_no_words_and_no_hand_over(
    patient_line: Line, emulator: RunningEmulator, ada: Customer
) -> None:
    await handed_over(ada)
    held = patient_line.hold("ListContactReferences", times=100)
    slow = [asyncio.create_task(references.refresh(ada.contact_id)) for _ in range(40)]
    await asyncio.to_thread(held.wait)
    with customer(emulator, "Ben", "hello") as ben:
        await handed_over(ben)
        await connected_with_words(ben.contact_id, "At once.")
        await deliver_all()
        said = [one["Content"] for one in ben.transcript() if one["Type"] == "MESSAGE"]
        assert "At once." in said
    assert not any(task.done() for task in slow)
    patient_line.clear()
    await asyncio.gather(*slow)


async def test_words_that_connect_does_not_answer_delay_no_hand_over(
    patient_line: Line, emulator: RunningEmulator, ada: Customer, settings: Any
) -> None:
    settings.CCP_AWS_THREADS = 2
    await handed_over(ada)
    await connected_with_words(ada.contact_id, "one")
    held = patient_line.hold("SendMessage", times=100)
    slow = [asyncio.create_task(deliver_all()), *(asyncio.create_task(_word(ada)) for _ in range(4))]
    await asyncio.to_thread(held.wait)
    with customer(emulator, "Ben", "hello") as ben:
        assert (await handed_over(ben)).state == contact_state.State.WAITING
    patient_line.clear()
    await asyncio.gather(*slow, return_exceptions=True)


async def _word(who: Customer) -> None:
    with connect.calls_for(connect.Purpose.MESSAGES):
        await connect.participant("send_message", Content="x", ContentType="text/plain", ConnectionToken=who.contact_id)
