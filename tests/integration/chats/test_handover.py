"""Hand-over round by round, against the real emulator: who joins, who is a retry, who must leave first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from chats import connect, contact_state, outbox, participation, reconcile
from chats.db import db_write
from chats.joining import hand_over
from chats.joining.hand_over import HandOver
from chats.models import Contact, Item, OutboundMessage, Participant, Queue
from tests.emulating import Customer, RunningEmulator, customer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmulator]:
    with RunningEmulator(tmp_path_factory.mktemp("emulator")) as running:
        yield running


@pytest.fixture(autouse=True)
def _portal(emulator: RunningEmulator, settings, monkeypatch) -> Iterator[None]:
    settings.CCP_AWS_ENDPOINT = emulator.url
    settings.CCP_AWS_READ_TIMEOUT = 3.0
    settings.CCP_HANDOVER_DEADLINE = 60.0  # a busy machine is not what is looked at here
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    connect.close()
    yield
    connect.close()


@pytest.fixture
def ada(emulator: RunningEmulator) -> Iterator[Customer]:
    with customer(emulator, "Ada", "hello") as who:
        who.wait_for_text("hello")
        yield who


@pytest.fixture
def queue(db) -> Queue:
    return Queue.objects.create(name="Returns", public_name="Fenmark Home", is_default=True)


def order(ada: Customer, queue: Queue) -> HandOver:
    return HandOver(ada.contact_id, ada.contact_id, queue)


async def test_joining_brings_all_that_was_said_and_the_customers_name(ada, queue):
    contact = await hand_over.join(order(ada, queue))
    assert (contact.state, contact.round, contact.conversation.customer_name) == ("WAITING", 1, "Ada")
    said = await db_write(
        lambda: list(Item.objects.filter(type="MESSAGE", role="CUSTOMER").values_list("content", flat=True))
    )()
    assert said == ["hello"]
    ada.wait_for_event("participant.joined", role="CUSTOM_BOT")


async def test_the_same_hand_over_of_a_live_round_is_a_retry(ada, queue):
    first = await hand_over.join(order(ada, queue))
    second = await hand_over.join(order(ada, queue))
    assert (first.round, second.round, second.state) == (1, 1, "WAITING")
    assert await Participant.objects.filter(round__isnull=False).acount() == 1
    assert [event for event in ada.events() if event[1] == "CUSTOM_BOT"] == [("participant.joined", "CUSTOM_BOT")]


async def test_after_our_goodbye_the_same_hand_over_is_the_next_round(ada, queue):
    await hand_over.join(order(ada, queue))
    await db_write(end_by_agent)(ada.contact_id)
    goodbye = await OutboundMessage.objects.select_related("contact").aget(kind="DISCONNECT")
    await hand_over._leave(goodbye)
    contact = await hand_over.join(order(ada, queue))
    assert (contact.round, contact.state) == (2, "WAITING")
    assert await Participant.objects.filter(round__isnull=False).acount() == 2


async def test_a_hand_over_before_our_goodbye_was_delivered_delivers_it_and_begins_the_next_round(ada, queue):
    await hand_over.join(order(ada, queue))
    await db_write(end_by_agent)(ada.contact_id)  # DisconnectParticipant is queued, nobody delivers it here
    contact = await hand_over.join(order(ada, queue))
    assert (contact.round, contact.state) == (2, "WAITING")
    ada.wait_for_event("participant.left", role="CUSTOM_BOT")


async def test_a_hand_over_after_we_were_removed_unnoticed_begins_the_next_round(ada, queue):
    await hand_over.join(order(ada, queue))
    ours = await Participant.objects.aget(round=1)
    ada.participant.disconnect_participant(ConnectionToken=ours.connection_token)
    contact = await hand_over.join(order(ada, queue))
    assert (contact.round, contact.state) == (2, "WAITING")
    before = await Participant.objects.aget(round=1)
    assert before.left_at is not None


async def test_an_ended_chat_cannot_be_joined_and_says_so(ada, queue):
    ada.leave()
    with pytest.raises(connect.Refused):
        await hand_over.join(order(ada, queue))
    assert (await Contact.objects.aget()).state == "JOINING"
    given_up = await db_write(lambda: list(reconcile.give_up_steps(timezone.now() + timedelta(minutes=11))))()
    assert given_up == [True]
    contact = await Contact.objects.aget()
    assert (contact.state, contact.end_reason) == ("ENDED", contact_state.EndReason.NOT_JOINED)


async def test_a_hand_over_that_takes_too_long_is_cut_off_and_made_again(ada, queue, emulator, settings):
    settings.CCP_HANDOVER_DEADLINE = 1.0
    emulator.control("faults", {"operation": "CreateParticipant", "latencyMs": 2000, "times": 1})
    with pytest.raises(connect.Unavailable, match="more than 1 s"):
        await hand_over.join(order(ada, queue))
    settings.CCP_HANDOVER_DEADLINE = 10.0
    contact = await hand_over.join(order(ada, queue))
    assert (contact.round, contact.state) == (1, "WAITING")
    assert [event for event in ada.events() if event[1] == "CUSTOM_BOT"] == [("participant.joined", "CUSTOM_BOT")]


async def test_connection_tokens_are_renewed_at_ninety_percent_of_their_life(ada, queue):
    await hand_over.join(order(ada, queue))
    before = await Participant.objects.aget(round=1)
    assert await reconcile.renew_due(timezone.now() + timedelta(hours=20)) == 0
    assert await reconcile.renew_due(timezone.now() + timedelta(hours=22)) == 1
    after = await Participant.objects.aget(round=1)
    assert after.connection_token != before.connection_token
    assert after.participant_token == before.participant_token
    assert await reconcile.transcript(after) == 0


async def test_what_sns_lost_is_found_by_reconciling(ada, queue):
    await hand_over.join(order(ada, queue))
    ada.say("lost on the way")
    assert await reconcile.due(timezone.now() + timedelta(minutes=2)) == 1
    assert await Item.objects.filter(content="lost on the way").acount() == 1
    assert await reconcile.due(timezone.now()) == 0  # it was just compared


async def test_the_end_of_a_chat_that_sns_lost_is_found_by_reconciling(ada, queue):
    await hand_over.join(order(ada, queue))
    ada.leave()
    await reconcile.due(timezone.now() + timedelta(minutes=2))
    contact = await Contact.objects.select_related("conversation").aget()
    assert (contact.state, contact.end_reason) == ("ENDED", contact_state.EndReason.CHAT_ENDED)
    assert contact.conversation.chat_ended_at is not None


def end_by_agent(contact_id: str) -> None:
    from django.db import transaction

    with transaction.atomic():
        contact = participation.lock_contact(contact_id)
        outbox.enqueue(contact, "Goodbye")
        participation.end(contact, contact_state.EndReason.AGENT, timezone.now(), leave=True)


async def test_when_a_worker_starts_every_open_round_is_compared_first(ada, queue):
    await hand_over.join(order(ada, queue))
    ada.say("said while nobody worked")
    assert await reconcile.due(timezone.now()) == 0  # it was compared at the hand-over, a moment ago
    assert await db_write(reconcile.start_over)(timezone.now()) == 1
    assert await reconcile.due(timezone.now()) == 1
    assert await Item.objects.filter(content="said while nobody worked").acount() == 1
