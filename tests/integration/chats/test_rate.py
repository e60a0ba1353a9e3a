"""What Amazon Connect takes a second of the whole instance: messages wait their turn, typing and receipts leave them room."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from chats import outbox, participation
from chats.models import Contact, OutboundMessage, Participant
from chats.sending import rate, sender
from tests import factories
from tests.hearing import listening

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()


@pytest.fixture(autouse=True)
def ten_a_second(settings, monkeypatch):
    settings.CCP_SENDS_PER_SECOND, settings.CCP_SENDS_AT_ONCE = 10, 15
    monkeypatch.setattr(rate, "_no_room_until", 0.0)


@transaction.atomic
def say(contact: Contact, text: str = "hello") -> OutboundMessage:
    return outbox.enqueue(participation.lock_contact(contact.pk), text, author=contact.owner)


def contacts(count: int) -> list[Contact]:
    owner = factories.user()
    return [factories.contact(f"Ada {n}", state="CONNECTED", owner=owner) for n in range(count)]


def our_participant(contact: Contact) -> Participant:
    return Participant.objects.create(
        conversation=contact.conversation,
        contact_id=contact.pk,
        participant_id="ours",
        role="CUSTOM_BOT",
        round=contact.round,
        connection_token="token",
        seq=1,
    )


def waits(rows: list[OutboundMessage]) -> list[float]:
    return [round(row.wait, 3) for row in rows]


@transaction.atomic
def turns(count: int, now: datetime) -> list[float]:
    return [round(wait, 3) for wait in rate.turns(count, now)]


def test_fifteen_go_at_once_the_others_ten_a_second_whichever_process_claims_them():
    assert turns(12, NOW) == [0.0] * 12
    assert turns(5, NOW) == [0.0, 0.0, 0.0, 0.1, 0.2]
    assert turns(2, NOW + timedelta(seconds=0.1)) == [0.2, 0.3]
    assert turns(1, NOW + timedelta(seconds=1)) == [0.0]
    assert turns(16, NOW + timedelta(hours=1)) == [0.0] * 15 + [0.1], "no more is saved up than goes at once"
    assert turns(1, NOW) == [0.2], "a clock that goes back gives nothing away"


def test_without_a_limit_nothing_waits_and_nothing_is_counted(settings, django_assert_num_queries):
    settings.CCP_SENDS_PER_SECOND = 0
    with django_assert_num_queries(2):  # the transaction's
        assert turns(40, NOW) == [0.0] * 40


def test_a_claimed_message_knows_its_turn_and_is_leased_beyond_it():
    for contact in contacts(20):
        say(contact)
    rows = sender.claim(timezone.now(), 32)
    assert waits(rows)[:15] == [0.0] * 15
    assert waits(rows)[15:] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5], abs=0.001)
    lease = rows[0].due_at - timezone.now()
    assert sender.claim(timezone.now() + lease - timedelta(seconds=1), 32) == []


def test_one_chat_with_much_to_say_does_not_hold_up_the_others():
    loud, *others = contacts(11)
    for n in range(30):
        say(loud, str(n))
    for contact in others:
        say(contact)
    rows = sender.claim(timezone.now(), 32)
    assert {row.contact_id for row in rows} == {loud.pk, *(one.pk for one in others)}
    assert max(waits(rows)) == 0.0


def test_leaving_a_chat_and_files_are_not_counted_as_messages():
    (contact,) = contacts(1)
    with transaction.atomic():
        outbox.disconnect(participation.lock_contact(contact.pk))
        rate.turns(15, timezone.now())
    assert waits(sender.claim(timezone.now(), 32)) == [0.0]


async def test_typing_and_receipts_leave_room_for_messages(monkeypatch):
    monkeypatch.setattr(rate.timezone, "now", lambda: NOW)
    monkeypatch.setattr(rate, "ASKED_AGAIN_AFTER", 0.0)
    assert [await rate.has_room() for _ in range(12)] == [True] * 10 + [False] * 2
    monkeypatch.setattr(rate.timezone, "now", lambda: NOW + timedelta(seconds=0.2))
    assert [await rate.has_room() for _ in range(3)] == [True, True, False]
    assert await rate.db_write(turns)(6, NOW + timedelta(seconds=0.2)) == [0.0] * 5 + [0.1]
    assert not await rate.has_room()


async def test_a_receipt_that_has_no_room_stays_owed_and_goes_later(monkeypatch):
    contact = await rate.db_write(contacts)(1)
    ours = await rate.db_write(our_participant)(contact[0])
    await rate.db_write(sender.enqueue_receipt)(ours, "read-1")
    sent = []

    async def send(participant):
        sent.append(participant.owes_read_id)

    monkeypatch.setattr(sender, "_send_receipt", send)
    await rate.db_write(turns)(15, timezone.now())
    await sender.send_receipts()
    assert sent == []
    monkeypatch.setattr(rate, "_no_room_until", 0.0)
    monkeypatch.setattr(rate.timezone, "now", lambda: NOW + timedelta(hours=1))
    await sender.send_receipts()
    assert sent == ["read-1"]


def test_a_message_that_waits_says_for_how_long_until_it_is_sent():
    (contact,) = contacts(1)
    say(contact)
    with transaction.atomic():
        rate.turns(23, timezone.now())
    (row,) = sender.claim(timezone.now(), 32)
    assert row.wait == pytest.approx(0.9, abs=0.1)
    with listening(contact.conversation) as ear:
        sender._waits(row)
        ((_, _, params),) = ear.frames
    told = params["outgoing"]
    assert told["state"] == "queued"
    assert told["why"]["code"] == "waits_its_turn"
    assert 0.7 < float(told["why"]["values"]["seconds"]) < 1.0
