"""Several contacts in one conversation: an ending changes those that were live, or ended of it, and no other; whoever hears it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from chats import contact_state, ingest, outbox, participation, wire
from chats.models import Contact, Conversation, OutboundMessage, Participant
from chats.wire import ChatEvent
from tests import factories
from tests.integration.chats.test_ingest import at_once

pytestmark = pytest.mark.django_db(transaction=True)
ANY_ORDER = examples(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
NOW = factories.NOW
EARLIER = [
    contact_state.EndReason.REMOVED,
    contact_state.EndReason.LOST,
    contact_state.EndReason.CHAT_ENDED,
    contact_state.EndReason.NOT_JOINED,
    contact_state.EndReason.AGENT,
]
LIVE = [contact_state.State.JOINING, contact_state.State.WAITING, contact_state.State.CONNECTED]


@dataclass(frozen=True)
class Scene:
    """Contacts that ended long before, those that are live, and the ending, as it is told."""

    earlier: tuple[contact_state.EndReason, ...]
    live: tuple[contact_state.State, ...]
    endings: tuple[str, ...]  # in the order in which they are told, some twice


@st.composite
def scenes(draw: Callable[..., Any]) -> Scene:
    earlier = draw(st.lists(st.sampled_from(EARLIER), min_size=1, max_size=3).map(tuple))
    live = draw(st.lists(st.sampled_from(LIVE), min_size=1, max_size=2).map(tuple))
    certain = draw(st.sets(st.sampled_from(["customer", "chat", "silent"]), min_size=1))
    again = draw(st.lists(st.sampled_from(sorted(certain)), max_size=3))
    told = [*certain, *again, *(["ours"] if draw(st.booleans()) else [])]
    if certain == {"silent"}:  # Connect takes us out because of it
        told.append("ours")
    return Scene(earlier, live, tuple(draw(st.permutations(told))))


def a_conversation(scene: Scene) -> tuple[Conversation, list[Contact], list[Contact]]:
    chat = factories.conversation("Ada")
    ended = []
    for number, reason in enumerate(scene.earlier):
        begun = NOW - timedelta(hours=9 - number)
        over = {
            "state": "ENDED",
            "end_reason": reason,
            "handed_over_at": begun,
            "ended_at": begun + timedelta(minutes=9),
        }
        ended.append(factories.contact(conversation=chat, **over))
    begun = NOW - timedelta(minutes=5)
    live = [factories.contact(conversation=chat, state=state, handed_over_at=begun) for state in scene.live]
    for contact in [*ended, *live]:
        Participant.objects.create(
            conversation=chat,
            participant_id=f"ours-{contact.pk}",
            contact_id=contact.pk,
            role="CUSTOM_BOT",
            round=1,
            connection_token="token",
            left_at=contact.ended_at,
        )
    return chat, ended, live


def the_ending(chat: Conversation, live: list[Contact], what: str) -> list[ChatEvent]:
    kind, role = {
        "customer": (wire.LEFT, "CUSTOMER"),
        "chat": (wire.CHAT_ENDED, None),
        "silent": (wire.IDLE_TOO_LONG, "CUSTOMER"),
        "ours": (wire.LEFT, "CUSTOM_BOT"),
    }[what]
    who = {"customer": ["ada"], "chat": [None], "silent": ["ada"], "ours": [f"ours-{one.pk}" for one in live]}[what]
    return [event(chat, kind, f"{what}-{participant}", participant, role) for participant in who]


def event(
    chat: Conversation, kind: str, name: str, participant: str | None, role: str | None, *, at: datetime = NOW
) -> ChatEvent:
    return ChatEvent(
        id=f"{chat.initial_contact_id}-{name}",
        type="EVENT" if kind.startswith(wire.EVENT) else "MESSAGE",
        content_type=kind,
        contact_id=chat.initial_contact_id,
        initial_contact_id=chat.initial_contact_id,
        absolute_time=at,
        content=None if kind.startswith(wire.EVENT) else name,
        participant_id=participant,
        role=role,
    )


def best(scene: Scene) -> contact_state.EndReason:
    known = {
        "customer": contact_state.EndReason.CUSTOMER,
        "chat": contact_state.EndReason.CHAT_ENDED,
        "ours": contact_state.EndReason.REMOVED,
    }
    told = set(scene.endings)
    if "silent" in told:
        return contact_state.EndReason.SILENT
    return max((known[one] for one in told), key=lambda reason: participation.RANK[reason])


def reasons(contacts: list[Contact]) -> list[str]:
    kept = Contact.objects.in_bulk([contact.pk for contact in contacts])
    return [kept[contact.pk].end_reason for contact in contacts]


@ANY_ORDER
@given(scene=scenes())
def test_an_ending_told_in_any_order_changes_no_reason_of_a_contact_that_ended_before(scene: Scene) -> None:
    chat, ended, live = a_conversation(scene)
    for what in scene.endings:
        ingest.write(the_ending(chat, live, what))
    assert reasons(ended) == list(scene.earlier)
    assert {one.state for one in Contact.objects.filter(pk__in=[one.pk for one in live])} == {"ENDED"}
    if "silent" not in scene.endings or {"ours", "chat"} & set(scene.endings):
        assert reasons(live) == [best(scene)] * len(live)


@examples(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(scene=scenes())
def test_several_workers_hear_the_same_ending_and_come_to_the_same(scene: Scene) -> None:
    chat, ended, live = a_conversation(scene)

    def worker(number: int) -> None:
        first = number % len(scene.endings)
        for what in [*scene.endings[first:], *scene.endings[:first]]:
            ingest.write(the_ending(chat, live, what))

    at_once(*(lambda number=number: worker(number) for number in range(3)))
    assert reasons(ended) == list(scene.earlier)
    if "silent" not in scene.endings or {"ours", "chat"} & set(scene.endings):
        assert reasons(live) == [best(scene)] * len(live)


def test_a_contact_that_ended_just_before_another_took_over_keeps_its_reason() -> None:
    chat = factories.conversation("Ada")
    removed = {"state": "ENDED", "end_reason": "removed", "handed_over_at": NOW - timedelta(minutes=5)}
    before = factories.contact(conversation=chat, ended_at=NOW - timedelta(seconds=30), **removed)
    after = factories.contact(conversation=chat, state="CONNECTED", handed_over_at=NOW - timedelta(seconds=20))
    ingest.write([event(chat, wire.LEFT, "left", "ada", "CUSTOMER")])
    assert reasons([before, after]) == ["removed", "customer"]


def test_the_better_reason_is_told_hours_late_and_still_believed() -> None:
    chat = factories.conversation("Ada")
    contact = factories.contact(conversation=chat, state="CONNECTED")
    ingest.write([event(chat, wire.CHAT_ENDED, "ended", None, None, at=NOW + timedelta(seconds=1))])
    ingest.write([event(chat, wire.LEFT, "left", "ada", "CUSTOMER")])
    assert reasons([contact]) == ["customer"]


# ---- receipts --------------------------------------------------------------------------------------------------------


def a_receipt(message: ChatEvent, participant: str) -> ChatEvent:
    receipt = wire.Receipt(message.id, participant, read=True)
    metadata = {"id": f"{message.id}-{participant}-read", "type": "MESSAGEMETADATA", "content_type": wire.READ}
    return ChatEvent(
        **metadata,
        contact_id=message.contact_id,
        initial_contact_id=message.initial_contact_id,
        absolute_time=NOW,
        receipts=(receipt,),
    )


def role_of(participant: str) -> str:
    return Participant.objects.get(participant_id=participant).role


def test_a_receipt_of_somebody_unknown_is_not_the_customers() -> None:
    chat = factories.contact(state="CONNECTED").conversation
    message = event(chat, "text/plain", "hello", "bot", "CUSTOM_BOT")
    ingest.write([message, a_receipt(message, "whoever"), a_receipt(message, "bot")])
    assert (role_of("whoever"), role_of("bot")) == ("", "CUSTOM_BOT")


def test_whoever_sent_a_receipt_first_and_spoke_later_is_known_then() -> None:
    chat = factories.contact(state="CONNECTED").conversation
    message = event(chat, "text/plain", "hello", "bot", "CUSTOM_BOT")
    ingest.write([message, a_receipt(message, "ada")])
    ingest.write([event(chat, "text/plain", "hi", "ada", "CUSTOMER")])
    kept = Participant.objects.get(participant_id="ada")
    chat.refresh_from_db()
    assert (kept.role, kept.read_id, kept.seq) == ("CUSTOMER", message.id, chat.seq)


def test_what_is_known_already_costs_a_constant_number_of_queries_and_no_lock(
    django_assert_max_num_queries: Any,
) -> None:
    chat = factories.contact(state="CONNECTED").conversation
    events = [event(chat, "text/plain", f"words {n}", "ada", "CUSTOMER") for n in range(100)]
    events = [*events, *(a_receipt(one, "bot") for one in events)]
    ingest.write(events)
    with django_assert_max_num_queries(4) as asked:
        assert ingest.lacking(events) == []
    assert not [query for query in asked.captured_queries if not query["sql"].startswith("SELECT")]
    assert not [query for query in asked.captured_queries if "FOR UPDATE" in query["sql"]]
    with django_assert_max_num_queries(12):
        assert ingest.write(events) == 0


# ---- a customer who writes as the agent ends -------------------------------------------------------------------------


def an_ended_contact(**goodbye: Any) -> Contact:
    contact = factories.contact("Ada", state="CONNECTED", owner=factories.user())
    Participant.objects.create(
        conversation=contact.conversation,
        participant_id=f"ours-{contact.pk}",
        contact_id=contact.pk,
        role="CUSTOM_BOT",
        round=1,
        connection_token="token",
    )
    with transaction.atomic():
        held = participation.lock_contact(contact.pk)
        outbox.enqueue(held, "Mira has left.")
        participation.end(held, contact_state.EndReason.AGENT, timezone.now(), leave=True)
    if goodbye:
        OutboundMessage.objects.filter(contact=contact, kind="DISCONNECT").update(**goodbye)
    return contact


def test_a_message_before_the_goodbye_was_tried_keeps_our_participant_and_the_contact_waits_again() -> None:
    contact = an_ended_contact()
    ingest.write([event(contact.conversation, "text/plain", "wait!", "ada", "CUSTOMER", at=timezone.now())])
    kept = Contact.objects.get(pk=contact.pk)
    assert (kept.state, kept.round, kept.owner, kept.end_reason) == ("WAITING", 2, None, "")
    assert participation.our_participant(kept).participant_id == f"ours-{contact.pk}"
    rows = OutboundMessage.objects.filter(contact=contact).order_by("position").values_list("kind", "state", "round")
    assert list(rows) == [("MESSAGE", "queued", 2), ("DISCONNECT", "discarded", 1)]


@pytest.mark.parametrize("goodbye", [{"state": "sending", "attempts": 1}, {"state": "sent", "attempts": 1}])
def test_a_message_while_the_goodbye_is_under_way_is_joined_anew(goodbye: dict[str, Any]) -> None:
    contact = an_ended_contact(**goodbye)
    ingest.write([event(contact.conversation, "text/plain", "wait!", "ada", "CUSTOMER", at=timezone.now())])
    kept = Contact.objects.get(pk=contact.pk)
    assert (kept.state, kept.rejoin_at is not None) == ("ENDED", True)


def test_a_message_after_we_had_left_is_the_flows_to_hear() -> None:
    contact = an_ended_contact(state="sent", attempts=1)
    chat, now = contact.conversation, timezone.now()
    ours = f"ours-{contact.pk}"
    ingest.write([event(chat, wire.LEFT, "left", ours, "CUSTOM_BOT", at=now)])
    ingest.write([event(chat, "text/plain", "hello?", "ada", "CUSTOMER", at=now + timedelta(seconds=1))])
    assert Contact.objects.get(pk=contact.pk).rejoin_at is None
    ingest.write([event(chat, "text/plain", "I wrote first", "ada", "CUSTOMER", at=now - timedelta(milliseconds=1))])
    assert Contact.objects.get(pk=contact.pk).rejoin_at is not None


def test_a_chat_that_is_over_has_nobody_to_come_back() -> None:
    contact = an_ended_contact()
    ingest.write([event(contact.conversation, wire.CHAT_ENDED, "over", None, None, at=timezone.now())])
    ingest.write([event(contact.conversation, "text/plain", "late", "ada", "CUSTOMER", at=timezone.now())])
    kept = Contact.objects.get(pk=contact.pk)
    assert (kept.state, kept.rejoin_at) == ("ENDED", None)
