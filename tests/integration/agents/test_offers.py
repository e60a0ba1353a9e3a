"""Waiting contacts are offered, offers run out, and nobody is lost on the way."""

from __future__ import annotations

import pytest
from django.apps import apps

from agents import presence, routing
from agents.models import Agent, AgentContact
from agents.protocol import agent_contact_state
from agents.routing import offers
from chats import contact_state as chat
from chats import participation
from chats.models import Contact
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def offered_to(contact):
    """The user names of those the contact is offered to now."""
    parts = AgentContact.objects.filter(contact=contact, state=agent_contact_state.State.CONNECTING)
    return [part.agent.user.username for part in parts]


def load(agent):
    return Agent.objects.get(pk=agent.pk).load


def states(contact):
    """The agents' parts in this contact, oldest first."""
    return list(AgentContact.objects.filter(contact=contact).order_by("pk").values_list("state", flat=True))


def test_a_waiting_contact_is_offered_with_a_countdown(clock, settings):
    agent, contact = factories.agent("mira"), factories.contact()
    assert routing.run(clock.now) == 1
    part = AgentContact.objects.get()
    assert (part.agent, part.contact, part.state, part.round) == (agent, contact, "connecting", 1)
    assert (part.offered_at, (part.expires_at - NOW).total_seconds()) == (NOW, settings.CCP_OFFER_SECONDS)
    contact.refresh_from_db()
    assert (contact.state, contact.owner) == ("WAITING", agent.user)
    agent.refresh_from_db()
    assert (agent.load, agent.idle_since) == (1, NOW)


def test_running_again_changes_nothing(clock):
    factories.agent(), factories.agent(), factories.contact()
    assert [routing.run(clock.now), routing.run(clock.now), routing.run(clock.now)] == [1, 0, 0]
    assert AgentContact.objects.count() == 1


def test_without_agents_contacts_go_on_waiting(clock, django_assert_num_queries):
    factories.contact()
    with django_assert_num_queries(3):
        assert routing.run(clock.now) == 0


@pytest.mark.parametrize("state", ["Break", "Offline"])
def test_who_is_not_routable_is_offered_nothing(clock, state):
    factories.agent(in_state=state), factories.contact()
    assert routing.run(clock.now) == 0


def test_nobody_is_offered_more_than_they_can_take(clock):
    agent = factories.agent(chats=2)
    contacts = [factories.contact(waited=waited) for waited in (30, 20, 10)]
    assert routing.run(clock.now) == 2
    assert [offered_to(contact) for contact in contacts] == [[agent.user.username], [agent.user.username], []]
    assert load(agent) == 2


def test_contacts_are_spread_over_the_agents_who_have_been_idle_longest(clock):
    for name in ("mira", "jonas"):
        factories.agent(name)
    contacts = [factories.contact(waited=waited) for waited in (40, 30, 20, 10)]
    routing.run(clock.tick(1))
    assert [offered_to(contact) for contact in contacts] == [["mira"], ["jonas"], ["mira"], ["jonas"]]


def test_a_better_priority_goes_before_age(clock):
    vip, returns = factories.queue("VIP"), factories.queue("Returns")
    factories.agent("mira", profile=factories.routing_profile(vip, returns, chats=1, VIP=1, Returns=2))
    old, young = factories.contact(queue=returns, waited=60), factories.contact(queue=vip, waited=1)
    routing.run(clock.now)
    assert (offered_to(young), offered_to(old)) == (["mira"], [])


def test_a_queue_nobody_serves_does_not_hold_up_the_others(clock):
    factories.agent("mira")
    lonely = factories.contact(queue=factories.queue("Nobody's"), waited=60)
    served = factories.contact(waited=1)
    assert routing.run(clock.now) == 1
    assert (offered_to(lonely), offered_to(served)) == ([], ["mira"])


@pytest.mark.parametrize("state", [chat.State.JOINING, chat.State.CONNECTED, chat.State.ENDED])
def test_only_waiting_contacts_are_offered(clock, state):
    factories.agent(), factories.contact(state=state)
    assert routing.run(clock.now) == 0


def test_every_changed_row_is_told_under_its_own_number(clock, heard):
    agent, contact = factories.agent(), factories.contact()
    with heard.committed():
        routing.run(clock.now)
    assert heard.of(contact.stream) == ["contact"]
    assert heard.last(contact.stream, "contact")["contact"]["owner"]["id"] == agent.user_id
    assert heard.of(agent.stream) == ["agent", "agentContact"]
    assert heard.numbers(agent.stream) == [1, 2]
    assert heard.last(agent.stream, "agent")["agent"]["load"] == 1
    assert heard.last(agent.stream, "agentContact")["agentContact"]["state"] == "connecting"


# ---- not answered ----------------------------------------------------------------------------------------------------


def test_an_offer_nobody_answers_is_missed_and_goes_to_the_next_agent(clock):
    first, contact = factories.agent("mira", chats=1), factories.contact(waited=9)
    routing.run(clock.now)
    factories.agent("jonas")
    routing.run(clock.tick(20))
    assert states(contact) == ["missed", "connecting"]
    assert offered_to(contact) == ["jonas"]
    why = "no answer within 20 s: no tab of the desk reported that it showed it"
    assert str(AgentContact.objects.get(agent=first).why) == why
    assert load(first) == 0


def test_an_offer_holds_until_its_last_moment(clock):
    factories.agent(), factories.contact()
    routing.run(clock.now)
    routing.run(clock.tick(19.9))
    assert AgentContact.objects.get().state == "connecting"


def test_a_missed_contact_keeps_its_place_at_the_head(clock):
    factories.agent("mira", chats=1)
    missed = factories.contact(waited=50)
    routing.run(clock.now)
    younger = factories.contact(waited=10)
    clock.tick(20)
    factories.agent("jonas", chats=1)
    routing.run(clock.now)
    assert offered_to(missed) == ["jonas"]
    assert offered_to(younger) == ["mira"]
    assert Contact.objects.get(pk=missed.pk).waiting_since == missed.waiting_since


def test_a_missed_card_keeps_that_contact_away_until_it_is_cleared(clock):
    agent, contact = factories.agent(), factories.contact()
    routing.run(clock.now)
    for _ in range(3):
        presence.seen(agent.pk, clock.tick(20))
        routing.run(clock.now)
    assert states(contact) == ["missed"]
    assert Contact.objects.get().owner is None
    routing.clear(agent, contact.pk, clock.now)
    routing.run(clock.now)
    assert states(contact) == ["cleared", "connecting"]


def test_a_missed_contact_is_offered_again_after_a_while_in_place_of_its_card(clock, settings):
    agent, contact = factories.agent(), factories.contact()
    routing.run(clock.now)
    routing.run(clock.tick(20))
    presence.seen(agent.pk, clock.tick(settings.CCP_MISSED_SECONDS - 0.1))
    assert routing.run(clock.now) == 0
    assert routing.run(clock.tick(0.1)) == 1
    assert states(contact) == ["cleared", "connecting"]
    assert load(agent) == 1


def test_what_an_agent_has_read_of_a_contact_stays_read_when_it_comes_again(clock, settings):
    agent, contact = factories.agent("mira"), factories.contact()
    routing.run(clock.now)
    read = factories.item(contact).number
    AgentContact.objects.update(read_number=read)
    routing.reject(agent, contact.pk, clock.now)
    presence.seen(agent.pk, clock.tick(settings.CCP_DECLINE_SECONDS))
    routing.run(clock.now)
    again = AgentContact.objects.latest("pk")
    assert (again.state, again.read_number, AgentContact.objects.count()) == ("connecting", read, 2)


def test_whoever_chooses_a_state_is_looking_again(clock):
    agent, contact = factories.agent(), factories.contact()
    factories.state("Break")
    routing.run(clock.now)
    routing.run(clock.tick(20))
    presence.set_state(agent, "Break", by=agent.user, now=clock.tick(1))
    presence.set_state(agent, "Available", by=agent.user, now=clock.tick(1))
    assert routing.run(clock.now) == 1
    assert states(contact) == ["cleared", "connecting"]


def test_who_refuses_one_contact_gets_the_next_in_the_same_run(clock):
    agent, refused = factories.agent(chats=1), factories.contact(waited=60)
    routing.run(clock.now)
    routing.reject(agent, refused.pk, clock.now)
    younger = factories.contact(waited=1)
    assert routing.run(clock.now) == 1
    assert (offered_to(refused), offered_to(younger)) == ([], [agent.user.username])


def test_a_contact_that_came_back_is_offered_to_who_missed_its_last_round(clock):
    agent, contact = factories.agent(), factories.contact()
    routing.run(clock.now)
    routing.run(clock.tick(20))
    Contact.objects.filter(pk=contact.pk).update(round=2)
    routing.run(clock.now)
    assert states(contact) == ["cleared", "connecting"]
    assert load(agent) == 1


def test_what_was_offered_to_an_agent_who_is_deleted_waits_again(clock):
    agent, contact = factories.agent(), factories.contact()
    routing.run(clock.now)
    agent.delete()
    other = factories.agent("jonas")
    routing.run(clock.now)
    assert offered_to(contact) == [other.user.username]


# ---- the contact ends first ------------------------------------------------------------------------------------------


def customer_leaves(contact, now):
    participation.end(participation.lock_contact(contact.pk), chat.EndReason.CUSTOMER, now, leave=False)


def test_an_offer_is_withdrawn_when_the_customer_leaves(clock, heard):
    agent, contact = factories.agent(), factories.contact()
    routing.run(clock.now)
    with heard.committed():
        customer_leaves(contact, clock.tick(3))
    part = AgentContact.objects.get()
    assert (part.state, part.outcome, str(part.why)) == ("cleared", "error", "the customer left")
    contact.refresh_from_db()
    assert (contact.state, contact.owner, contact.end_reason) == ("ENDED", None, "customer")
    assert load(agent) == 0
    assert "routing" in heard.bells
    assert heard.last(agent.stream, "agentContact")["agentContact"]["state"] == "cleared"


def test_a_connected_contact_ends_for_its_agent_with_the_reason(clock):
    agent, contact = factories.agent(), factories.contact()
    routing.run(clock.now)
    routing.accept(agent, contact.pk, clock.now)
    customer_leaves(contact, clock.tick(3))
    part = AgentContact.objects.get()
    assert (part.state, str(part.why), part.ended_at) == ("ended", "the customer left", clock.now)
    contact.refresh_from_db()
    assert contact.owner == agent.user
    agent.refresh_from_db()
    assert (agent.load, agent.idle_since) == (0, clock.now)


def test_a_reason_that_is_known_better_later_is_told_to_the_agent_too(clock, heard):
    """Notifications come in any order: that our participant left may be heard before why."""
    agent, contact = factories.agent(), factories.contact()
    routing.run(clock.now)
    routing.accept(agent, contact.pk, clock.now)
    for reason in (chat.EndReason.REMOVED, chat.EndReason.CUSTOMER, chat.EndReason.CHAT_ENDED):
        with heard.committed():
            participation.end(participation.lock_contact(contact.pk), reason, clock.tick(1), leave=False)
    assert str(AgentContact.objects.get().why) == "the customer left"
    assert heard.last(agent.stream, "agentContact")["agentContact"]["why"]["sentence"] == "the customer left"
    assert load(agent) == 0


@pytest.mark.parametrize("reason", list(chat.EndReason))
def test_every_reason_has_words(clock, reason):
    agent, contact = factories.agent(), factories.contact()
    routing.run(clock.now)
    routing.accept(agent, contact.pk, clock.now)
    participation.end(participation.lock_contact(contact.pk), reason, clock.now, leave=False)
    assert len(str(AgentContact.objects.get().why)) > 10


def test_ending_twice_frees_one_slot(clock):
    agent, contact = factories.agent(), factories.contact()
    other = factories.contact()
    routing.run(clock.now)
    customer_leaves(contact, clock.now)
    customer_leaves(contact, clock.now)
    assert load(agent) == 1
    assert states(other) == ["connecting"]


def test_the_end_of_a_contact_nobody_has_rings_nothing(clock, heard):
    contact = factories.contact()
    with heard.committed():
        customer_leaves(contact, clock.now)
    assert heard.bells == []


def test_a_contact_that_begins_to_wait_rings_for_routing(clock, heard):
    contact = factories.contact(state=chat.State.JOINING)
    with heard.committed():
        participation.mark_joined(contact.pk, clock.now)
    assert heard.bells == [presence.ROUTING]


def test_registering_observers_twice_is_registering_them_once(clock, heard):
    apps.get_app_config("agents").ready()
    contact = factories.contact(state=chat.State.JOINING)
    with heard.committed():
        participation.mark_joined(contact.pk, clock.now)
    assert heard.bells == [presence.ROUTING]


# ---- a router that looked a moment ago -------------------------------------------------------------------------------


@pytest.fixture
def claim(clock):
    def claim(contact, agent):
        try:
            offers._claim(contact.pk, agent.pk, clock.now)
        except (offers._ContactGone, offers._AgentGone) as gone:
            return type(gone)
        return "made"

    return claim


def test_a_contact_somebody_else_got_meanwhile_is_left_alone(claim, caplog):
    contact = factories.contact()
    first, second = factories.agent(), factories.agent()
    assert [claim(contact, first), claim(contact, second)] == ["made", offers._ContactGone]
    assert (load(first), load(second), caplog.messages) == (1, 0, [])


def test_an_agent_who_got_full_meanwhile_gets_no_more(claim):
    agent = factories.agent(chats=1)
    assert [claim(factories.contact(), agent), claim(factories.contact(), agent)] == ["made", offers._AgentGone]


def test_an_agent_who_left_meanwhile_gets_nothing(claim):
    assert claim(factories.contact(), factories.agent(in_state="Break")) is offers._AgentGone


def test_who_declined_meanwhile_is_not_offered_the_same_again(claim, clock):
    agent, contact = factories.agent(), factories.contact()
    claim(contact, agent)
    routing.reject(agent, contact.pk, clock.now)
    assert claim(contact, agent) is offers._AgentGone
    assert load(agent) == 0


def test_rows_that_were_deleted_meanwhile_are_left_out(claim):
    agent, contact = factories.agent(), factories.contact()
    assert claim(Contact(pk="nowhere"), agent) is offers._ContactGone
    assert claim(contact, Agent(pk=agent.pk + 1)) is offers._AgentGone
