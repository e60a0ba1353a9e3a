"""Supervisors step in while something else happens to the contact: one outcome, and whoever comes second is told what is so."""

from __future__ import annotations

from functools import partial

import pytest

from agents import routing
from agents.models import Agent, AgentContact
from agents.routing import forced_states, interventions
from agents.routing.interventions import Intervention
from chats.models import Transfer
from tests import factories
from tests.factories import NOW
from tests.integration.agents.test_routing_races import leave, refusals, together
from tests.integration.agents.test_transfer_races import check_the_books, hand_on, served

pytestmark = pytest.mark.django_db(transaction=True)
ATTEMPTS = pytest.mark.parametrize("attempt", range(3))


def take_over(agent, contact):
    return partial(interventions.give, contact.pk, agent, Intervention(agent.user, NOW))


@ATTEMPTS
def test_two_supervisors_take_over(attempt):
    mira, nora, olga = (factories.agent() for _ in range(3))
    contact = served(mira)
    outcomes = together(take_over(nora, contact), take_over(olga, contact))
    check_the_books(mira, nora, olga)
    contact.refresh_from_db()
    assert refusals(outcomes) == ["contactMoved"]
    assert contact.owner in {nora.user, olga.user}
    assert list(Transfer.objects.values_list("state", "by", "to_user")) == [("takenOver", contact.owner_id, contact.owner_id)]  # fmt: skip


@ATTEMPTS
def test_a_takeover_against_the_customers_leaving(attempt):
    mira, nora = factories.agent(), factories.agent()
    contact = served(mira)
    outcomes = together(take_over(nora, contact), leave(contact))
    check_the_books(mira, nora)
    contact.refresh_from_db()
    assert contact.state == "ENDED"
    assert refusals(outcomes) in ([], ["contactNotLive"])
    assert AgentContact.objects.filter(agent=nora).exists() == (refusals(outcomes) == [])


@ATTEMPTS
def test_a_takeover_against_the_answer_to_a_transfer(attempt):
    mira, jonas, nora = (factories.agent() for _ in range(3))
    contact = served(mira)
    hand_on(mira, contact, jonas)
    outcomes = together(take_over(nora, contact), partial(routing.accept, jonas, contact.pk, NOW))
    check_the_books(mira, jonas, nora)
    contact.refresh_from_db()
    assert contact.owner == nora.user  # from mira, or from jonas who was faster
    assert refusals(outcomes) in ([], ["offerGone"])


@ATTEMPTS
def test_two_agents_are_signed_out_while_their_contacts_change_hands(attempt):
    factories.state("Offline")
    mira, jonas, boss = factories.agent(), factories.agent(), factories.user()
    one, other = served(mira), served(jonas)
    hand_on(mira, one, jonas)
    hand_on(jonas, other, mira)
    act = Intervention(boss, NOW)
    outcomes = together(
        partial(forced_states.sign_out, mira.pk, act, requeue=True),
        partial(forced_states.sign_out, jonas.pk, act, requeue=True),
    )
    check_the_books(mira, jonas)
    assert refusals(outcomes) == []
    for contact in (one, other):
        contact.refresh_from_db()
        assert (contact.state, contact.owner, contact.priority) == ("WAITING", None, 1)
    assert set(Agent.objects.values_list("state__name", "load")) == {("Offline", 0)}
