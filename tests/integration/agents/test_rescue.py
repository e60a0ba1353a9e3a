"""When an agent is gone for good, their contacts wait, go back to the queue, or call a supervisor; once."""

from __future__ import annotations

import pytest

from agents import presence, routing
from agents.models import Agent, AgentContact
from chats.models import Contact, OutboundMessage
from tests import factories

pytestmark = pytest.mark.django_db
GONE = 45 + 300  # the lease, and what the queue waits


@pytest.fixture
def mira():
    return factories.agent("mira", first_name="Mira", last_name="Okafor")


@pytest.fixture
def served(mira, clock):
    factories.state("Offline")
    contact = factories.contact(waited=30)
    routing.run(clock.now)
    routing.accept(mira, contact.pk, clock.now)
    return contact


def row():
    return Contact.objects.get()


def part():
    return AgentContact.objects.order_by("pk")[0]


def last_words():
    return OutboundMessage.objects.order_by("-position").values_list("content", flat=True)[0]


def test_an_absent_agents_contact_is_theirs_for_a_while(mira, served, clock):
    presence.sweep(clock.tick(60))
    assert routing.absent_agents.run(clock.tick(GONE - 60)) == 0
    assert (row().state, row().owner) == ("CONNECTED", mira.user)


def test_then_it_goes_back_to_the_head_of_the_queue_and_the_agent_finds_out_why(mira, served, clock, heard):
    factories.rules(served.queue, rescue_text="{Agent} had to leave, somebody else will be with you.")
    presence.sweep(clock.tick(60))
    with heard.committed():
        assert routing.absent_agents.run(clock.tick(GONE - 59)) == 1
    assert (row().state, row().owner, row().waiting_since) == ("WAITING", None, served.waiting_since)
    assert (part().state, str(part().why)) == ("ended", "back to the queue: no open desk for 346 s")
    assert last_words() == "Mira had to leave, somebody else will be with you."
    assert Agent.objects.get().load == 0
    assert "routing" in heard.bells
    jonas = factories.agent("jonas", seen_at=clock.now)
    routing.run(clock.now)
    assert AgentContact.objects.get(agent=jonas).state == "connecting"
    assert routing.absent_agents.run(clock.tick(1)) == 0


def test_work_after_it_holds_no_slot_when_nobody_is_there_to_do_it(mira, served, clock):
    factories.rules(mira, acw="timed", acw_holds_slot=True)
    routing.absent_agents.run(clock.tick(GONE + 1))
    assert (Agent.objects.get().load, part().state, part().acw_until) == (0, "ended", None)


def test_a_queue_may_call_a_supervisor_instead(mira, served, clock, heard):
    factories.rules(served.queue, rescue="attention")
    with heard.committed():
        assert routing.absent_agents.run(clock.tick(GONE + 1)) == 1
    assert (row().state, row().owner) == ("CONNECTED", mira.user)
    told = heard.last(served.stream, "contact")["contact"]
    because = {"code": "no_open_desk_for", "sentence": "no open desk for %(seconds)s s", "values": {"seconds": "346"}}
    assert told["attention"] == {
        "code": "agent_absent",
        "sentence": "%(name)s: %(why)s",
        "values": {"name": "Mira Okafor", "why": because},
    }
    assert routing.absent_agents.run(clock.tick(60)) == 0


def test_the_call_is_over_when_the_agent_is_back(mira, served, clock, heard):
    factories.rules(served.queue, rescue="attention")
    routing.absent_agents.run(clock.tick(GONE + 1))
    presence.seen(mira.pk, clock.tick(5))
    with heard.committed():
        assert routing.absent_agents.run(clock.tick(1)) == 1
    assert (str(row().attention), heard.last(served.stream, "contact")["contact"]["attention"]) == ("", None)
    assert routing.absent_agents.run(clock.tick(1)) == 0


def test_a_queue_may_wait_for_the_agent_and_tell_the_customer_once(mira, served, clock):
    factories.rules(served.queue, rescue="wait", rescue_text="One moment, {Agent} will be back.")
    assert [routing.absent_agents.run(clock.tick(GONE + 1)), routing.absent_agents.run(clock.tick(600))] == [1, 0]
    assert (row().state, row().owner, last_words()) == ("CONNECTED", mira.user, "One moment, Mira will be back.")


def test_who_came_back_and_left_again_is_a_new_case(mira, served, clock):
    factories.rules(served.queue, rescue="wait", rescue_text="One moment.")
    routing.absent_agents.run(clock.tick(GONE + 1))
    presence.seen(mira.pk, clock.tick(10))
    assert [routing.absent_agents.run(clock.tick(GONE)), routing.absent_agents.run(clock.tick(1))] == [0, 1]
    assert OutboundMessage.objects.filter(content="One moment.").count() == 2


def test_who_is_seen_while_the_rescue_waits_for_the_lock_keeps_the_contact(mira, served, clock):
    presence.seen(mira.pk, clock.tick(GONE + 1))
    assert routing.absent_agents._rescue(served.pk, mira.pk, clock.now) is False
    assert row().state == "CONNECTED"


def test_the_contacts_of_somebody_who_may_not_sign_in_any_more_are_rescued_at_once(mira, served, clock):
    mira.user.is_active = False
    mira.user.save()
    assert routing.absent_agents.run(clock.tick(1)) == 1
    assert (row().state, str(part().why)) == ("WAITING", "back to the queue: Mira Okafor may not sign in any more")


@pytest.mark.parametrize("gone", ["agent", "person"])
def test_the_contacts_of_somebody_who_was_deleted_go_back_to_the_queue(mira, served, clock, gone):
    (mira if gone == "agent" else mira.user).delete()
    assert routing.absent_agents.run(clock.tick(1)) == 1
    assert (row().state, row().owner, row().waiting_since) == ("WAITING", None, served.waiting_since)


def test_with_nobody_gone_it_costs_three_queries(mira, served, clock, django_assert_num_queries):
    with django_assert_num_queries(3):
        assert routing.absent_agents.run(clock.now) == 0
