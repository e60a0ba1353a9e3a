"""A flow hands a contact over, and again, and is cut off anywhere: one participant of ours, and the contact waits once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from chats import connect, contact_state, ingest, observers, participation, wire
from chats.db import db_write
from chats.joining import hand_over
from chats.models import Contact, Item, OutboundMessage, Participant
from tests import factories
from tests.emulating import INSTANCE, Customer, RunningEmulator
from tests.hearing import listening
from tests.line import AFTER, BEFORE, Line

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("line")]
OPERATIONS = ("StartContactStreaming", "CreateParticipant", "CreateParticipantConnection", "GetTranscript")


@pytest.fixture
def waits() -> Iterator[list[str]]:
    """Every contact that somebody was told of as waiting."""
    told: list[str] = []

    def observe(contact: Contact, change: observers.Change) -> None:
        if isinstance(change, observers.Waits):
            told.append(contact.pk)

    observers.contact_observers.append(observe)
    yield told
    observers.contact_observers.remove(observe)


async def join(somebody: Customer, **attributes: str) -> Contact:
    queue = await db_write(factories.queue)()
    order = hand_over.HandOver(somebody.contact_id, somebody.contact_id, queue, "Ada", attributes)
    return await hand_over.join(order)


def here(emulator: RunningEmulator, contact_id: str) -> list[str]:
    """The custom participants who are in the chat now."""
    participants = emulator.contact(contact_id)["participants"]
    return [p["participantId"] for p in participants if p["role"] == "CUSTOM_BOT" and p["state"] == "CONNECTED"]


@db_write
def ours(contact_id: str, number: int = 1) -> Participant:
    return Participant.objects.select_related("conversation").get(contact_id=contact_id, round=number)


@db_write
def kept(contact_id: str) -> list[str]:
    items = Item.objects.filter(contact_id=contact_id).order_by("absolute_time", "pk")
    return list(items.values_list("pk", flat=True))


async def test_all_that_was_said_before_is_here_when_the_contact_waits(
    ada: Customer, line: Line, waits: list[str]
) -> None:
    for n in range(120):  # more than one page of GetTranscript
        ada.say(f"words {n}")
    contact = await join(ada)
    assert (contact.state, contact.round, waits) == ("WAITING", 1, [ada.contact_id])
    assert await kept(contact.pk) == [item["Id"] for item in ada.transcript()]
    asked = [call.operation for call in line.calls]
    assert list(dict.fromkeys(asked)) == list(OPERATIONS)
    assert len(asked) > len(OPERATIONS)  # page after page


async def test_the_same_hand_over_again_is_a_retry(
    ada: Customer, emulator: RunningEmulator, line: Line, waits: list[str]
) -> None:
    await join(ada)
    line.calls.clear()
    contact = await join(ada)
    assert (contact.state, contact.round, waits) == ("WAITING", 1, [ada.contact_id])
    assert [call.operation for call in line.calls] == ["GetTranscript"]
    assert here(emulator, ada.contact_id) == [(await ours(ada.contact_id)).participant_id]


async def test_eight_hand_overs_at_the_same_moment_are_one(
    ada: Customer, emulator: RunningEmulator, waits: list[str]
) -> None:
    await db_write(factories.queue)()
    contacts = await asyncio.gather(*(join(ada) for _ in range(8)))
    assert {(contact.state, contact.round) for contact in contacts} == {("WAITING", 1)}
    assert waits == [ada.contact_id]
    assert here(emulator, ada.contact_id) == [(await ours(ada.contact_id)).participant_id]


@pytest.mark.parametrize("seconds", [0, 13, pytest.param(20, marks=pytest.mark.full)])
@pytest.mark.parametrize("when", [BEFORE, AFTER])
@pytest.mark.parametrize("operation", OPERATIONS)
async def test_cut_off_anywhere_the_flow_asks_again_and_we_join_once(  # noqa: PLR0917 -- three dimensions of a table
    ada: Customer,
    emulator: RunningEmulator,
    line: Line,
    waits: list[str],
    operation: str,
    when: str,
    seconds: int,
) -> None:
    """As a kill -9 leaves it: with or without its effect, nothing of the answer was kept."""
    line.fail(operation, 0, when)
    with pytest.raises(connect.Unavailable):
        await join(ada)
    await db_write(_time_passes)(ada.contact_id, seconds)
    emulator.advance(seconds)
    contact = await join(ada)
    assert (contact.state, contact.round, waits) == ("WAITING", 1, [ada.contact_id])
    assert here(emulator, ada.contact_id) == [(await ours(ada.contact_id)).participant_id]
    assert await kept(contact.pk) == [item["Id"] for item in ada.transcript()]


def _time_passes(contact_id: str, seconds: int) -> None:
    contact = Contact.objects.get(pk=contact_id)
    earlier = timezone.now() - timedelta(seconds=seconds)
    Contact.objects.filter(pk=contact.pk).update(handed_over_at=earlier)


async def test_it_takes_no_longer_than_the_flow_waits(ada: Customer, line: Line, settings: Any) -> None:
    settings.CCP_HANDOVER_DEADLINE = 0.3
    line.hold("CreateParticipant", BEFORE)
    with pytest.raises(connect.Unavailable) as late:
        await join(ada)
    assert str(late.value) == "joining took more than 0.3 s"
    assert (await db_write(Contact.objects.get)(pk=ada.contact_id)).state == "JOINING"


async def test_when_connect_refuses_the_contact_is_not_waiting(ada: Customer, line: Line, waits: list[str]) -> None:
    line.fail("CreateParticipant", 409)
    with pytest.raises(connect.Refused) as refused:
        await join(ada)
    assert (refused.value.code, waits) == ("ConflictException", [])


async def test_once_we_have_left_the_same_hand_over_is_the_next_round(
    ada: Customer, emulator: RunningEmulator, waits: list[str]
) -> None:
    await join(ada)
    first = await ours(ada.contact_id)
    emulator.control("leave", {"participantId": first.participant_id})
    left = next(i for i in reversed(ada.transcript()) if i["ContentType"] == wire.LEFT)
    await db_write(ingest.write)([wire.read_item(left)])
    contact = await join(ada)
    assert (contact.state, contact.round, contact.end_reason) == ("WAITING", 2, "")
    second = await ours(ada.contact_id, 2)
    assert here(emulator, ada.contact_id) == [second.participant_id]
    assert second.participant_id != first.participant_id
    assert waits == [ada.contact_id] * 2


async def test_a_removal_that_we_have_not_heard_of_is_found_out(
    ada: Customer, emulator: RunningEmulator, waits: list[str]
) -> None:
    await join(ada)
    emulator.control("leave", {"participantId": (await ours(ada.contact_id)).participant_id})
    contact = await join(ada)
    assert (contact.state, contact.round) == ("WAITING", 2)
    assert waits == [ada.contact_id] * 2
    assert here(emulator, ada.contact_id) == [(await ours(ada.contact_id, 2)).participant_id]


async def test_the_customer_is_back_before_our_goodbye_was_confirmed(
    ada: Customer, emulator: RunningEmulator, line: Line
) -> None:
    await join(ada)
    await db_write(_end_by_the_agent)(ada.contact_id)
    contact = await join(ada)
    assert (contact.state, contact.round) == ("WAITING", 2)
    assert here(emulator, ada.contact_id) == [(await ours(ada.contact_id, 2)).participant_id]
    goodbye = await db_write(OutboundMessage.objects.get)(contact_id=ada.contact_id, kind="DISCONNECT")
    assert {call.client_token for call in line.of("DisconnectParticipant")} == {goodbye.client_token}


@transaction.atomic
def _end_by_the_agent(contact_id: str) -> None:
    contact = participation.lock_contact(contact_id)
    contact.owner = factories.user()
    contact.move(contact_state.Move.ACCEPT, timezone.now())
    participation.end(contact, contact_state.EndReason.AGENT, timezone.now(), leave=True)


async def test_a_chat_that_ended_meanwhile_is_not_joined_and_ends_here_too(ada: Customer, waits: list[str]) -> None:
    await join(ada)
    ada.connect.stop_contact(InstanceId=INSTANCE, ContactId=ada.contact_id)
    with pytest.raises(connect.Refused):
        await join(ada)
    assert waits == [ada.contact_id]


async def test_what_a_retry_says_about_the_customer_is_told(ada: Customer) -> None:
    first = await join(ada, colour="red")
    with await db_write(_ear)(first) as ear:
        await join(ada, colour="blue", size="small")
        held = await db_write(ear.held)()
        assert held["contacts"][ada.contact_id]["attributes"] == {"colour": "blue", "size": "small"}
        assert await db_write(lambda: (ear.numbers, ear.held()) == (ear.expected_numbers, ear.fresh()))()


def _ear(contact: Contact) -> Any:
    manager = listening(Contact.objects.select_related("conversation").get(pk=contact.pk).conversation)

    class Open:
        """What `listening` reads first, it reads on a database thread."""

        def __init__(self) -> None:
            self.ear = manager.__enter__()

        def __enter__(self) -> Any:
            return self.ear

        def __exit__(self, *error: object) -> None:
            manager.__exit__(*error)  # type: ignore[arg-type]

    return Open()
