"""However the notifications, pages and answers of one chat arrive, the same is kept, told and concluded."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from chats import contact_state, ingest, outbox, participation, wire
from chats.models import Contact, Conversation, Item, OutboundMessage, Participant
from tests import factories
from tests.hearing import Ear, listening

pytestmark = pytest.mark.django_db(transaction=True)

ANY_ORDER = examples(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
OURS, THEIRS = "our-participant", "the-customer"
TYPED = {wire.JOINED: "EVENT", wire.LEFT: "EVENT", wire.CHAT_ENDED: "EVENT", "text/plain": "MESSAGE"}


# ---- one chat, as Connect tells it -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """One item of the chat, with what was said about it: who has received and read it."""

    id: str
    time: datetime
    content_type: str = "text/plain"
    content: str | None = None
    who: str | None = THEIRS
    receipts: tuple[tuple[str, bool], ...] = ()  # (participant, read)

    def item(self, contact: Contact, *, with_receipts: bool) -> dict[str, Any]:
        value: dict[str, Any] = {
            "Id": id_of(self, contact),
            "Type": TYPED[self.content_type],
            "ContentType": self.content_type,
            "ContactId": contact.pk,
            "InitialContactId": contact.conversation.initial_contact_id,
            "AbsoluteTime": wire.iso(self.time),
            "Content": self.content,
            "ParticipantId": self.who,
            "ParticipantRole": {OURS: "CUSTOM_BOT", THEIRS: "CUSTOMER", None: None}[self.who],
            "DisplayName": {OURS: "Fenmark Home", THEIRS: "Ada", None: None}[self.who],
        }
        if with_receipts and self.receipts:
            value["MessageMetadata"] = {"MessageId": value["Id"], "Receipts": [_receipt(*one) for one in self.receipts]}
        return {name: one for name, one in value.items() if one is not None}


def id_of(said: Said, contact: Contact) -> str:
    """Unique among all chats; within one it sorts as the drawn Id does."""
    return f"{contact.pk}-{said.id}"


def _receipt(participant_id: str, read: bool) -> dict[str, str]:
    stamp = "ReadTimestamp" if read else "DeliveredTimestamp"
    return {"RecipientParticipantId": participant_id, stamp: "2026-11-20T12:00:00.000Z"}


@dataclass(frozen=True)
class Delivery:
    """How something of it reaches us."""

    kind: str  # sns: one post; page: of GetTranscript; answer: of SendMessage
    indexes: tuple[int, ...]


@dataclass(frozen=True)
class Chat:
    """All that was said, which of it were our own words, and every way it reached us."""

    said: tuple[Said, ...]
    ours: tuple[int, ...]
    deliveries: tuple[Delivery, ...]
    begins: str = "CONNECTED"
    endings: frozenset[str] = field(default=frozenset())


def _said(
    number: int, who: str | None, tick: int, content_type: str = "text/plain", receipts: tuple[Any, ...] = ()
) -> Said:
    """Ids are no times: those of a later item may sort before those of an earlier one."""
    words = f"words {number}" if content_type == "text/plain" else None
    time = factories.NOW + timedelta(milliseconds=tick)
    return Said(f"{number * 37 % 101:03}", time, content_type, words, who, receipts)


ENDINGS = {"customer": (THEIRS, wire.LEFT), "ours": (OURS, wire.LEFT), "chat": (None, wire.CHAT_ENDED)}
REASONS = {
    "customer": contact_state.EndReason.CUSTOMER,
    "ours": contact_state.EndReason.REMOVED,
    "chat": contact_state.EndReason.CHAT_ENDED,
}


@st.composite
def chats(draw: Callable[..., Any]) -> Chat:
    ticks = st.integers(0, 3)  # few, so that several items have the same time: then the Id decides
    receipts = st.lists(st.tuples(st.sampled_from([OURS, THEIRS]), st.booleans()), max_size=2).map(tuple)
    speakers = draw(st.lists(st.sampled_from([OURS, THEIRS]), min_size=1, max_size=6))
    endings = draw(st.frozensets(st.sampled_from(sorted(ENDINGS))))
    said = [_said(n, who, draw(ticks), receipts=draw(receipts)) for n, who in enumerate(speakers)]
    said.append(_said(90, OURS, draw(ticks), wire.JOINED))
    said += [
        _said(91 + n, who, draw(ticks) + 4, kind)
        for n, (who, kind) in enumerate(ENDINGS[one] for one in sorted(endings))
    ]
    ours = tuple(n for n, who in enumerate(speakers) if who == OURS)
    return Chat(tuple(said), ours, _deliveries(draw, said, ours), draw(st.sampled_from(STATES)), endings)


STATES = ["JOINING", "WAITING", "CONNECTED", "ENDED"]


def _deliveries(draw: Callable[..., Any], said: Sequence[Said], ours: tuple[int, ...]) -> tuple[Delivery, ...]:
    """All that was said comes at least once, our own words at least as an answer; all may come again, in any order."""
    certain = [Delivery("answer", (n,)) for n in ours]
    for n, one in enumerate(said):
        if one.receipts:
            certain.append(Delivery("page", (n,)))  # receipts stand on the items of GetTranscript
        elif n not in ours:
            certain.append(Delivery(draw(st.sampled_from(["sns", "page"])), (n,)))
    indexes = st.lists(st.integers(0, len(said) - 1), min_size=1, max_size=len(said), unique=True).map(tuple)
    pages = st.builds(Delivery, st.just("page"), indexes)
    posts = st.builds(Delivery, st.just("sns"), st.integers(0, len(said) - 1).map(lambda n: (n,)))
    answers = [st.sampled_from(certain)] if certain else []
    again = draw(st.lists(st.one_of(pages, posts, *answers), max_size=6))
    return tuple(draw(st.permutations([*certain, *again])))


# ---- the same chat in the portal -------------------------------------------------------------------------------------


@dataclass
class House:
    contact: Contact
    mira: User
    outgoing: dict[int, OutboundMessage]
    unsent: OutboundMessage

    @property
    def conversation(self) -> Conversation:
        return self.contact.conversation


@transaction.atomic
def house(chat: Chat) -> House:
    """The rows at the moment when nothing has been heard yet, and our own words are on their way."""
    mira = factories.user(first_name="Mira")
    contact = factories.contact("", state="CONNECTED", owner=mira)
    participants = Participant.objects.filter(conversation=contact.conversation)
    Participant.objects.create(
        conversation=contact.conversation,
        participant_id=OURS,
        contact_id=contact.pk,
        role="CUSTOM_BOT",
        display_name="Fenmark Home",
        round=1,
        connection_token="token",
    )
    assert participants.count() == 1
    outgoing = {n: outbox.enqueue(contact, str(chat.said[n].content), author=mira) for n in chat.ours}
    OutboundMessage.objects.filter(pk__in=[row.pk for row in outgoing.values()]).update(
        state=OutboundMessage.State.SENDING, attempts=1
    )
    unsent = outbox.enqueue(contact, "never sent", author=mira)
    columns = {"state": chat.begins, "end_reason": contact_state.EndReason.AGENT if chat.begins == "ENDED" else ""}
    Contact.objects.filter(pk=contact.pk).update(**columns)
    return House(contact, mira, outgoing, unsent)


def deliver(here: House, chat: Chat, delivery: Delivery) -> None:
    match delivery.kind:
        case "sns":
            text = json.dumps(chat.said[delivery.indexes[0]].item(here.contact, with_receipts=False))
            ingest.write([wire.read_message(text)])
        case "page":
            items = [chat.said[n].item(here.contact, with_receipts=True) for n in delivery.indexes]
            ingest.write([wire.read_item(item) for item in items])
        case "answer":
            said = chat.said[delivery.indexes[0]]
            ingest.record_answer(
                here.outgoing[delivery.indexes[0]].pk, id_of(said, here.contact), said.time, timezone.now()
            )


def kept(here: House) -> list[tuple[str, str | None, User | None]]:
    items = Item.objects.filter(conversation=here.conversation).select_related("author")
    return [(item.pk, item.content, item.author) for item in items.order_by("absolute_time", "pk")]


def expected(here: House, chat: Chat) -> list[tuple[str, str | None, User | None]]:
    order = sorted(range(len(chat.said)), key=lambda n: (chat.said[n].time, chat.said[n].id))
    return [
        (id_of(chat.said[n], here.contact), chat.said[n].content, here.mira if n in chat.ours else None) for n in order
    ]


def high_water(here: House, chat: Chat, participant_id: str, *, read: bool) -> str:
    marked = [one for one in chat.said if (participant_id, read) in one.receipts]
    return id_of(max(marked, key=lambda one: (one.time, one.id)), here.contact) if marked else ""


# ---- whatever the order ----------------------------------------------------------------------------------------------


@ANY_ORDER
@given(chat=chats())
def test_any_order_and_repetition_keeps_the_same_items_authors_and_order(chat: Chat) -> None:
    here = house(chat)
    for delivery in chat.deliveries:
        deliver(here, chat, delivery)
    assert kept(here) == expected(here, chat)


@ANY_ORDER
@given(chat=chats())
def test_any_order_and_repetition_comes_to_the_same_end_for_the_same_reason(chat: Chat) -> None:
    here = house(chat)
    for delivery in chat.deliveries:
        deliver(here, chat, delivery)
    contact = Contact.objects.select_related("conversation").get(pk=here.contact.pk)
    reasons = [REASONS[one] for one in chat.endings] + [contact_state.EndReason.AGENT] * (chat.begins == "ENDED")
    best = max(reasons, key=lambda reason: participation.RANK[reason], default="")
    assert (contact.state, contact.end_reason) == ("ENDED" if reasons else chat.begins, best)
    assert (contact.conversation.chat_ended_at is not None) == ("chat" in chat.endings)
    ours = Participant.objects.get(conversation=here.conversation, participant_id=OURS)
    assert (ours.left_at is not None) == bool(chat.endings & {"chat", "ours"})


@ANY_ORDER
@given(chat=chats())
def test_what_was_said_is_sent_and_what_can_never_be_said_fails(chat: Chat) -> None:
    here = house(chat)
    for delivery in chat.deliveries:
        deliver(here, chat, delivery)
    rows = {n: OutboundMessage.objects.get(pk=row.pk) for n, row in here.outgoing.items()}
    assert {n: (row.state, row.item_id) for n, row in rows.items()} == {
        n: ("sent", id_of(chat.said[n], here.contact)) for n in chat.ours
    }
    over = "chat" in chat.endings or (bool(chat.endings) and chat.begins != "ENDED")
    unsent, contact = OutboundMessage.objects.get(pk=here.unsent.pk), Contact.objects.get(pk=here.contact.pk)
    assert (unsent.state, str(unsent.why)) == (
        ("failed", f"Not sent: {participation.why_unsent(contact)}.") if over else ("queued", "")
    )


@ANY_ORDER
@given(chat=chats())
def test_receipts_are_the_same_high_water_marks_in_any_order(chat: Chat) -> None:
    here = house(chat)
    for delivery in chat.deliveries:
        deliver(here, chat, delivery)
    participants = Participant.objects.filter(conversation=here.conversation)
    marks = {one.participant_id: (one.delivered_id, one.read_id) for one in participants}
    for who in (OURS, THEIRS):
        wanted = (high_water(here, chat, who, read=False), high_water(here, chat, who, read=True))
        assert marks.get(who, ("", "")) == wanted


@ANY_ORDER
@given(chat=chats())
def test_every_change_is_told_under_the_next_number_and_the_changes_make_the_fresh_snapshot(chat: Chat) -> None:
    here = house(chat)
    with listening(here.conversation) as ear:
        for delivery in chat.deliveries:
            deliver(here, chat, delivery)
        assert ear.numbers == ear.expected_numbers
        assert ear.held() == ear.fresh()


# ---- at the same time ------------------------------------------------------------------------------------------------


def at_once(*work: Callable[[], object]) -> None:
    """Each on a thread with a connection of its own; the first error is raised."""

    def run(one: Callable[[], object]) -> None:
        try:
            one()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(work)) as pool:
        for future in [pool.submit(run, one) for one in work]:
            future.result(60)


def test_eight_threads_in_one_conversation_leave_no_hole_and_no_twin() -> None:
    said = [_said(n, THEIRS, n, receipts=((OURS, True),)) for n in range(48)]
    chat = Chat(tuple(said), (), ())
    here = house(chat)

    def thread(start: int) -> None:
        order = [*range(start, 48), *range(start)]
        for n in order[:24]:  # every item comes four times, from four threads
            deliver(here, chat, Delivery("sns" if n % 2 else "page", (n,)))

    with listening(here.conversation) as ear:
        at_once(*(lambda start=start: thread(start) for start in range(0, 48, 6)))
        assert ear.numbers == ear.expected_numbers
        assert ear.held() == ear.fresh()
    assert kept(here) == expected(here, chat)
    numbers = Item.objects.filter(conversation=here.conversation).values_list("number", flat=True)
    assert len(set(numbers)) == 48


def test_the_answer_the_echo_and_the_page_at_the_same_moment_are_one_item_with_its_author() -> None:
    said = tuple(_said(n, OURS, n) for n in range(12))
    chat = Chat(said, tuple(range(12)), ())
    here = house(chat)

    def all_of(kind: str) -> None:
        for n in chat.ours:
            deliver(here, chat, Delivery(kind, (n,)))

    with listening(here.conversation) as ear:
        at_once(*(lambda kind=kind: all_of(kind) for kind in ("answer", "sns", "page", "answer", "sns", "page")))
        assert ear.numbers == ear.expected_numbers
        assert ear.held() == ear.fresh()
    assert kept(here) == expected(here, chat)


def test_two_conversations_that_cross_in_one_write_do_not_lock_each_other_out() -> None:
    chat = Chat(tuple(_said(n, THEIRS, n) for n in range(20)), (), ())
    other = Chat(tuple(_said(n, THEIRS, n) for n in range(20)), (), ())
    here, there = house(chat), house(other)
    mine = [wire.read_item(said.item(here.contact, with_receipts=False)) for said in chat.said]
    theirs = [wire.read_item(said.item(there.contact, with_receipts=False)) for said in other.said]

    def write(first: list[wire.ChatEvent], second: list[wire.ChatEvent]) -> None:
        for one, two in zip(first, second, strict=True):
            ingest.write([one, two])

    at_once(*(lambda a=a, b=b: write(a, b) for a, b in [(mine, theirs), (theirs, mine)] * 3))
    assert kept(here) == expected(here, chat)
    assert kept(there) == expected(there, other)


def test_the_first_words_of_an_unknown_chat_make_one_conversation() -> None:
    contact = Contact(pk=f"new-{factories.number()}", conversation=Conversation(initial_contact_id="new-chain"))
    said = [_said(n, THEIRS, n) for n in range(8)]
    events = [wire.read_item(one.item(contact, with_receipts=False)) for one in said]
    at_once(*(lambda event=event: ingest.write([event]) for event in events))
    conversation = Conversation.objects.get(initial_contact_id="new-chain")
    assert Item.objects.filter(conversation=conversation).count() == 8
    assert (conversation.customer_name, conversation.seq) == ("Ada", 8)
    assert not Contact.objects.filter(conversation=conversation).exists()


# ---- what is not kept ------------------------------------------------------------------------------------------------


async def test_typing_is_passed_on_and_takes_no_number() -> None:
    from chats.db import db_write
    from chats.realtime import hints

    here = await db_write(house)(Chat((), (), ()))
    seq = (await db_write(Conversation.objects.get)(pk=here.conversation.pk)).seq
    typing = {
        **_said(1, THEIRS, 1).item(here.contact, with_receipts=False),
        "Type": "EVENT",
        "ContentType": wire.TYPING,
    }
    heard: list[Any] = []
    hints.add_listener(heard.append)
    try:
        assert await ingest.receive(wire.read_item(typing))
        own = {**typing, "ParticipantRole": "CUSTOM_BOT"}
        assert await ingest.receive(wire.read_item(own))
    finally:
        hints.remove_listener(heard.append)
    assert [(copy.seq, json.loads(copy.text)["method"]) for copy in heard] == [(0, "typing")]
    assert (await db_write(Conversation.objects.get)(pk=here.conversation.pk)).seq == seq


def test_a_name_that_is_learnt_late_is_told_as_a_change_of_the_contact() -> None:
    chat = Chat((_said(1, THEIRS, 1),), (), ())
    here = house(chat)
    with listening(here.conversation) as ear:
        deliver(here, chat, Delivery("sns", (0,)))
        assert [method for _, method, _ in ear.frames] == ["item", "contact"]
        assert ear.held()["contacts"][here.contact.pk]["customerName"] == "Ada"
        assert ear.held() == ear.fresh()


def test_an_ear_hears_only_its_own_conversation() -> None:
    here, there = house(Chat((), (), ())), house(Chat((_said(1, THEIRS, 1),), (), ()))
    with listening(here.conversation) as ear:
        deliver(there, Chat((_said(1, THEIRS, 1),), (), ()), Delivery("sns", (0,)))
        assert isinstance(ear, Ear)
        assert ear.frames == []
