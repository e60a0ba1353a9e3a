"""A contact is handed on while something else happens to it: one outcome, whoever comes first."""

from __future__ import annotations

from functools import partial

import pytest

from agents import routing
from agents.models import AgentContact
from agents.routing import endpoints, transfers
from chats.models import Contact, OutboundMessage, Transfer
from tests import factories
from tests.factories import NOW
from tests.integration.agents.test_routing_races import leave, refusals, together

pytestmark = pytest.mark.django_db(transaction=True)
ATTEMPTS = pytest.mark.parametrize("attempt", range(4))


def served(agent):
    """A contact this agent serves, although others are free."""
    contact = factories.contact()
    AgentContact.objects.create(
        agent=agent, contact=contact, round=1, offered_at=NOW, accepted_at=NOW, state="connected"
    )
    Contact.objects.filter(pk=contact.pk).update(state="CONNECTED", owner=agent.user, connected_at=NOW)
    type(agent).objects.filter(pk=agent.pk).update(load=agent.load + 1)
    agent.refresh_from_db()
    return contact


def hand_on(sender, contact, to):
    kind = "agent" if hasattr(to, "key") else "queue"
    transfers.transfer(sender, contact.pk, endpoints.Ref(kind, endpoints.named(to)[0]), "", NOW)


def check_the_books(*agents):
    """Every slot is an open part; a contact is connected to its owner, and offered to who was asked, and nobody else."""
    for agent in agents:
        agent.refresh_from_db()
        assert agent.load == AgentContact.objects.filter(agent=agent, state__in=["connecting", "connected"]).count()
    for contact in Contact.objects.all():
        parts = AgentContact.objects.filter(contact=contact)
        connected = list(parts.filter(state="connected").values_list("agent__user", flat=True))
        assert connected == ([contact.owner_id] if contact.state == "CONNECTED" else [])
        asked = list(Transfer.objects.filter(contact=contact, state="offered").values_list("to_user", flat=True))
        offered = list(parts.filter(state="connecting").values_list("agent__user", flat=True))
        assert offered == asked
        assert not asked or contact.state == "CONNECTED"
        assert contact.seq <= contact.conversation.seq


@ATTEMPTS
def test_accept_against_the_customers_leaving(attempt):
    mira, jonas = factories.agent(), factories.agent()
    contact = served(mira)
    hand_on(mira, contact, jonas)
    outcomes = together(partial(routing.accept, jonas, contact.pk, NOW), leave(contact))
    check_the_books(mira, jonas)
    contact.refresh_from_db()
    assert (contact.state, mira.load, jonas.load) == ("ENDED", 0, 0)
    assert Transfer.objects.get().state == ("withdrawn" if refusals(outcomes) else "accepted")


@ATTEMPTS
def test_accept_against_the_senders_end(attempt):
    mira, jonas = factories.agent(), factories.agent()
    contact = served(mira)
    hand_on(mira, contact, jonas)
    accept, end = partial(routing.accept, jonas, contact.pk, NOW), partial(routing.end, mira, contact.pk, NOW)
    outcomes = together(accept, end)
    check_the_books(mira, jonas)
    contact.refresh_from_db()
    won = Transfer.objects.get().state
    assert (won, contact.state) in [("accepted", "CONNECTED"), ("withdrawn", "ENDED")]
    assert refusals(outcomes) in ([], ["offerGone"])
    assert OutboundMessage.objects.filter(content__contains="has left").count() == 1


@ATTEMPTS
def test_accept_against_decline_and_against_time_out(attempt):
    mira, jonas = factories.agent(), factories.agent()
    contact = served(mira)
    hand_on(mira, contact, jonas)
    if attempt % 2:
        other = partial(routing.reject, jonas, contact.pk, NOW)
    else:
        AgentContact.objects.filter(state="connecting").update(expires_at=NOW)
        other = partial(routing.run, NOW)
    together(partial(routing.accept, jonas, contact.pk, NOW), other, other)
    check_the_books(mira, jonas)
    owner = {"accepted": jonas, "declined": mira, "missed": mira}[Transfer.objects.get().state]
    contact.refresh_from_db()
    assert (contact.state, contact.owner) == ("CONNECTED", owner.user)


@ATTEMPTS
def test_two_tabs_that_hand_on_to_different_places(attempt):
    mira, jonas, queue = factories.agent(), factories.agent(), factories.queue("VIP")
    contact = served(mira)
    outcomes = together(partial(hand_on, mira, contact, jonas), partial(hand_on, mira, contact, queue))
    check_the_books(mira, jonas)
    assert refusals(outcomes) in (["transferOpen"], ["contactNotConnected"])
    assert Transfer.objects.count() == 1


@ATTEMPTS
def test_who_hand_contacts_to_each_other_do_not_wait_for_each_other(attempt):
    mira, jonas = factories.agent(chats=8), factories.agent(chats=8)
    hers, his = [served(mira) for _ in range(3)], [served(jonas) for _ in range(3)]
    to_him = [partial(hand_on, mira, contact, jonas) for contact in hers]
    to_her = [partial(hand_on, jonas, contact, mira) for contact in his]
    assert refusals(together(*to_him, *to_her)) == []
    check_the_books(mira, jonas)
    assert (mira.load, jonas.load) == (6, 6)
    takes = [partial(routing.accept, jonas, contact.pk, NOW) for contact in hers]
    takes += [partial(routing.accept, mira, contact.pk, NOW) for contact in his[:2]]
    assert refusals(together(*takes, leave(his[2]))) == []
    check_the_books(mira, jonas)
    assert (mira.load, jonas.load) == (2, 3)


@ATTEMPTS
def test_many_hand_on_to_one_who_has_room_for_two(attempt):
    jonas = factories.agent("jonas", chats=2)
    senders = [factories.agent() for _ in range(5)]
    contacts = [served(agent) for agent in senders]
    outcomes = together(*[partial(hand_on, agent, one, jonas) for agent, one in zip(senders, contacts, strict=True)])
    assert refusals(outcomes) == ["agentFull"] * 3
    check_the_books(jonas, *senders)
