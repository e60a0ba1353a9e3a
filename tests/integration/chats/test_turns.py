"""Connect lets few calls a second through: hand-overs at once wait their turn, in time, and are told when it was too long."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from chats import connect
from chats.connect import throttling
from chats.db import db_write
from chats.joining import hand_over
from chats.models import Contact, Participant
from tests import factories
from tests.emulating import Customer, RunningEmulator
from tests.line import Line

THROTTLED = connect.Throttled("ThrottlingException: too fast")


class Bucket:
    """Lets so many calls through, and more when they are poured in."""

    def __init__(self, left: int) -> None:
        self.left = left
        self.through: list[int] = []
        self.asked = 0

    async def call(self, number: int) -> int:
        self.asked += 1
        if not self.left:
            raise THROTTLED
        self.left -= 1
        self.through.append(number)
        return number


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttling, "PAUSE", 0)


@pytest.mark.usefixtures("at_once")
async def test_who_came_first_goes_first_and_only_the_first_in_line_asks() -> None:
    bucket = Bucket(2)
    waiting = [asyncio.create_task(throttling.call_in_turn("X", lambda n=n: bucket.call(n))) for n in range(6)]
    await settle()
    assert bucket.through == [0, 1]
    late = asyncio.create_task(throttling.call_in_turn("X", lambda: bucket.call(6)))
    other = asyncio.create_task(throttling.call_in_turn("Y", lambda: Bucket(1).call(7)))
    assert await other == 7  # another operation has a line of its own
    bucket.left = 5
    assert await asyncio.gather(*waiting, late) == list(range(7))
    assert bucket.through == list(range(7))


@pytest.mark.usefixtures("at_once")
async def test_who_gives_up_leaves_the_line_and_says_what_they_waited_for() -> None:
    bucket = Bucket(0)
    first, second = (asyncio.create_task(throttling.call_in_turn("X", lambda n=n: bucket.call(n))) for n in range(2))
    await settle()
    for one in (second, first):
        one.cancel()
        with pytest.raises(asyncio.CancelledError) as given_up:
            await one
        assert given_up.value.__notes__ == ["Amazon Connect lets no more calls of X through at once"]
    bucket.left = 1
    assert await throttling.call_in_turn("X", lambda: bucket.call(2)) == 2


@pytest.mark.usefixtures("at_once")
async def test_what_is_no_throttle_is_raised_and_the_next_goes_on() -> None:
    async def refused() -> int:
        raise connect.Refused("ConflictException", "there is one already")

    bucket = Bucket(0)
    first = asyncio.create_task(throttling.call_in_turn("X", lambda: bucket.call(0)))
    await settle()
    second = asyncio.create_task(throttling.call_in_turn("X", refused))
    third = asyncio.create_task(throttling.call_in_turn("X", lambda: bucket.call(2)))
    bucket.left = 2
    assert (await first, await third) == (0, 2)
    with pytest.raises(connect.Refused):
        await second


# ---- hand-overs --------------------------------------------------------------------------------------------------------


def order(contact_id: str, queue: Any) -> hand_over.HandOver:
    return hand_over.HandOver(contact_id, contact_id, queue, "Ada", {})


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "operation", ["StartContactStreaming", "CreateParticipant", "CreateParticipantConnection", "GetTranscript"]
)
async def test_a_throttled_hand_over_waits_its_turn(ada: Customer, line: Line, operation: str) -> None:
    line.fail(operation, 429, times=2)
    contact = await hand_over.join(order(ada.contact_id, await db_write(factories.queue)()))
    assert contact.state == "WAITING"
    calls = line.of(operation)
    assert len({call.client_token for call in calls}) == 1
    assert [call.status for call in calls][:3] == [429, 429, 200]


@pytest.mark.django_db(transaction=True)
async def test_when_the_turn_does_not_come_in_time_it_says_why(ada: Customer, line: Line, settings: Any) -> None:
    settings.CCP_HANDOVER_DEADLINE = 0.7
    line.fail("CreateParticipant", 429, times=1000)
    with pytest.raises(connect.Unavailable) as late:
        await hand_over.join(order(ada.contact_id, await db_write(factories.queue)()))
    told = "joining took more than 0.7 s: Amazon Connect lets no more calls of CreateParticipant through at once"
    assert str(late.value) == told
    assert (await db_write(Contact.objects.get)(pk=ada.contact_id)).state == "JOINING"


@pytest.fixture
def quotas(emulator: RunningEmulator) -> Iterator[RunningEmulator]:
    """Connect's own rates, as the emulator keeps them when told to."""
    yield emulator
    emulator.control("quotas", {"rates": False})


@pytest.mark.django_db(transaction=True)
async def test_twenty_hand_overs_at_once_under_connects_quota_are_all_served_or_told_why(
    quotas: RunningEmulator, line: Line, settings: Any
) -> None:
    """What does not get its turn in time comes back by the flow, ten seconds later. Nobody is lost, nobody joined twice."""
    settings.CCP_HANDOVER_DEADLINE = 4.0
    queue = await db_write(factories.queue)()
    customers = await asyncio.gather(*(asyncio.to_thread(Customer, quotas, f"Ada {n}", "hello") for n in range(20)))
    quotas.control("quotas", {"rates": True})
    asking = [one.contact_id for one in customers]
    for _ in range(10):
        answers = await asyncio.gather(*(hand_over.join(order(one, queue)) for one in asking), return_exceptions=True)
        late = [one for one, answer in zip(asking, answers, strict=True) if isinstance(answer, BaseException)]
        assert all(isinstance(one, connect.Unavailable) for one in answers if isinstance(one, BaseException))
        assert all("took more than 4 s" in str(one) for one in answers if isinstance(one, BaseException))
        asking = late
        if not asking:
            break
        quotas.advance(10)  # the flow's "One moment, please."
    assert asking == []
    states = await db_write(lambda: list(Contact.objects.values_list("state", flat=True)))()
    assert states == ["WAITING"] * 20
    assert await db_write(Participant.objects.filter(role="CUSTOM_BOT").count)() == 20
    for one in customers:
        bots = [p for p in quotas.contact(one.contact_id)["participants"] if p["role"] == "CUSTOM_BOT"]
        assert [p["state"] for p in bots] == ["CONNECTED"]
