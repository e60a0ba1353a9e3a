"""Not responding: what leads into it, that it says why, and the way back, with chats open too."""

from __future__ import annotations

import pytest

from agents import presence, routing, serialisers
from agents.models import Agent, AgentContact
from chats.models import Contact, OutboundMessage
from chats.reasons import Reason
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _states():
    for name in ("Available", "Break", "Offline"):
        factories.state(name)


@pytest.fixture
def mira():
    return factories.agent("mira", chats=4)


def state():
    return Agent.objects.get(user__username="mira").state.name


def miss(mira, clock, settings):
    """Everything that is offered now is let ring."""
    presence.seen(mira.pk, clock.now)
    routing.run(clock.now)
    presence.seen(mira.pk, clock.tick(settings.CCP_OFFER_SECONDS))
    routing.run(clock.now)


def stop(mira, clock):
    presence.enter(
        Agent.locked(mira.pk), presence.not_responding(), by=None, why=Reason("offers_not_answered", n=3), now=clock.now
    )


def test_a_routable_state_counts_at_once_with_contacts_open(mira, clock):
    contact = factories.contact()
    routing.run(clock.now)
    routing.accept(mira, contact.pk, clock.now)
    stop(mira, clock)
    factories.contact()
    assert routing.run(clock.now) == 0
    presence.set_state(mira, "Available", enqueue_next=True, by=mira.user, now=clock.tick(1))
    row = Agent.objects.get()
    assert (row.state.name, row.next_state, routing.run(clock.now)) == ("Available", None, 1)


def test_agents_neither_see_nor_choose_it(mira, clock):
    stop(mira, clock)
    shown = serialisers.agent(Agent.objects.get())
    assert [one["name"] for one in shown["states"]] == ["Available", "Break", "Offline"]
    for enqueue in (False, True):
        with pytest.raises(routing.Refusal) as refused:
            presence.set_state(mira, "Not responding", enqueue_next=enqueue, by=mira.user, now=clock.now)
        assert refused.value.reason == "stateNotChosen"
        assert refused.value.message == (
            "“Not responding” cannot be chosen: it comes when offers are missed. There are: Available, Break, Offline."
        )


def test_it_says_why_until_the_agent_chooses_a_state(mira, clock):
    presence.enter(
        Agent.locked(mira.pk),
        presence.not_responding(),
        by=None,
        why=Reason("offers_not_answered", n=3),
        now=clock.now,
    )
    assert serialisers.agent(Agent.objects.get())["stateWhy"] == {
        "code": "offers_not_answered",
        "sentence": "%(n)s offers in a row were not answered",
        "values": {"n": 3},
    }
    presence.set_state(mira, "Break", by=mira.user, now=clock.tick(1))
    assert serialisers.agent(Agent.objects.get())["stateWhy"] is None


def test_three_customers_in_a_row_count_and_one_customer_three_times_does_not(mira, clock, settings):
    factories.contact()
    for _ in range(4):
        miss(mira, clock, settings)
        clock.tick(settings.CCP_MISSED_SECONDS)
    assert (AgentContact.objects.filter(outcome="missed").count(), state()) == (4, "Available")
    for _ in range(2):
        factories.contact(waited=1)
    for _ in range(6):
        miss(mira, clock, settings)
    assert state() == "Not responding"


def test_after_an_answer_the_same_customer_counts_again(mira, clock, settings):
    settings.CCP_MISSES_IN_A_ROW = 2
    first = factories.contact(waited=9)
    miss(mira, clock, settings)
    other = factories.contact()
    routing.run(clock.now)
    routing.reject(mira, other.pk, clock.now)
    Contact.objects.filter(pk=other.pk).update(state="ENDED")
    clock.tick(settings.CCP_MISSED_SECONDS)
    miss(mira, clock, settings)
    row = Agent.objects.get()
    assert (AgentContact.objects.filter(contact=first, outcome="missed").count(), row.misses) == (2, 1)


def test_who_is_busy_with_a_customer_is_not_absent_and_who_has_said_nothing_for_long_is(mira, clock, settings):
    served = factories.contact(waited=60)
    routing.run(clock.now)
    routing.accept(mira, served.pk, clock.now)
    for _ in range(4):
        factories.contact()
        miss(mira, clock, settings)
    assert (state(), Agent.objects.get().misses) == ("Available", 0)
    clock.tick(settings.CCP_BUSY_SECONDS)
    OutboundMessage.objects.filter(contact=served).update(author=mira.user, created_at=clock.now)
    miss(mira, clock, settings)
    assert Agent.objects.get().misses == 0
    clock.tick(settings.CCP_BUSY_SECONDS)
    for _ in range(4):  # the same customers, whom they missed while they were busy
        miss(mira, clock, settings)
        clock.tick(settings.CCP_MISSED_SECONDS)
    assert state() == "Not responding"


def offered_to():
    return list(AgentContact.objects.filter(state="connecting").values_list("agent__user__username", flat=True))


@pytest.mark.parametrize("priorities", [(1, 1), (1, 2), (2, 1)])
def test_what_was_missed_goes_to_others_first(clock, settings, priorities):
    """Also to who serves the queue as their second, and has been idle for less long."""
    profiles = [factories.routing_profile(factories.queue(), chats=1, Returns=one) for one in priorities]
    mira = factories.agent("mira", profile=profiles[0])
    factories.contact()
    miss(mira, clock, settings)
    clock.tick(settings.CCP_MISSED_SECONDS)
    presence.seen(mira.pk, clock.now)
    factories.agent("jonas", profile=profiles[1], seen_at=clock.now, idle_since=clock.now)
    assert (routing.run(clock.now), offered_to()) == (1, ["jonas"])


def test_with_the_others_busy_it_comes_again_to_who_missed_it(clock, settings):
    second = factories.routing_profile(factories.queue(), chats=1, Returns=2)
    mira = factories.agent("mira", chats=1)
    missed = factories.contact(waited=5)
    miss(mira, clock, settings)
    clock.tick(settings.CCP_MISSED_SECONDS)
    presence.seen(mira.pk, clock.now)
    factories.agent("jonas", profile=second, seen_at=clock.now, load=1)
    assert (routing.run(clock.now), offered_to()) == (1, ["mira"])
    assert AgentContact.objects.get(state="connecting").contact_id == missed.pk
