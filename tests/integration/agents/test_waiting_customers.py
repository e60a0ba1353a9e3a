"""What customers hear while they wait, and what happens when they fall silent; all of it from rows and a clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agents import idle_customers, queue_messages, routing
from agents.models import AgentContact, ContactTimer
from chats import contact_state as chat
from chats import participation
from chats.models import Contact, OutboundMessage, QueueText
from tests import factories

pytestmark = pytest.mark.django_db


def said():
    return list(OutboundMessage.objects.order_by("position").values_list("content", flat=True))


def sent():
    OutboundMessage.objects.update(state=OutboundMessage.State.SENT)


# ---- waiting ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def waits(clock):
    """A contact that begins to wait now, in a queue that says so every minute."""
    factories.queue(waiting_every=60, waiting_text="You are number {position}: {wait}.")
    contact = factories.contact(state=chat.State.JOINING)
    participation.mark_joined(contact.pk, clock.now)
    return contact


def test_the_customer_hears_their_place_again_and_again(waits, clock):
    assert [queue_messages.run(clock.tick(59.9)), said()] == [0, []]
    factories.contact(waited=500)
    assert queue_messages.run(clock.tick(0.1)) == 1
    assert said() == ["You are number 2: a few minutes."]
    sent()
    Contact.objects.exclude(pk=waits.pk).update(state="ENDED")
    assert [queue_messages.run(clock.tick(59.9)), queue_messages.run(clock.tick(0.1))] == [0, 1]
    assert said() == ["You are number 2: a few minutes.", "You are number 1: a few minutes."]


def test_a_worker_that_slept_says_it_once(waits, clock):
    assert queue_messages.run(clock.tick(3600)) == 1
    assert queue_messages.run(clock.tick(1)) == 0


def test_what_was_not_delivered_is_not_said_again(waits, clock):
    queue_messages.run(clock.tick(60))
    assert queue_messages.run(clock.tick(60)) == 0
    sent()
    assert queue_messages.run(clock.tick(60)) == 1


def test_nobody_is_told_to_wait_who_is_served(waits, clock):
    agent = factories.agent()
    routing.run(clock.now)
    routing.accept(agent, waits.pk, clock.now)
    assert [queue_messages.run(clock.tick(60)), ContactTimer.objects.count()] == [0, 0]


def test_nobody_is_told_to_wait_who_has_left(waits, clock):
    participation.end(participation.lock_contact(waits.pk), chat.EndReason.CUSTOMER, clock.now, leave=False)
    assert [queue_messages.run(clock.tick(60)), ContactTimer.objects.count()] == [0, 0]


def test_an_offer_that_nobody_answered_is_still_waiting(waits, clock):
    factories.agent(seen_at=clock.now)
    routing.run(clock.tick(55))
    assert queue_messages.run(clock.tick(5)) == 1


def test_a_contact_that_is_requeued_hears_it_again(waits, clock):
    agent = factories.agent(first_name="Mira")
    routing.run(clock.now)
    routing.accept(agent, waits.pk, clock.now)
    sent()
    participation.requeue(participation.lock_contact(waits.pk), clock.tick(120))
    assert queue_messages.run(clock.now) == 1


def test_the_language_of_the_customer_is_spoken(waits, clock):
    QueueText.objects.create(queue=waits.queue, kind="waiting", language="de", text="Platz {position}.")
    waits.conversation.language = "de-DE"
    waits.conversation.save()
    queue_messages.run(clock.tick(60))
    assert said() == ["Platz 1."]


def test_a_queue_that_says_nothing_has_no_timers(clock):
    contact = factories.contact(state=chat.State.JOINING)
    participation.mark_joined(contact.pk, clock.now)
    assert ContactTimer.objects.count() == 0


@pytest.mark.parametrize(
    ("answered", "place", "words"),
    [(0, 1, "a few minutes"), (30, 1, "about 1 minute"), (10, 3, "about 9 minutes"), (1, 2, "about 60 minutes")],
)
def test_the_wait_is_told_at_the_pace_of_the_last_half_hour(clock, answered, place, words):
    agent, queue = factories.agent(), factories.queue()
    for _ in range(answered):
        AgentContact.objects.create(
            agent=agent, contact=factories.contact(state="ENDED"), round=1, state="cleared", offered_at=clock.now,
            accepted_at=clock.now - timedelta(minutes=29),
        )  # fmt: skip
    AgentContact.objects.create(
        agent=agent, contact=factories.contact(state="ENDED"), round=1, state="cleared", offered_at=clock.now,
        accepted_at=clock.now - timedelta(minutes=31),
    )  # fmt: skip
    assert queue_messages.in_words(queue_messages.expected_wait(queue, place, clock.now), "en") == words


def test_with_nothing_due_both_timers_cost_a_query_each(clock, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert [queue_messages.run(clock.now), idle_customers.run(clock.now)] == [0, 0]


# ---- silent ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def served(clock):
    """A contact that mira serves, in a queue that nudges after 2 minutes and ends one minute later."""
    factories.queue(nudge_after=120, silent_after=60, nudge_text="Still there?", silent_text="Bye.", joined_text="")
    agent, contact = factories.agent("mira"), factories.contact()
    routing.run(clock.now)
    routing.accept(agent, contact.pk, clock.now)
    return contact


def agent_says(contact, clock, text="Which colour?", **columns):
    contact = Contact.objects.get(pk=contact.pk)
    seq = contact.conversation.next_seq()
    OutboundMessage.objects.create(
        conversation=contact.conversation, contact=contact, round=contact.round, client_token=f"t{seq}", content=text,
        author=contact.owner, state="sent", due_at=clock.now, created_at=clock.now, position=seq, seq=seq,
        **columns,
    )  # fmt: skip


def customer_says(contact, clock, **columns):
    factories.item(Contact.objects.get(pk=contact.pk), received_at=clock.now, **columns)


def every_second(clock, seconds):
    """As the worker does; when something was done."""
    start = clock.now
    return [(clock.now - start).total_seconds() for _ in range(seconds) if idle_customers.run(clock.tick(1))]


def test_who_does_not_answer_is_nudged_and_later_the_chat_ends(served, clock):
    clock.tick(45)
    agent_says(served, clock)
    assert every_second(clock, 200) == [120, 180]
    assert said() == ["Which colour?", "Still there?", "Bye.", ""]
    contact, part = Contact.objects.get(), AgentContact.objects.get()
    assert (contact.state, contact.end_reason) == ("ENDED", "silent")
    assert (part.state, str(part.why)) == ("ended", "the customer did not answer any more")
    assert OutboundMessage.objects.latest("position").kind == "DISCONNECT"
    assert ContactTimer.objects.count() == 0


@pytest.mark.parametrize("kind", ["MESSAGE", "ATTACHMENT"])
def test_it_counts_from_the_agents_last_message_or_file(served, clock, kind):
    agent_says(served, clock)
    clock.tick(100)
    agent_says(served, clock, "Or which size?", kind=kind)
    assert every_second(clock, 150) == [120]


def test_who_has_answered_waits_for_the_agent_and_is_not_silent(served, clock):
    agent_says(served, clock)
    clock.tick(60)
    customer_says(served, clock)
    assert every_second(clock, 600) == []


def test_a_contact_nobody_has_spoken_in_is_not_silent(served, clock):
    customer_says(served, clock)
    assert every_second(clock, 600) == []


def test_an_answer_to_the_nudge_saves_the_chat(served, clock):
    agent_says(served, clock)
    assert every_second(clock, 130) == [120]
    customer_says(served, clock)
    assert every_second(clock, 600) == []
    agent_says(served, clock, "Good.")
    assert every_second(clock, 190) == [120, 180]


def test_an_attachment_is_an_answer_and_an_event_is_none(served, clock):
    agent_says(served, clock)
    customer_says(served, clock.__class__(clock.tick(10)), type="EVENT")
    assert every_second(clock, 115) == [110]
    customer_says(served, clock, type="ATTACHMENT")
    assert every_second(clock, 300) == []


def test_only_connected_contacts_count(served, clock):
    agent_says(served, clock)
    participation.requeue(participation.lock_contact(served.pk), clock.tick(10))
    assert every_second(clock, 300) == []
    assert ContactTimer.objects.count() == 0


def test_a_failed_message_was_not_said(served, clock):
    agent_says(served, clock)
    OutboundMessage.objects.update(state="failed")
    assert every_second(clock, 300) == []


def test_a_queue_may_nudge_and_never_end(served, clock):
    factories.rules(served.queue, silent_after=0)
    agent_says(served, clock)
    assert every_second(clock, 600) == [120]


def test_a_queue_that_does_not_mind_has_no_timer(clock):
    agent, contact = factories.agent(), factories.contact()
    routing.run(clock.now)
    routing.accept(agent, contact.pk, clock.now)
    assert ContactTimer.objects.count() == 0
