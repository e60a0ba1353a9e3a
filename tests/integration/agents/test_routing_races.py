"""Two processes at once, as two threads with connections of their own: one outcome, whoever comes first."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Count

from agents import presence, routing
from agents.models import Agent, AgentContact
from agents.routing import offers
from chats import contact_state as chat
from chats import participation
from chats.models import Contact, OutboundMessage
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)
OPEN = ["connecting", "connected"]


def together(*jobs: Callable[[], Any]) -> list[Any]:
    """Run all at the same moment; what each gave, a Refusal included."""
    start = Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        try:
            start.wait(10)
            return job()
        except routing.Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def refusals(outcomes):
    return [outcome.reason for outcome in outcomes if isinstance(outcome, routing.Refusal)]


def check_the_books():
    """Every slot is an open part, nobody has too many, no contact is with two."""
    for agent in Agent.objects.select_related("routing_profile"):
        assert agent.load == AgentContact.objects.filter(agent=agent, state__in=OPEN).count()
        assert agent.load <= agent.routing_profile.chat_concurrency
    twice = AgentContact.objects.filter(state__in=OPEN).values("contact").annotate(n=Count("pk")).filter(n__gt=1)
    assert not twice.exists()


def claim(contact, agent):
    with suppress(offers._AgentGone):
        offers._claim(contact.pk, agent.pk, NOW)


def leave(contact):
    def customer_leaves():
        with transaction.atomic():
            participation.end(participation.lock_contact(contact.pk), chat.EndReason.CUSTOMER, NOW, leave=False)

    return customer_leaves


def test_four_routers_give_every_contact_to_one_agent():
    agents = [factories.agent(chats=2) for _ in range(5)]
    contacts = [factories.contact(waited=seconds) for seconds in range(14)]
    offered = together(*[lambda: routing.run(NOW)] * 4)
    assert sum(offered) == 10
    check_the_books()
    assert Agent.objects.filter(load=2).count() == len(agents)
    waiting = set(Contact.objects.filter(owner=None).values_list("pk", flat=True))
    # Whoever is being offered by three other routers at this very moment may be passed by, nobody else.
    assert len(waiting) == 4
    assert waiting <= {contact.pk for contact in contacts[: 4 + 3]}


def test_one_agents_load_is_counted_right_when_many_contacts_change_it_at_once():
    agent = factories.agent(chats=8)
    contacts = [factories.contact() for _ in range(10)]
    together(*[partial(claim, contact, agent) for contact in contacts])
    assert Agent.objects.get().load == 8
    check_the_books()
    together(*[leave(contact) for contact in contacts])
    assert (Agent.objects.get().load, AgentContact.objects.filter(outcome="error").count()) == (0, 8)


@pytest.mark.parametrize("attempt", range(5))
def test_accept_against_the_customers_leaving_has_one_outcome(attempt):
    agent, contact = factories.agent(), factories.contact()
    routing.run(NOW)
    outcomes = together(lambda: routing.accept(agent, contact.pk, NOW), leave(contact))
    check_the_books()
    part, row = AgentContact.objects.get(), Contact.objects.get()
    assert (row.state, Agent.objects.get().load) == ("ENDED", 0)
    if refusals(outcomes):
        assert (part.state, part.outcome, row.owner, OutboundMessage.objects.count()) == ("cleared", "error", None, 0)
    else:
        assert (part.state, str(part.why), row.owner) == ("ended", "the customer left", agent.user)


@pytest.mark.parametrize("attempt", range(5))
def test_two_tabs_that_accept_are_one_agent_and_one_greeting(attempt):
    agent, contact = factories.agent(), factories.contact()
    routing.run(NOW)
    accept = partial(routing.accept, agent, contact.pk, NOW)
    assert refusals(together(accept, accept)) == []
    assert (OutboundMessage.objects.count(), Contact.objects.get().state) == (1, "CONNECTED")
    check_the_books()


@pytest.mark.parametrize("attempt", range(5))
def test_one_tab_accepts_and_one_declines_and_one_of_them_wins(attempt):
    agent, contact = factories.agent(), factories.contact()
    routing.run(NOW)
    outcomes = together(lambda: routing.accept(agent, contact.pk, NOW), lambda: routing.reject(agent, contact.pk, NOW))
    assert refusals(outcomes) == ["offerGone"]
    accepted = not isinstance(outcomes[0], routing.Refusal)
    contact.refresh_from_db()
    assert (contact.state, contact.owner) == (("CONNECTED", agent.user) if accepted else ("WAITING", None))
    check_the_books()


def test_accept_against_time_out_has_one_outcome():
    agent, contact = factories.agent(), factories.contact()
    routing.run(NOW)
    AgentContact.objects.update(expires_at=NOW)
    outcomes = together(lambda: routing.accept(agent, contact.pk, NOW), lambda: routing.run(NOW))
    assert refusals(outcomes) == ["offerGone"]
    assert (AgentContact.objects.get().state, Contact.objects.get().owner) == ("missed", None)
    check_the_books()


@pytest.mark.parametrize("attempt", range(5))
def test_an_offer_against_going_offline_leaves_nobody_waiting_for_an_absent_agent(attempt):
    agent = factories.agent()
    factories.state("Offline")
    factories.contact()
    together(
        lambda: routing.run(NOW),
        lambda: presence.set_state(agent, "Offline", by=None, now=NOW),
        lambda: routing.run(NOW),
    )
    check_the_books()
    assert Agent.objects.get().state.name == "Offline"


def test_a_missed_offer_is_missed_once():
    for _ in range(4):
        factories.agent(chats=1), factories.contact()
    routing.run(NOW)
    AgentContact.objects.update(expires_at=NOW)
    together(*[lambda: routing.run(NOW)] * 3)
    check_the_books()
    for contact in Contact.objects.all():
        parts = list(AgentContact.objects.filter(contact=contact).order_by("pk").values_list("state", flat=True))
        assert parts[0] == "missed"
        assert parts.count("missed") == len(
            {*AgentContact.objects.filter(contact=contact, state="missed").values_list("agent")}
        )


def test_an_open_part_without_an_owner_is_said_and_not_offered_twice(caplog):
    """It cannot happen by our own hands: the database's own constraint is the last word."""
    agent, contact = factories.agent(), factories.contact()
    routing.run(NOW)
    Contact.objects.update(owner=None)
    factories.agent()
    assert routing.run(NOW) == 0
    assert caplog.messages == [f"The contact {contact.pk} was not offered"]
    assert list(AgentContact.objects.values_list("agent", "state")) == [(agent.pk, "connecting")]
    check_the_books()


def test_many_at_once_keep_the_books():
    """Everything at the same time, several times over."""
    factories.state("Break")
    agents = {agent.pk: agent for agent in (factories.agent(chats=2) for _ in range(3))}
    contacts = [factories.contact(waited=seconds) for seconds in range(8)]
    for _ in range(4):
        routing.run(NOW)
        offers = list(AgentContact.objects.filter(state="connecting").values_list("agent__pk", "contact_id"))
        jobs = [partial(routing.accept, agents[agent], contact, NOW) for agent, contact in offers[:3]]
        jobs += [partial(routing.reject, agents[agent], contact, NOW) for agent, contact in offers[1:3]]
        jobs += [leave(contact) for contact in Contact.objects.exclude(state="ENDED").order_by("pk")[:2]]
        away = partial(presence.set_state, next(iter(agents.values())), "Break", by=None, now=NOW)
        together(*jobs, away, partial(routing.run, NOW))
        check_the_books()
    assert Contact.objects.count() == len(contacts)
