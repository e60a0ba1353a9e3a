"""What queues and routing profiles decide: delay, the previous agent, accepting by itself, room, missed too often."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agents import presence, routing
from agents.models import Agent, AgentContact, AgentState, AgentStateChange, ContactTimer, RoutingProfileQueue
from agents.protocol import agent_contact_state
from chats import contact_state as chat
from chats import participation
from chats.models import Contact, OutboundMessage
from tests import factories

pytestmark = pytest.mark.django_db


def offered_to(contact):
    parts = AgentContact.objects.filter(contact=contact, state__in=agent_contact_state.OPEN)
    return [part.agent.user.username for part in parts]


def run(clock):
    """Everybody's tab has just answered."""
    Agent.objects.update(seen_at=clock.now)
    return routing.run(clock.now)


# ---- priority and delay ----------------------------------------------------------------------------------------------


def test_a_helping_profile_is_asked_after_its_delay_and_not_before(clock):
    contact = factories.contact()
    helper = factories.agent("helper")
    RoutingProfileQueue.objects.update(delay=30)
    assert [run(clock), clock.tick(29.9) and run(clock), clock.tick(0.1) and run(clock)] == [0, 0, 1]
    assert offered_to(contact) == [helper.user.username]


def test_the_waiting_line_is_read_to_its_end(clock, settings):
    """More contacts than one page, all kept from the only agent, and one behind them that is not."""
    agent = factories.agent("mira", chats=1)
    from agents.routing import waiting_contacts

    for number in range(waiting_contacts.PAGE + 3):
        refused = factories.contact(waited=10_000 - number)
        AgentContact.objects.create(
            agent=agent, contact=refused, round=1, state="cleared", outcome="rejected",
            offered_at=clock.now, ended_at=clock.now, holds_slot=False,
        )  # fmt: skip
    behind = factories.contact(waited=1)
    assert run(clock) == 1
    assert offered_to(behind) == ["mira"]


def test_with_nothing_to_do_it_costs_the_same_whoever_waits(clock, django_assert_num_queries):
    for _ in range(30):
        factories.contact(queue=factories.queue("Nobody's"))
    for _ in range(5):
        factories.agent()
    with django_assert_num_queries(5):
        assert routing.run(clock.now) == 0


def test_long_lines_cost_no_more_queries_when_all_seats_are_taken(clock, django_assert_num_queries):
    factories.agent(chats=1)
    for number in range(30):
        factories.contact(waited=number)
    run(clock)
    with django_assert_num_queries(3):
        assert routing.run(clock.now) == 0


# ---- the previous agent ----------------------------------------------------------------------------------------------


@pytest.fixture
def back(clock):
    """Sanna was served by mira, left, and is back; jonas has been idle longer."""
    factories.queue(previous_agent_seconds=60)
    mira, contact = factories.agent("mira", chats=1), factories.contact()
    run(clock)
    routing.accept(mira, contact.pk, clock.now)
    participation.end(participation.lock_contact(contact.pk), chat.EndReason.CUSTOMER, clock.tick(5), leave=False)
    routing.clear(mira, contact.pk, clock.now)
    factories.agent("jonas", idle_since=clock.now - timedelta(hours=1))

    def come_back():
        again = participation.lock_contact(contact.pk)
        again.round, again.owner = again.round + 1, None
        again.move(chat.Move.HAND_OVER, clock.now)
        participation.mark_joined(contact.pk, clock.now)
        return contact

    return come_back


def test_a_customer_who_returns_gets_the_agent_they_know(back, clock):
    contact = back()
    run(clock)
    assert offered_to(contact) == ["mira"]


def occupy(username, clock):
    """Another chat fills this agent's only slot."""
    contact = factories.contact(queue=factories.queue("Other"))
    agent = Agent.objects.get(user__username=username)
    RoutingProfileQueue.objects.create(routing_profile=agent.routing_profile, queue=contact.queue)
    run(clock)
    assert offered_to(contact) == [username]
    routing.accept(agent, contact.pk, clock.now)
    return agent, contact


def test_they_wait_for_a_busy_agent_but_not_for_ever(back, clock):
    occupy("mira", clock)
    contact = back()
    run(clock)
    clock.tick(59.9)
    run(clock)
    assert offered_to(contact) == []
    clock.tick(0.1)
    run(clock)
    assert offered_to(contact) == ["jonas"]


def test_as_soon_as_the_known_agent_has_room_they_are_served(back, clock):
    agent, other = occupy("mira", clock)
    contact = back()
    run(clock)
    routing.end(agent, other.pk, clock.tick(10))
    run(clock)
    assert offered_to(contact) == ["mira"]


@pytest.mark.parametrize("gone", ["break", "laptop", "profile", "deleted"])
def test_nobody_waits_for_an_agent_who_is_not_there(back, clock, gone):
    contact = back()
    mira = Agent.objects.get(user__username="mira")
    if gone == "break":
        factories.state("Break")
        presence.set_state(mira, "Break", by=mira.user, now=clock.now)
    if gone == "profile":
        RoutingProfileQueue.objects.filter(routing_profile=mira.routing_profile).delete()
    Agent.objects.update(seen_at=clock.now)
    if gone == "laptop":
        Agent.objects.filter(pk=mira.pk).update(
            seen_at=clock.now - timedelta(minutes=5), state_since=clock.now - timedelta(hours=1)
        )
    if gone == "deleted":
        mira.user.delete()
    routing.run(clock.now)
    assert offered_to(contact) == ["jonas"]


def test_who_declines_a_known_customer_is_not_waited_for(back, clock):
    contact = back()
    run(clock)
    routing.reject(Agent.objects.get(user__username="mira"), contact.pk, clock.now)
    run(clock)
    assert offered_to(contact) == ["jonas"]


def test_without_the_setting_the_longest_idle_agent_is_asked(back, clock):
    factories.rules(factories.queue(), previous_agent_seconds=0)
    contact = back()
    run(clock)
    assert (offered_to(contact), ContactTimer.objects.count()) == (["jonas"], 0)


# ---- accepting by itself ---------------------------------------------------------------------------------------------


def test_a_profile_may_accept_by_itself(clock):
    agent, contact = factories.agent("mira", first_name="Mira"), factories.contact()
    factories.rules(agent, auto_accept=True)
    run(clock)
    contact.refresh_from_db()
    assert (contact.state, contact.owner) == ("CONNECTED", agent.user)
    part = AgentContact.objects.get()
    assert (part.state, [one["what"] for one in part.offer_events]) == ("connected", ["sent", "accepted"])
    assert list(OutboundMessage.objects.values_list("content", flat=True)) == ["Mira has joined."]
    assert Agent.objects.get().viewing_id == contact.pk


# ---- missed too often ------------------------------------------------------------------------------------------------


def miss(clock, settings):
    factories.contact(waited=1)
    run(clock)
    clock.tick(settings.CCP_OFFER_SECONDS)
    routing.run(clock.now)


def test_who_misses_one_after_the_other_is_not_responding(clock, settings, heard):
    agent = factories.agent("mira", chats=1)
    settings.CCP_MISSES_IN_A_ROW = 2
    miss(clock, settings)
    assert Agent.objects.get().state.name == "Available"
    with heard.committed():
        Agent.objects.update(seen_at=clock.now)
        miss(clock, settings)
    assert Agent.objects.get().state.name == "Not responding"
    made = AgentState.objects.get(name="Not responding")
    assert made.type == AgentState.Type.NOT_ROUTABLE
    change = AgentStateChange.objects.get()
    assert (change.by, str(change.why)) == (None, "2 offers in a row were not answered")
    assert (change.lasted, change.agent) == (clock.now - factories.NOW, agent)
    assert heard.last(agent.stream, "agent")["agent"]["state"]["name"] == "Not responding"
    assert run(clock) == 0


def test_who_answers_in_between_begins_anew(clock, settings):
    agent = factories.agent("mira", chats=1)
    settings.CCP_MISSES_IN_A_ROW = 2
    miss(clock, settings)
    asked = AgentContact.objects.filter(state="connecting").first()
    if asked is None:
        run(clock)
        factories.contact(waited=5)
        run(clock)
        asked = AgentContact.objects.get(state="connecting")
    routing.reject(agent, asked.contact_id, clock.now)
    assert Agent.objects.get().misses == 0
    miss(clock, settings)
    assert Agent.objects.get().state.name == "Available"


def test_coming_back_forgives_what_was_missed(clock, settings):
    agent = factories.agent("mira", chats=1)
    settings.CCP_MISSES_IN_A_ROW = 1
    miss(clock, settings)
    presence.set_state(agent, "Available", by=agent.user, now=clock.tick(5))
    assert (Agent.objects.get().misses, run(clock)) == (0, 1)


def test_nobody_is_sent_away_when_that_is_switched_off(clock, settings):
    settings.CCP_MISSES_IN_A_ROW = 0
    factories.agent("mira", chats=1)
    for _ in range(4):
        miss(clock, settings)
    assert Agent.objects.get().state.name == "Available"


# ---- room ------------------------------------------------------------------------------------------------------------


def test_when_the_profile_shrinks_an_offer_without_room_is_withdrawn(clock):
    agent = factories.agent("mira", chats=2)
    served, offered = factories.contact(waited=9), factories.contact()
    run(clock)
    routing.accept(agent, served.pk, clock.now)
    factories.rules(agent, chat_concurrency=1)
    assert run(clock) == 0
    part = AgentContact.objects.get(contact=offered)
    assert (part.state, str(part.why)) == ("cleared", "no room: the routing profile allows 1 chats at once")
    assert [one["what"] for one in part.offer_events] == ["sent", "noRoom", "withdrawn"]
    assert (Contact.objects.get(pk=offered.pk).owner, Agent.objects.get().load, Agent.objects.get().misses) == (
        None,
        1,
        0,
    )
