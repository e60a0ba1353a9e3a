"""The courier against a real emulator on a line that fails: the row says why, the token stays, the customer sees it once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from chats import connect, contact_state, ingest, outbox, participation, realtime, reconcile, serialisers, session, wire
from chats.db import db_write
from chats.joining import hand_over
from chats.models import Contact, Item, OutboundMessage, Participant
from chats.sending import sender
from tests import factories
from tests.emulating import INSTANCE, Customer, RunningEmulator, customer
from tests.line import AFTER, BEFORE, Line

pytestmark = pytest.mark.django_db(transaction=True)
TRYING = str(sender.TRYING_AGAIN)


@pytest.fixture
async def contact(line: Line, ada: Customer) -> Contact:
    """Handed over by the real calls, and accepted."""
    contact_id = ada.contact_id
    queue = await db_write(factories.queue)()
    await hand_over.join(hand_over.HandOver(contact_id, contact_id, queue, "Ada"))
    return await db_write(_accept)(contact_id)


@transaction.atomic
def _accept(contact_id: str) -> Contact:
    contact = participation.lock_contact(contact_id)
    contact.owner = factories.user(first_name="Mira")
    contact.move(contact_state.Move.ACCEPT, timezone.now())
    return contact


@db_write
@transaction.atomic
def say(contact: Contact, text: str) -> OutboundMessage:
    return outbox.enqueue(participation.lock_contact(contact.pk), text, author=contact.owner)


@db_write
def row(outgoing: OutboundMessage) -> OutboundMessage:
    return OutboundMessage.objects.get(pk=outgoing.pk)


async def one_round(later: float = 0) -> int:
    """What the courier does once, so many seconds later; how many rows it took."""
    rows = await db_write(sender.claim)(timezone.now() + timedelta(seconds=later), 10)
    for outgoing in rows:
        await sender.deliver(outgoing)
    return len(rows)


async def work_off() -> None:
    for later in range(30, 600, 60):
        if not await one_round(later):
            return


def tokens(line: Line, text: str) -> list[str]:
    return [call.client_token for call in line.of("SendMessage", lambda call: call.body.get("Content") == text)]


def saw(ada: Customer) -> list[str]:
    """Everything a custom participant said, as the customer's side of Connect has it."""
    return [
        i["Content"] for i in ada.transcript() if i.get("ParticipantRole") == "CUSTOM_BOT" and i["Type"] == "MESSAGE"
    ]


# ---- what a chat takes -------------------------------------------------------------------------------------------------

MARKDOWN = "text/markdown"


@db_write
@transaction.atomic
def say_markdown(contact: Contact, text: str, token: str | None = None) -> OutboundMessage:
    return outbox.enqueue(
        participation.lock_contact(contact.pk), text, author=contact.owner, content_type=MARKDOWN, client_token=token
    )


@db_write
def content_types(contact: Contact) -> list[str]:
    """What the socket says of the contact."""
    found: list[str] = serialisers.contact(Contact.objects.get(pk=contact.pk))["contentTypes"]
    return found


def typed(ada: Customer) -> list[tuple[str, str]]:
    """What we said, as the customer's side of Connect has it, with its types."""
    ours = [i for i in ada.transcript() if i.get("ParticipantRole") == "CUSTOM_BOT" and i["Type"] == "MESSAGE"]
    return [(item["ContentType"], item["Content"]) for item in ours]


async def test_a_chat_that_takes_plain_text_only_gets_markdown_as_plain_text_and_is_known_then(
    contact: Contact, ada: Customer, line: Line
) -> None:
    assert await content_types(contact) == ["text/plain", MARKDOWN]
    first = await say_markdown(contact, "**bold** words")
    waiting = await say_markdown(contact, "- one\n- *two*")
    await work_off()
    later = await say_markdown(contact, "[here](https://shop.example/)")
    await work_off()
    words = ["bold words", "- one\n- two", "here (https://shop.example/)"]
    assert typed(ada) == [("text/plain", text) for text in words]
    assert len(line.of("SendMessage", lambda call: call.body.get("ContentType") == MARKDOWN)) == 1
    kept = [await row(one) for one in (first, waiting, later)]
    assert [(one.state, one.content_type, one.content, str(one.why)) for one in kept] == [
        ("sent", "text/plain", text, "") for text in words
    ]
    assert await content_types(contact) == ["text/plain"]


async def test_what_went_as_plain_text_is_the_same_message_when_it_is_sent_again(
    contact: Contact, ada: Customer
) -> None:
    first = await say_markdown(contact, "**bold**", "once")
    await work_off()
    assert (await say_markdown(contact, "**bold**", "once")).pk == first.pk
    with pytest.raises(outbox.NotSendable, match="client token"):
        await say_markdown(contact, "**other**", "once")
    assert typed(ada) == [("text/plain", "bold")]


async def test_a_chat_that_takes_markdown_gets_markdown(line: Line, emulator: RunningEmulator) -> None:
    with customer(emulator, "Ada", "hello", SupportedMessagingContentTypes=["text/plain", MARKDOWN]) as ada:
        queue = await db_write(factories.queue)()
        await hand_over.join(hand_over.HandOver(ada.contact_id, ada.contact_id, queue, "Ada"))
        contact = await db_write(_accept)(ada.contact_id)
        await say_markdown(contact, "**bold**")
        await work_off()
        assert typed(ada) == [(MARKDOWN, "**bold**")]
        assert await content_types(contact) == ["text/plain", MARKDOWN]


# ---- what goes wrong on the way ----------------------------------------------------------------------------------------


async def test_words_reach_the_customer_in_the_order_they_were_said(contact: Contact, ada: Customer) -> None:
    rows = [await say(contact, f"words {n}") for n in range(4)]
    await work_off()
    assert saw(ada) == [f"words {n}" for n in range(4)]
    assert [(await row(one)).state for one in rows] == ["sent"] * 4


TROUBLE = {
    "throttled": (429, BEFORE),
    "5xx before the effect": (500, BEFORE),
    "5xx after the effect": (500, AFTER),
    "503 before": (503, BEFORE),
    "cut before the effect": (0, BEFORE),
    "cut after the effect": (0, AFTER),
}


@pytest.mark.parametrize(("status", "when"), TROUBLE.values(), ids=TROUBLE)
async def test_after_trouble_the_retry_keeps_its_token_and_the_customer_sees_it_once(
    contact: Contact, ada: Customer, line: Line, status: int, when: str
) -> None:
    line.fail("SendMessage", status, when, times=2)
    first, second = await say(contact, "first"), await say(contact, "second")
    for attempt in (1, 2):
        await one_round(later=60 * attempt)
        waiting = await row(first)
        assert (waiting.state, str(waiting.why), waiting.attempts) == ("queued", TRYING, attempt)
    assert (await row(second)).attempts == 0  # an unknown outcome holds up what was said after it
    await work_off()
    assert saw(ada) == ["first", "second"]
    assert tokens(line, "first") == [first.client_token] * 3
    assert [(one.state, str(one.why)) for one in (await row(first), await row(second))] == [("sent", "")] * 2


@pytest.mark.parametrize("when", [BEFORE, AFTER])
async def test_a_call_that_is_never_answered_is_made_again(
    contact: Contact, ada: Customer, line: Line, when: str
) -> None:
    hold = line.hold("SendMessage", when)
    outgoing = await say(contact, "anybody there?")
    await one_round()
    hold.lose()
    assert ((await row(outgoing)).state, str((await row(outgoing)).why)) == ("queued", TRYING)
    await work_off()
    assert saw(ada) == ["anybody there?"]
    assert tokens(line, "anybody there?") == [outgoing.client_token] * 2


async def test_while_connections_are_refused_words_wait_and_say_so(contact: Contact, ada: Customer, line: Line) -> None:
    line.down()
    outgoing = await say(contact, "hello")
    await one_round()
    assert ((await row(outgoing)).state, str((await row(outgoing)).why)) == ("queued", TRYING)
    line.up()
    await work_off()
    assert saw(ada) == ["hello"]


async def test_a_refusal_fails_its_row_with_the_reason_and_lets_the_next_go(
    contact: Contact, ada: Customer, line: Line
) -> None:
    line.fail("SendMessage", 400)
    refused, next_one = await say(contact, "refused"), await say(contact, "next")
    await work_off()
    said = await row(refused)
    assert (said.state, str(said.why)) == ("failed", "Not sent: Amazon Connect refused it (a fault was asked for).")
    assert (await row(next_one)).state == "sent"
    await db_write(_retry)(refused)
    await work_off()
    assert saw(ada) == ["next", "refused"]
    assert tokens(line, "refused") == [refused.client_token] * 2


@transaction.atomic
def _retry(outgoing: OutboundMessage) -> None:
    outgoing.refresh_from_db()
    outgoing.conversation.lock()
    outbox.retry(outgoing, timezone.now())


async def test_a_token_that_ended_is_renewed_and_the_words_go_out_once(
    contact: Contact, ada: Customer, line: Line
) -> None:
    await db_write(_age_connection)(contact)
    line.fail("SendMessage", 403)
    outgoing = await say(contact, "still here")
    with line.recording() as calls:
        await work_off()
    asked = [call.operation for call in calls]
    assert asked == ["SendMessage", "CreateParticipantConnection", "SendMessage"]
    assert saw(ada) == ["still here"]
    assert tokens(line, "still here") == [outgoing.client_token] * 2


def _age_connection(contact: Contact) -> None:
    Participant.objects.filter(contact_id=contact.pk).update(connection_made_at=timezone.now() - timedelta(hours=23))


# ---- after a minute: look first ------------------------------------------------------------------------------------------


async def test_an_outcome_that_is_unknown_for_a_minute_is_looked_up_before_it_is_said_again(
    contact: Contact, ada: Customer, line: Line
) -> None:
    line.fail("SendMessage", 500, AFTER)
    outgoing = await say(contact, "said already")
    await one_round()
    await db_write(_tried_long_ago)(outgoing)
    with line.recording() as calls:
        await one_round(later=60)
    assert [call.operation for call in calls] == ["GetTranscript"]
    sent = await row(outgoing)
    assert (sent.state, sent.item_id) == ("sent", ada.wait_for_text("said already")["Id"])
    assert await db_write(_authors)(contact) == {"said already": "Mira"}


async def test_what_is_not_found_in_the_transcript_is_said_again_with_its_token(
    contact: Contact, ada: Customer, line: Line
) -> None:
    line.fail("SendMessage", 500, BEFORE)
    outgoing = await say(contact, "never arrived")
    await one_round()
    await db_write(_tried_long_ago)(outgoing)
    await one_round(later=60)
    assert saw(ada) == ["never arrived"]
    assert tokens(line, "never arrived") == [outgoing.client_token] * 2


def _tried_long_ago(outgoing: OutboundMessage) -> None:
    """As if the first attempt had been more than a minute ago."""
    tried = OutboundMessage.objects.get(pk=outgoing.pk)
    tried.first_tried_at = timezone.now() - timedelta(seconds=61)
    tried.save(update_fields=["first_tried_at"])


def _authors(contact: Contact) -> dict[str, str]:
    said = Item.objects.filter(conversation=contact.conversation, author__isnull=False).select_related("author")
    return {str(item.content): item.author.first_name for item in said if item.author}


# ---- we are out ------------------------------------------------------------------------------------------------------


async def test_words_for_a_chat_we_were_removed_from_fail_and_say_so(
    contact: Contact, ada: Customer, emulator: RunningEmulator, line: Line
) -> None:
    emulator.control("join", {"contactId": contact.pk, "role": "AGENT"})
    outgoing, waiting = await say(contact, "too late"), await say(contact, "later still")
    await work_off()
    why = "Not sent: Amazon Connect took us out of the chat."
    assert [((await row(one)).state, str((await row(one)).why)) for one in (outgoing, waiting)] == [("failed", why)] * 2
    assert saw(ada) == []
    ended = await db_write(Contact.objects.get)(pk=contact.pk)
    assert (ended.state, ended.end_reason) == ("ENDED", "removed")
    assert tokens(line, "later still") == []


async def test_words_for_a_chat_that_ended_fail_and_say_so(
    contact: Contact, emulator: RunningEmulator, ada: Customer
) -> None:
    ada.connect.stop_contact(InstanceId=INSTANCE, ContactId=contact.pk)
    outgoing = await say(contact, "too late")
    await work_off()
    said = await row(outgoing)
    assert (said.state, str(said.why)) == ("failed", "Not sent: the chat had ended.")
    ended = await db_write(Contact.objects.select_related("conversation").get)(pk=contact.pk)
    assert (ended.state, ended.end_reason) == ("ENDED", "chatEnded")
    assert ended.conversation.chat_ended_at is not None


@pytest.mark.parametrize("echo", ["before the end", "after the end", "never"])
async def test_words_that_were_sent_but_never_answered_before_the_chat_ended(
    contact: Contact, emulator: RunningEmulator, ada: Customer, line: Line, echo: str
) -> None:
    """Their echo is the only witness; without it the agent is told that nobody knows."""
    line.fail("SendMessage", 500, AFTER)
    outgoing = await say(contact, "the last words")
    await one_round()
    echoed = wire.read_item(ada.wait_for_text("the last words"))
    ended = wire.ChatEvent(
        "the-end", "EVENT", wire.CHAT_ENDED, contact.pk, contact.conversation.initial_contact_id, timezone.now()
    )
    for event in {"before the end": [echoed, ended], "after the end": [ended, echoed], "never": [ended]}[echo]:
        await db_write(ingest.write)([event])
    await work_off()
    said = await row(outgoing)
    if echo == "never":
        perhaps = "Perhaps not sent, Amazon Connect did not answer: the chat had ended."
        assert (said.state, str(said.why)) == ("failed", perhaps)
    else:
        assert (said.state, str(said.why), said.item_id) == ("sent", "", echoed.id)
        assert await db_write(_authors)(contact) == {"the last words": "Mira"}


# ---- leaving -----------------------------------------------------------------------------------------------------------


@db_write
@transaction.atomic
def leave(contact: Contact) -> None:
    participation.end(participation.lock_contact(contact.pk), contact_state.EndReason.AGENT, timezone.now(), leave=True)


@pytest.mark.parametrize(("status", "when"), TROUBLE.values(), ids=TROUBLE)
async def test_we_leave_once_after_all_that_was_said(
    contact: Contact, ada: Customer, line: Line, status: int, when: str
) -> None:
    line.fail("DisconnectParticipant", status, when)
    await say(contact, "good bye")
    await leave(contact)
    await work_off()
    assert saw(ada) == ["good bye"]
    goodbye = await db_write(OutboundMessage.objects.get)(contact=contact, kind="DISCONNECT")
    assert goodbye.state == "sent"
    ours = await db_write(Participant.objects.get)(contact_id=contact.pk, round=1)
    assert ours.left_at is not None
    left = [i for i in ada.transcript() if i["ContentType"] == wire.LEFT and i["ParticipantRole"] == "CUSTOM_BOT"]
    assert len(left) == 1
    assert {call.client_token for call in line.of("DisconnectParticipant")} == {goodbye.client_token}
    ended = await db_write(Contact.objects.get)(pk=contact.pk)
    assert (ended.state, ended.end_reason) == ("ENDED", "agent")


# ---- everybody at once ---------------------------------------------------------------------------------------------------


async def test_a_receipt_that_nobody_answers_holds_up_no_words(contact: Contact, ada: Customer, line: Line) -> None:
    ours = await db_write(Participant.objects.get)(contact_id=contact.pk, round=1)
    newest = await db_write(Item.objects.filter(conversation=contact.conversation, role="CUSTOMER").latest)("number")
    line.hold("SendEvent", BEFORE)
    await db_write(sender.enqueue_receipt)(ours, newest.pk)
    hub = await realtime.hub()
    working = asyncio.create_task(sender.work(hub))
    try:
        await asyncio.to_thread(line.wait_for, "SendEvent")
        await say(contact, "not held up")
        await asyncio.to_thread(ada.wait_for_text, "not held up", 0.9)
    finally:
        line.clear()
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await hub.close()


async def test_typing_is_dropped_while_connect_is_away_and_words_go_on(
    contact: Contact, ada: Customer, line: Line
) -> None:
    ours = await db_write(Participant.objects.get)(contact_id=contact.pk, round=1)
    line.hold("SendEvent", BEFORE, times=2)
    typing = [asyncio.create_task(session.MediaController(ours).send_typing()) for _ in range(8)]
    try:
        await asyncio.to_thread(line.wait_for, "SendEvent", 2)
        await say(contact, "not held up")
        await one_round()
        assert saw(ada) == ["not held up"]
    finally:
        line.clear()
        outcomes = await asyncio.gather(*typing, return_exceptions=True)
    assert len(line.of("SendEvent")) < 8
    assert all(isinstance(one, bool | connect.Unavailable) for one in outcomes)


# ---- reconcile -----------------------------------------------------------------------------------------------------------


async def test_whose_truth_cannot_be_found_does_not_block_the_others(
    contact: Contact, ada: Customer, emulator: RunningEmulator, line: Line
) -> None:
    ended, lively = contact, await _second(emulator)
    ada.connect.stop_contact(InstanceId=INSTANCE, ContactId=ended.pk)
    line.fail("DescribeContact", 500, times=1)
    await reconcile.due(timezone.now() + timedelta(hours=1), limit=1)
    await reconcile.due(timezone.now() + timedelta(hours=1), limit=1)
    marks = await db_write(_marks)()
    assert set(marks) == {ended.pk, lively.pk}
    assert all(mark is not None for mark in marks.values())
    await reconcile.due(timezone.now() + timedelta(hours=1), limit=2)
    assert (await db_write(Contact.objects.get)(pk=ended.pk)).end_reason == "chatEnded"


async def _second(emulator: RunningEmulator) -> Contact:
    with customer(emulator, "Bob", "hello") as bob:
        queue = await db_write(factories.queue)()
        await hand_over.join(hand_over.HandOver(bob.contact_id, bob.contact_id, queue, "Bob"))
        await db_write(Participant.objects.update)(reconciled_at=None)
        return await db_write(Contact.objects.get)(pk=bob.contact_id)


def _marks() -> dict[str, Any]:
    return dict(Participant.objects.filter(round=1).values_list("contact_id", "reconciled_at"))


async def test_what_sns_never_brought_is_found_in_the_transcript(contact: Contact, ada: Customer) -> None:
    ada.say("did you get this?")
    ours = await db_write(Participant.objects.select_related("conversation").get)(contact_id=contact.pk, round=1)
    await reconcile.one(ours)
    ours_too = {i["Id"] for i in ada.transcript()}
    here = await db_write(
        lambda: set(Item.objects.filter(conversation=ours.conversation).values_list("pk", flat=True))
    )()
    assert here == ours_too
