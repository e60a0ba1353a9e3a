"""What Connect's own idle timers tell (adminguide/setup-chat-timeouts) is understood, in whichever order it comes."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from chats import contact_state, ingest, wire
from chats.joining import agent_token
from chats.models import Contact, Item, OutboundMessage, Participant, Queue
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
OURS = "our-participant"


def served(*, relayed: bool = False, **queue: Any) -> Contact:
    """A contact that an agent serves, and our participant in it."""
    contact = factories.contact(
        queue=factories.queue(**queue),
        state=contact_state.State.CONNECTED,
        owner=factories.user("mira"),
        relayed_round=1 if relayed else 0,
    )
    Participant.objects.create(
        conversation=contact.conversation, contact_id=contact.pk, round=1, participant_id=OURS,
        role="AGENT" if relayed else "CUSTOM_BOT", display_name="Mira",
    )  # fmt: skip
    return contact


def event(contact: Contact, kind: str, who: str, seconds: float = 0, role: str = "CUSTOMER") -> wire.ChatEvent:
    return wire.read_item(
        {
            "Id": f"{contact.pk}-{kind.rpartition('.')[2]}-{who}-{seconds:g}",
            "Type": "EVENT",
            "ContentType": kind,
            "ContactId": contact.pk,
            "InitialContactId": contact.conversation.initial_contact_id,
            "AbsoluteTime": wire.iso(NOW + timedelta(seconds=seconds)),
            "ParticipantId": who,
            "ParticipantRole": role,
        }
    )


def silenced(contact: Contact, role: str = "CUSTOMER") -> list[wire.ChatEvent]:
    """The end of Connect's patience, and the leaving that follows."""
    ours = "AGENT" if contact.is_relayed else "CUSTOM_BOT"
    return [event(contact, wire.IDLE_TOO_LONG, "her", 0, role), event(contact, wire.LEFT, OURS, 0.4, ours)]


def reason(contact: Contact) -> str:
    contact.refresh_from_db()
    assert contact.state == contact_state.State.ENDED
    return contact.end_reason


@pytest.mark.parametrize("relayed", [True, False])
@pytest.mark.parametrize("order", [None, *permutations(range(3))])
def test_a_customer_who_was_silent_for_too_long_is_the_reason(relayed: bool, order: tuple[int, ...] | None) -> None:
    """At once, or one after the other in any order."""
    contact = served(relayed=relayed)
    told = [*silenced(contact), event(contact, wire.CHAT_ENDED, "nobody", 0.5)]
    for events in [told] if order is None else [[told[place]] for place in order]:
        ingest.write(events)
    assert reason(contact) == contact_state.EndReason.SILENT
    assert (ingest.write(told), reason(contact)) == (0, contact_state.EndReason.SILENT)  # told twice
    assert Item.objects.filter(conversation=contact.conversation).count() == 3


def test_an_agent_who_was_silent_is_another_reason() -> None:
    contact = served(relayed=True)
    ingest.write(silenced(contact, role="AGENT"))
    assert reason(contact) == contact_state.EndReason.AGENT_LEFT


def test_the_silence_of_another_hour_is_no_reason() -> None:
    contact = served()
    ingest.write([event(contact, wire.IDLE_TOO_LONG, "her", -3600)])
    ingest.write([event(contact, wire.LEFT, OURS, 0, "CUSTOM_BOT")])
    assert reason(contact) == contact_state.EndReason.REMOVED


def test_it_ends_nothing_by_itself() -> None:
    """It may be told hours late, of a round that is long over."""
    contact = served()
    ingest.write([event(contact, wire.IDLE_TOO_LONG, "her")])
    contact.refresh_from_db()
    assert contact.state == contact_state.State.CONNECTED


# ---- nudging -----------------------------------------------------------------------------------------------------------


def nudges() -> list[str]:
    return list(OutboundMessage.objects.values_list("content", flat=True))


def test_on_a_relayed_contact_connects_timer_nudges_with_the_queues_words_once() -> None:
    contact = served(relayed=True, nudge_after=120)
    factories.item(contact, "Which leg is it?", role="AGENT")
    idle = event(contact, wire.IDLE, "her")
    assert [ingest.write([idle]), ingest.write([idle])] == [1, 0]
    assert nudges() == ["Are you still there?"]


@pytest.mark.parametrize(
    "because", ["the customer waits", "not relayed", "the queue does not mind", "the agent is idle"]
)
def test_else_nobody_is_nudged(because: str) -> None:
    contact = served(relayed=because != "not relayed", nudge_after=0 if because == "the queue does not mind" else 120)
    factories.item(contact, "Hello?", role="CUSTOMER" if because == "the customer waits" else "AGENT")
    ingest.write([event(contact, wire.IDLE, "her", role="AGENT" if because == "the agent is idle" else "CUSTOMER")])
    assert nudges() == []


@pytest.mark.parametrize(
    ("nudge_after", "silent_after", "minutes"),
    [(0, 0, []), (0, 60, []), (1, 0, [2, None]), (121, 300, [3, 5]), (90_000, 90_000, [480, 480])],
)
def test_a_queues_patience_in_connects_minutes(nudge_after: int, silent_after: int, minutes: list[int | None]) -> None:
    timers = agent_token.idle_timers(Queue(nudge_after=nudge_after, silent_after=silent_after))
    assert [one["TimerValue"].get("ParticipantTimerDurationInMinutes") for one in timers] == minutes
    assert [one["TimerType"] for one in timers] == ["IDLE", "DISCONNECT_NONCUSTOMER"][: len(timers)]
    assert all(one["TimerValue"].keys() != {"ParticipantTimerAction"} or one["TimerType"] != "IDLE" for one in timers)
