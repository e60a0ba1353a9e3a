"""After contact work: off, optional, required, time-boxed; what came of a contact; and whether it counts as a chat."""

from __future__ import annotations

import pytest

from agents import presence, routing, serialisers
from agents.models import Agent, AgentContact, Disposition
from chats import contact_state as chat
from chats import participation
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def mira():
    return factories.agent("mira", chats=1)


@pytest.fixture
def serve(mira, clock):
    def serve(**rules):
        factories.rules(mira, **rules)
        contact = factories.contact()
        routing.run(clock.now)
        routing.accept(mira, contact.pk, clock.now)
        return contact

    return serve


def part():
    return AgentContact.objects.latest("pk")


def load():
    return Agent.objects.get().load


def refusal(verb, *arguments, **more):
    with pytest.raises(routing.Refusal) as refused:
        verb(*arguments, **more)
    return refused.value.reason, refused.value.message


def test_switched_off_the_card_leaves_with_the_contact(mira, serve, clock):
    contact = serve(acw="off", acw_holds_slot=True)
    routing.end(mira, contact.pk, clock.tick(60))
    assert (part().state, part().outcome, load()) == ("cleared", "ended", 0)


def test_it_counts_as_a_chat_where_the_profile_says_so(mira, serve, clock):
    contact = serve(acw_holds_slot=True)
    waiting = factories.contact()
    routing.end(mira, contact.pk, clock.tick(60))
    assert (load(), routing.run(clock.now)) == (1, 0)
    presence.seen(mira.pk, clock.now)
    routing.clear(mira, contact.pk, clock.tick(5))
    assert (load(), routing.run(clock.now)) == (0, 1)
    assert part().contact == waiting


def test_else_the_next_contact_comes_meanwhile(mira, serve, clock):
    contact = serve(acw_holds_slot=False)
    factories.contact()
    routing.end(mira, contact.pk, clock.tick(5))
    assert (load(), routing.run(clock.now)) == (0, 1)


def test_the_next_state_waits_for_work_that_counts_as_a_chat(mira, serve, clock):
    factories.state("Break")
    contact = serve(acw_holds_slot=True)
    presence.set_state(mira, "Break", enqueue_next=True, by=mira.user, now=clock.now)
    routing.end(mira, contact.pk, clock.now)
    assert Agent.objects.get().state.name == "Available"
    routing.clear(mira, contact.pk, clock.now)
    assert Agent.objects.get().state.name == "Break"


def test_the_customers_leaving_begins_it_too(mira, serve, clock):
    contact = serve(acw="timed", acw_seconds=30)
    participation.end(participation.lock_contact(contact.pk), chat.EndReason.CUSTOMER, clock.tick(9), leave=False)
    assert (part().acw_until - clock.now).total_seconds() == 30


# ---- time-boxed ------------------------------------------------------------------------------------------------------


def test_a_time_box_ends_by_itself_and_frees_the_slot(mira, serve, clock, heard):
    contact = serve(acw="timed", acw_seconds=30, acw_holds_slot=True)
    routing.end(mira, contact.pk, clock.now)
    assert [routing.after_contact_work.run(clock.tick(29.9)), load()] == [0, 1]
    with heard.committed():
        assert [routing.after_contact_work.run(clock.tick(0.1)), load()] == [1, 0]
    assert (part().state, part().cleared_at, part().acw_until) == ("cleared", clock.now, None)
    assert heard.last(mira.stream, "agentContact")["agentContact"]["state"] == "cleared"
    assert "routing" in heard.bells
    assert routing.after_contact_work.run(clock.now) == 0


def test_the_agent_may_be_faster_than_the_time_box(mira, serve, clock):
    contact = serve(acw="timed", acw_seconds=30)
    routing.end(mira, contact.pk, clock.now)
    routing.clear(mira, contact.pk, clock.now)
    assert routing.after_contact_work.run(clock.tick(30)) == 0


def test_the_time_box_asks_for_no_disposition(mira, serve, clock):
    factories.rules(factories.queue(), disposition_required=True)
    Disposition.objects.create(name="Refund")
    contact = serve(acw="timed", acw_seconds=30)
    routing.end(mira, contact.pk, clock.now)
    assert routing.after_contact_work.run(clock.tick(30)) == 1


def test_with_nothing_due_it_costs_one_query(mira, clock, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert routing.after_contact_work.run(clock.now) == 0


# ---- what came of it -------------------------------------------------------------------------------------------------


@pytest.fixture
def words():
    """Dispositions: one for every queue, one for this, one for another, one that is out of use."""
    general, mine, other, old = (
        Disposition.objects.create(name=name, order=order)
        for order, name in enumerate(["Solved", "Refund", "Parcel", "Fax"])
    )
    mine.queues.add(factories.queue())
    other.queues.add(factories.queue("VIP"))
    Disposition.objects.filter(pk=old.pk).update(is_active=False)
    return general


def test_a_disposition_and_a_note_are_kept_with_the_agents_part(mira, serve, clock, words):
    contact = serve()
    routing.end(mira, contact.pk, clock.now)
    routing.clear(mira, contact.pk, clock.now, disposition="Refund", note="  Sent today.\n")
    assert (part().disposition.name, part().note, part().state) == ("Refund", "Sent today.", "cleared")


@pytest.mark.parametrize("name", ["Parcel", "Fax", "refund"])
def test_a_disposition_of_another_queue_is_refused_with_those_there_are(mira, serve, clock, words, name):
    contact = serve()
    routing.end(mira, contact.pk, clock.now)
    assert refusal(routing.clear, mira, contact.pk, clock.now, disposition=name) == (
        "dispositionNotFound",
        f"There is no disposition “{name}” in this queue. There are: Solved, Refund.",
    )
    assert part().state == "ended"


def test_a_queue_may_require_a_disposition(mira, serve, clock, words):
    factories.rules(factories.queue(), disposition_required=True)
    contact = serve()
    routing.end(mira, contact.pk, clock.now)
    assert serialisers.agent_contact(part())["dispositionRequired"]
    assert refusal(routing.clear, mira, contact.pk, clock.now, note="Done.") == (
        "dispositionRequired",
        "Say first what came of it: Solved, Refund.",
    )
    routing.clear(mira, contact.pk, clock.now, disposition="Solved")
    assert part().state == "cleared"


def test_what_a_queue_has_not_it_cannot_require(mira, serve, clock):
    factories.rules(factories.queue(), disposition_required=True)
    contact = serve()
    routing.end(mira, contact.pk, clock.now)
    routing.clear(mira, contact.pk, clock.now)
    assert part().state == "cleared"


@pytest.mark.parametrize("given", [{"disposition": "Solved"}, {"note": "Called back."}])
def test_where_the_work_is_required_a_word_of_it_must_be_said(mira, serve, clock, words, given):
    contact = serve(acw="required")
    routing.end(mira, contact.pk, clock.now)
    assert refusal(routing.clear, mira, contact.pk, clock.now, note="  ") == (
        "dispositionRequired",
        "Say first what came of it: a disposition or a note.",
    )
    routing.clear(mira, contact.pk, clock.now, **given)
    assert part().state == "cleared"


def test_a_missed_card_needs_no_disposition(mira, clock, words):
    factories.rules(mira, acw="required")
    factories.rules(factories.queue(), disposition_required=True)
    contact = factories.contact()
    routing.run(clock.now)
    routing.run(clock.tick(20))
    routing.clear(mira, contact.pk, clock.now)
    assert part().state == "cleared"
