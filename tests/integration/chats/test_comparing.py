"""Comparing with Connect: from the last known item, by one worker, and what is refused is kept for administrators."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chats import contact_state, ingest, outbox, participation, reconcile, wire
from chats.db import db_write
from chats.joining import hand_over
from chats.models import Contact, Item, OutboundMessage, Participant, RefusedCall
from chats.sending import sender
from chats.wire import ChatEvent
from tests import factories
from tests.emulating import INSTANCE, Customer
from tests.line import Line

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def ours(line: Line, ada: Customer) -> Participant:
    queue = await db_write(factories.queue)()
    await hand_over.join(hand_over.HandOver(ada.contact_id, ada.contact_id, queue, "Ada"))
    line.calls.clear()
    return await participant(ada)


async def participant(ada: Customer, round_: int = 1) -> Participant:
    found = Participant.objects.select_related("conversation")
    return await db_write(found.get)(contact_id=ada.contact_id, round=round_)


async def test_a_transcript_is_read_from_the_last_known_item_on(ours: Participant, ada: Customer, line: Line) -> None:
    for n in range(3):
        ada.say(f"words {n}")
    assert await reconcile.transcript(ours) >= 3
    last = (await participant(ada)).compared_id
    line.calls.clear()
    assert await reconcile.transcript(await participant(ada)) == 0
    (call,) = line.of("GetTranscript")
    assert call.body["StartPosition"] == {"Id": last}
    assert last == await db_write(Item.objects.order_by("-absolute_time", "-pk").values_list("pk", flat=True).first)()


async def test_whoever_scans_forward_says_from_where(ours: Participant, ada: Customer, line: Line) -> None:
    ours.compared_id = ""
    await reconcile.transcript(ours)
    (call,) = line.of("GetTranscript")
    assert (call.body["ScanDirection"], list(call.body["StartPosition"])) == ("FORWARD", ["AbsoluteTime"])


async def test_an_item_that_connect_knows_no_more_costs_a_reading_from_the_beginning(
    ours: Participant, ada: Customer
) -> None:
    ours.compared_id = "11111111-2222-4333-8444-999999999999"
    ada.say("found all the same")
    await reconcile.transcript(ours)
    assert await db_write(Item.objects.filter(content="found all the same").count)() == 1


async def test_eight_workers_compare_and_renew_as_often_as_one(ours: Participant, line: Line) -> None:
    later = timezone.now() + timedelta(minutes=2)
    done = await asyncio.gather(*(reconcile.due(later) for _ in range(8)))
    assert (sum(done), len(line.of("GetTranscript"))) == (1, 1)
    line.calls.clear()
    tomorrow = timezone.now() + timedelta(hours=22)
    done = await asyncio.gather(*(reconcile.renew_due(tomorrow) for _ in range(8)))
    assert (sum(done), len(line.of("CreateParticipantConnection"))) == (1, 1)


async def test_workers_who_start_together_start_over_once(ours: Participant) -> None:
    now = timezone.now()
    started = await asyncio.gather(*(db_write(reconcile.start_over)(now) for _ in range(8)))
    assert sorted(started) == [0] * 7 + [1]
    assert await db_write(reconcile.start_over)(now + timedelta(minutes=1)) == 1


async def test_a_missing_permission_is_logged_once_and_kept_for_administrators(
    ours: Participant, ada: Customer, line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    line.fail("DescribeContact", 403, times=3)
    for _ in range(3):
        await reconcile.truth(ours)
    kept = await db_write(
        lambda: list(RefusedCall.lately(timezone.now()).values_list("operation", "code", "permission"))
    )()
    assert kept == [("DescribeContact", "AccessDeniedException", "connect:DescribeContact")]
    said = [record for record in caplog.records if "connect:DescribeContact" in record.getMessage()]
    assert [record.levelname for record in said] == ["ERROR"]


async def test_a_refusal_that_means_that_somebody_is_gone_is_kept_nowhere(ours: Participant, ada: Customer) -> None:
    ada.connect.stop_contact(InstanceId=INSTANCE, ContactId=ada.contact_id)
    await reconcile.one(ours)
    assert await db_write(RefusedCall.objects.count)() == 0


# ---- a customer who writes while our goodbye is under way ------------------------------------------------------------


@db_write
@transaction.atomic
def accept_and_end(contact_id: str) -> None:
    contact = participation.lock_contact(contact_id)
    contact.owner = factories.user(first_name="Mira")
    contact.move(contact_state.Move.ACCEPT, timezone.now())
    outbox.enqueue(contact, "Mira has left.")
    participation.end(contact, contact_state.EndReason.AGENT, timezone.now(), leave=True)


async def work_off() -> None:
    while rows := await db_write(sender.claim)(timezone.now() + timedelta(seconds=60), 10):
        for outgoing in rows:
            await sender.deliver(outgoing)


def heard(ada: Customer, content: str) -> ChatEvent:
    """As SNS brings it, late: what Connect has of it, said before our participant left."""
    (item,) = [one for one in ada.transcript() if one.get("Content") == content]
    return wire.read_item({**item, "AbsoluteTime": item["AbsoluteTime"]}, initial_contact_id=ada.contact_id)


async def test_a_customer_whose_message_crossed_our_goodbye_is_joined_anew_and_waits(
    ours: Participant, ada: Customer, line: Line
) -> None:
    await accept_and_end(ada.contact_id)
    ada.say("one more thing!")
    await work_off()  # the goodbye is through before SNS brings the message
    await db_write(ingest.write)([heard(ada, "one more thing!")])
    done = await asyncio.gather(*(hand_over.rejoin_due(timezone.now()) for _ in range(4)))
    assert sum(done) == 1
    contact = await db_write(Contact.objects.get)(pk=ada.contact_id)
    assert (contact.state, contact.round, contact.rejoin_at) == ("WAITING", 2, None)
    assert len(line.of("CreateParticipant")) == 1
    assert (await participant(ada, 2)).left_at is None


async def test_a_customer_whose_message_came_before_the_goodbye_was_tried_keeps_our_participant(
    ours: Participant, ada: Customer, line: Line
) -> None:
    await accept_and_end(ada.contact_id)
    ada.say("one more thing!")
    await db_write(ingest.write)([heard(ada, "one more thing!")])
    await work_off()
    contact = await db_write(Contact.objects.get)(pk=ada.contact_id)
    assert (contact.state, contact.round) == ("WAITING", 2)
    assert (line.of("DisconnectParticipant"), line.of("CreateParticipant")) == ([], [])
    assert (await participant(ada, 2)).participant_id == ours.participant_id
    said = await db_write(lambda: list(OutboundMessage.objects.values_list("content", "state").order_by("position")))()
    assert said == [("Mira has left.", "sent"), ("", "discarded")]


async def test_a_customer_whom_the_flow_brought_back_first_is_joined_once(
    ours: Participant, ada: Customer, line: Line
) -> None:
    await accept_and_end(ada.contact_id)
    ada.say("one more thing!")
    await work_off()
    await db_write(ingest.write)([heard(ada, "one more thing!")])
    queue = await db_write(factories.queue)()
    await hand_over.join(hand_over.HandOver(ada.contact_id, ada.contact_id, queue, "Ada"))  # they wrote again
    await db_write(Contact.objects.update)(rejoin_at=timezone.now())  # claimed by a worker that was a little late
    await hand_over.rejoin_due(timezone.now())
    contact = await db_write(Contact.objects.get)(pk=ada.contact_id)
    assert (contact.state, contact.round, contact.rejoin_at) == ("WAITING", 2, None)
    assert len(line.of("CreateParticipant")) == 1


async def test_a_full_queue_does_not_turn_away_who_comes_back(ours: Participant, ada: Customer) -> None:
    await accept_and_end(ada.contact_id)
    ada.say("one more thing!")
    await work_off()
    await db_write(lambda: factories.rules(factories.queue(), max_waiting=0))()
    await db_write(ingest.write)([heard(ada, "one more thing!")])
    await hand_over.rejoin_due(timezone.now())
    assert (await db_write(Contact.objects.get)(pk=ada.contact_id)).state == "WAITING"


async def test_who_has_left_meanwhile_is_not_joined(ours: Participant, ada: Customer) -> None:
    await accept_and_end(ada.contact_id)
    ada.say("one more thing!")
    await work_off()
    event = heard(ada, "one more thing!")
    ada.connect.stop_contact(InstanceId=INSTANCE, ContactId=ada.contact_id)
    await db_write(ingest.write)([event])
    await hand_over.rejoin_due(timezone.now())
    contact = await db_write(Contact.objects.get)(pk=ada.contact_id)
    assert (contact.state, contact.rejoin_at) == ("ENDED", None)


def test_comparing_a_known_page_writes_nothing() -> None:
    contact = factories.contact(state="CONNECTED")
    events = [
        ChatEvent(f"i-{n}-{contact.pk}", "MESSAGE", "text/plain", contact.pk, chat_of(contact), factories.NOW)
        for n in range(100)
    ]
    ingest.write(events)
    with CaptureQueriesContext(connection) as asked:
        assert ingest.lacking(events) == []
    assert [query["sql"].split()[0] for query in asked.captured_queries] == ["SELECT"] * len(asked)
    assert len(asked) <= 3


def chat_of(contact: Contact) -> str:
    initial: str = contact.conversation.initial_contact_id
    return initial
