"""What we owe Connect: the same token is the same message, first in is first out, and nobody delivers a row twice at once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from django.utils import timezone

from chats import contact_state, outbox, participation
from chats.models import Contact, OutboundMessage
from chats.reasons import Reason
from chats.sending import sender
from tests import factories
from tests.hearing import listening

pytestmark = pytest.mark.django_db(transaction=True)
SOON = timedelta(seconds=1)
LEASE_IS_OVER = timedelta(minutes=1)


def connected() -> Contact:
    return factories.contact("Ada", state="CONNECTED", owner=factories.user())


@transaction.atomic
def say(contact: Contact, text: str, **given: Any) -> OutboundMessage:
    return outbox.enqueue(participation.lock_contact(contact.pk), text, **{"author": contact.owner, **given})


def at_once(*work: Callable[[], Any]) -> list[Any]:
    def run(one: Callable[[], Any]) -> Any:
        try:
            return one()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(work)) as pool:
        return [future.result(60) for future in [pool.submit(run, one) for one in work]]


def claimed(now: datetime) -> list[str]:
    return [row.content for row in sender.claim(now, 10)]


# ---- tokens ----------------------------------------------------------------------------------------------------------


def test_the_same_token_with_the_same_text_is_one_message() -> None:
    contact = connected()
    first, again = (say(contact, "hello", client_token="t") for _ in range(2))
    assert first.pk == again.pk
    assert OutboundMessage.objects.count() == 1


@pytest.mark.parametrize("changed", [{"text": "good bye"}, {"author": None}], ids=["text", "author"])
def test_the_same_token_for_something_else_is_refused_and_nothing_is_kept(changed: dict[str, Any]) -> None:
    contact = connected()
    say(contact, "hello", client_token="t")
    with pytest.raises(outbox.NotSendable) as refused:
        say(contact, **{"text": "hello", "client_token": "t", **changed})
    assert refused.value.reason == "clientTokenReused"
    assert OutboundMessage.objects.count() == 1


def test_the_same_token_in_another_conversation_is_another_message() -> None:
    say(connected(), "hello", client_token="t")
    say(connected(), "hello", client_token="t")
    assert OutboundMessage.objects.count() == 2


def test_eight_tabs_with_one_token_at_the_same_moment_make_one_message() -> None:
    contact = connected()
    with listening(contact.conversation) as ear:
        rows = at_once(*[lambda: say(contact, "hello", client_token="t")] * 8)
        assert len({row.pk for row in rows}) == 1
        assert len(ear.frames) == 1
        assert ear.numbers == ear.expected_numbers


@pytest.mark.parametrize(
    ("text", "content_type", "reason"),
    [
        ("", "text/plain", "empty"),
        (" \n\t", "text/plain", "empty"),
        ("x" * 16_385, "text/plain", "tooLong"),
        ("ä" * 8_193, "text/plain", "tooLong"),
        ("hello", "application/json", "contentType"),
    ],
)
def test_what_connect_would_refuse_is_refused_before_it_is_kept(text: str, content_type: str, reason: str) -> None:
    contact = connected()
    with pytest.raises(outbox.NotSendable) as refused:
        say(contact, text, content_type=content_type)
    assert refused.value.reason == reason
    assert not OutboundMessage.objects.exists()


@pytest.mark.parametrize("text", ["x" * 16_384, "ä" * 8_192, "\N{GRINNING FACE}" * 4_096])
def test_sixteen_kilobytes_are_accepted(text: str) -> None:
    assert say(connected(), text).content == text


# ---- order -----------------------------------------------------------------------------------------------------------


def test_one_row_of_a_round_is_under_way_at_a_time_and_others_do_not_wait_for_it() -> None:
    ada, bob = connected(), connected()
    for contact, text in [(ada, "one"), (ada, "two"), (bob, "three")]:
        say(contact, text)
    now = timezone.now() + SOON
    assert sorted(claimed(now)) == ["one", "three"]
    assert claimed(now) == []
    OutboundMessage.objects.filter(content="one").update(state=OutboundMessage.State.SENT)
    assert claimed(now) == ["two"]


def test_a_lease_that_was_not_given_back_ends_and_the_same_row_is_first_again() -> None:
    contact = connected()
    say(contact, "one")
    say(contact, "two")
    now = timezone.now() + SOON
    assert claimed(now) == ["one"]
    assert claimed(now + timedelta(seconds=5)) == []
    assert claimed(now + LEASE_IS_OVER) == ["one"]
    assert OutboundMessage.objects.get(content="one").attempts == 2


def test_the_goodbye_comes_after_all_that_was_said() -> None:
    contact = connected()
    say(contact, "one")
    with transaction.atomic():
        outbox.disconnect(participation.lock_contact(contact.pk))
    say(contact, "two")
    kinds = []
    for _ in range(3):
        (row,) = sender.claim(timezone.now() + SOON, 10)
        kinds.append((row.kind, row.content))
        OutboundMessage.objects.filter(pk=row.pk).update(state=OutboundMessage.State.SENT)
    assert kinds == [("MESSAGE", "one"), ("DISCONNECT", ""), ("MESSAGE", "two")]


def test_eight_couriers_never_get_the_same_row() -> None:
    for n in range(24):
        say(connected(), f"words {n}")
    now = timezone.now() + SOON
    rows = [row.pk for rows in at_once(*[lambda: sender.claim(now, 32)] * 8) for row in rows]
    assert len(rows) == 24
    assert len(set(rows)) == 24


def test_words_of_an_ended_round_do_not_hold_up_those_of_the_next() -> None:
    contact = connected()
    say(contact, "round one")
    Contact.objects.filter(pk=contact.pk).update(round=2)
    say(contact, "round two")
    assert sorted(claimed(timezone.now() + SOON)) == ["round one", "round two"]


# ---- what failed -----------------------------------------------------------------------------------------------------


def failed(contact: Contact, text: str) -> OutboundMessage:
    row = say(contact, text)
    OutboundMessage.objects.filter(pk=row.pk).update(
        state=OutboundMessage.State.FAILED, why=Reason("chat_had_ended"), attempts=3
    )
    row.refresh_from_db()
    return row


def test_a_retry_keeps_its_token_and_goes_to_the_end_of_the_queue() -> None:
    contact = connected()
    row = failed(contact, "one")
    say(contact, "two")
    with transaction.atomic():
        row.conversation.lock()
        outbox.retry(row, timezone.now())
    kept = OutboundMessage.objects.get(pk=row.pk)
    assert (kept.state, str(kept.why), kept.attempts, kept.client_token) == ("queued", "", 0, row.client_token)
    now = timezone.now() + SOON
    assert claimed(now) == ["two"]
    OutboundMessage.objects.filter(content="two").update(state=OutboundMessage.State.SENT)
    assert claimed(now) == ["one"]


@pytest.mark.parametrize("state", ["sending", "sent"])
def test_what_is_on_its_way_or_sent_is_not_taken_back(state: str) -> None:
    row = say(connected(), "one")
    OutboundMessage.objects.filter(pk=row.pk).update(state=state)
    with transaction.atomic():
        row.conversation.lock()
        outbox.discard(row)
    assert OutboundMessage.objects.get(pk=row.pk).state == state


def test_what_is_taken_back_while_a_courier_reaches_for_it_is_either_sent_or_discarded() -> None:
    for _ in range(12):
        row = say(connected(), str(uuid.uuid4()))

        @transaction.atomic
        def take_back(row: OutboundMessage = row) -> str:
            row.conversation.lock()
            outbox.discard(row)
            return str(row.state)

        said, rows = at_once(take_back, lambda: sender.claim(timezone.now() + SOON, 10))
        mine = [one for one in rows if one.pk == row.pk]
        assert (said == "discarded") == (mine == [])
        assert OutboundMessage.objects.get(pk=row.pk).state == ("discarded" if not mine else "sending")


def test_when_nothing_can_be_sent_any_more_all_that_waits_fails_and_the_goodbye_is_said() -> None:
    contact = connected()
    tried, waiting = say(contact, "tried"), say(contact, "waiting")
    OutboundMessage.objects.filter(pk=tried.pk).update(attempts=1)
    with transaction.atomic():
        goodbye = outbox.disconnect(participation.lock_contact(contact.pk))
    with listening(contact.conversation) as ear:
        with transaction.atomic():
            outbox.fail_unsent(participation.lock_contact(contact.pk), Reason("chat_had_ended"))
        assert ear.numbers == ear.expected_numbers
        assert ear.held() == ear.fresh()
    rows = {row.pk: (row.state, str(row.why)) for row in OutboundMessage.objects.all()}
    assert rows == {
        tried.pk: ("failed", "Perhaps not sent, Amazon Connect did not answer: the chat had ended."),
        waiting.pk: ("failed", "Not sent: the chat had ended."),
        goodbye.pk: ("sent", ""),
    }


def test_a_better_reason_of_the_end_reaches_what_failed_by_it_and_nothing_else_of_the_same_words() -> None:
    contact = connected()
    by_end, perhaps, by_refusal = say(contact, "by the end"), say(contact, "perhaps"), say(contact, "by a refusal")
    OutboundMessage.objects.filter(pk=perhaps.pk).update(attempts=1)
    same_words = Reason("not_sent", why=Reason("text", text="the chat had ended"))
    OutboundMessage.objects.filter(pk=by_refusal.pk).update(state=OutboundMessage.State.FAILED, why=same_words)
    for end in (contact_state.EndReason.CHAT_ENDED, contact_state.EndReason.CUSTOMER):
        with transaction.atomic():
            participation.end(participation.lock_contact(contact.pk), end, timezone.now(), leave=False)
    left = Reason("customer_had_left")
    assert {row.pk: row.why for row in OutboundMessage.objects.all()} == {
        by_end.pk: Reason("not_sent", why=left),
        perhaps.pk: Reason("perhaps_not_sent", why=left),
        by_refusal.pk: same_words,
    }
