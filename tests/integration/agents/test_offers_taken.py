"""Offers can be taken: several at once have their own time each, and what was missed while the customer waits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from agents import presence, routing, serialisers
from agents.models import Agent, AgentContact
from agents.reports import queue_metrics
from agents.routing import endpoints, transfers
from chats import contact_state as chat
from chats import participation
from chats import serialisers as chat_serialisers
from chats.models import Contact
from tests import factories
from tests.factories import NOW
from tests.integration.agents.test_routing_races import check_the_books, leave, refusals, together

pytestmark = pytest.mark.django_db


@pytest.fixture
def mira():
    return factories.agent("mira")


def offers():
    """Each offer that is open, the one that rings first, with the seconds it has left at NOW."""
    rows = AgentContact.objects.filter(state="connecting").order_by("pk").values_list("contact", "expires_at")
    return [(contact, until and (until - NOW).total_seconds()) for contact, until in rows]


# ---- one rings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [routing.accept, routing.reject])
def test_of_several_offers_one_rings_and_the_next_has_its_own_time(mira, clock, answer):
    first, second, third = (factories.contact(waited=9 - n) for n in range(3))
    routing.run(clock.now)
    assert offers() == [(first.pk, 20), (second.pk, None), (third.pk, None)]
    answer(mira, first.pk, clock.tick(15))
    assert offers() == [(second.pk, 35), (third.pk, None)]
    shown = serialisers.agent_contact(AgentContact.objects.get(contact=second))
    assert (shown["ringsSince"], shown["expiresAt"]) == ("2026-11-20T12:00:15.000Z", "2026-11-20T12:00:35.000Z")


def test_when_the_customer_who_rings_leaves_the_next_one_rings(mira, clock):
    first, second = factories.contact(waited=9), factories.contact()
    routing.run(clock.now)
    participation.end(participation.lock_contact(first.pk), chat.EndReason.CUSTOMER, clock.tick(3), leave=False)
    assert offers() == [(second.pk, 23)]


def test_one_that_does_not_ring_yet_can_be_taken_too(mira, clock):
    first, second = factories.contact(waited=9), factories.contact()
    routing.run(clock.now)
    routing.accept(mira, second.pk, clock.tick(19))
    assert offers() == [(first.pk, 20)]


def test_what_stood_behind_a_missed_one_goes_to_others_at_once_and_is_not_missed(mira, clock, settings):
    first, second = factories.contact(waited=9), factories.contact()
    routing.run(clock.now)
    jonas = factories.agent("jonas", seen_at=NOW)
    routing.run(clock.tick(settings.CCP_OFFER_SECONDS))
    parts = AgentContact.objects.order_by("pk").values_list("agent", "contact", "outcome")
    assert list(parts) == [
        (mira.pk, first.pk, "missed"),
        (mira.pk, second.pk, "error"),
        (jonas.pk, first.pk, ""),
        (jonas.pk, second.pk, ""),
    ]
    assert Agent.objects.get(pk=mira.pk).misses == 1
    check_the_books()


def test_a_colleagues_contact_behind_a_missed_one_rings(mira, clock, settings):
    jonas = factories.agent("jonas", profile=factories.routing_profile(factories.queue("VIP")))
    served = factories.contact(queue=factories.queue("VIP"))
    routing.run(clock.now)
    routing.accept(jonas, served.pk, clock.now)
    factories.contact()
    routing.run(clock.now)
    transfers.transfer(jonas, served.pk, endpoints.Ref("agent", str(mira.key)), "", clock.now)
    assert offers()[-1] == (served.pk, None)
    routing.run(clock.tick(settings.CCP_OFFER_SECONDS))
    assert offers() == [(served.pk, 40)]


# ---- taking what was missed ------------------------------------------------------------------------------------------


@pytest.fixture
def missed(mira, clock, settings):
    contact = factories.contact(waited=5)
    routing.run(clock.now)
    routing.run(clock.tick(settings.CCP_OFFER_SECONDS))
    return contact


def who_has(contact):
    contact.refresh_from_db()
    return contact.state, contact.owner and contact.owner.username


def test_a_missed_contact_is_taken_while_its_customer_waits(mira, missed, clock):
    assert queue_metrics.waiting_by_agent()[mira.pk] == queue_metrics.Queues(1, (missed.pk,))
    routing.take_missed(mira, missed.pk, clock.tick(1))
    assert who_has(missed) == ("CONNECTED", "mira")
    assert queue_metrics.waiting_by_agent()[mira.pk] == queue_metrics.NONE
    assert list(AgentContact.objects.order_by("pk").values_list("state", flat=True)) == ["cleared", "connected"]
    assert Agent.objects.get().misses == 0
    routing.take_missed(mira, missed.pk, clock.now)  # from another tab
    check_the_books()


def test_it_is_taken_from_who_has_not_answered_and_their_next_offer_rings(mira, missed, clock):
    jonas = factories.agent("jonas", seen_at=clock.now)
    behind = factories.contact()
    factories.state("Break")
    presence.set_state(mira, "Break", by=mira.user, now=clock.now)
    routing.run(clock.now)
    routing.take_missed(mira, missed.pk, clock.tick(5))
    assert who_has(missed) == ("CONNECTED", "mira")
    assert offers() == [(behind.pk, 45)]
    withdrawn = AgentContact.objects.get(agent=jonas, contact=missed)
    assert (withdrawn.state, withdrawn.outcome, str(withdrawn.why)) == ("cleared", "error", "a colleague took it")
    with pytest.raises(routing.Refusal) as refused:
        routing.accept(jonas, missed.pk, clock.now)
    assert refused.value.message.endswith("a colleague has it now.")
    check_the_books()


def test_offered_again_to_who_missed_it_it_is_taken_as_an_offer(mira, missed, clock, settings):
    presence.seen(mira.pk, clock.tick(settings.CCP_MISSED_SECONDS))
    assert routing.run(clock.now) == 1
    routing.take_missed(mira, missed.pk, clock.now)
    assert who_has(missed) == ("CONNECTED", "mira")
    check_the_books()


def refused(mira, contact_id, clock):
    with pytest.raises(routing.Refusal) as caught:
        routing.take_missed(mira, contact_id, clock.now)
    return caught.value.reason, caught.value.message


def test_what_cannot_be_taken_any_more_says_why(mira, missed, clock):
    assert refused(factories.agent("olga", in_state="Break"), missed.pk, clock)[0] == "contactNotFound"
    Agent.objects.filter(pk=mira.pk).update(load=3)
    assert refused(mira, missed.pk, clock) == (
        "noRoom",
        "This contact cannot be taken now: no room: the routing profile allows 3 chats at once.",
    )
    Agent.objects.filter(pk=mira.pk).update(load=0)
    jonas = factories.agent("jonas", seen_at=clock.now)
    routing.run(clock.now)
    routing.accept(jonas, missed.pk, clock.now)
    gone = "This contact cannot be taken any more: "
    assert refused(mira, missed.pk, clock) == ("offerGone", f"{gone}a colleague has it now.")
    routing.end(jonas, missed.pk, clock.now)
    assert refused(mira, missed.pk, clock) == ("offerGone", f"{gone}the agent ended it.")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_who_takes_it_and_whom_it_is_offered_have_one_outcome(attempt, settings):
    mira = factories.agent("mira")
    contact = factories.contact()
    routing.run(NOW)
    jonas = factories.agent("jonas")
    now = NOW + timedelta(seconds=settings.CCP_OFFER_SECONDS)
    routing.run(now)
    jobs: list[Any] = [
        lambda: routing.take_missed(mira, contact.pk, now),
        lambda: routing.accept(jonas, contact.pk, now),
        *([leave(contact)] if attempt == 2 else []),
    ]
    outcomes = together(*jobs)
    check_the_books()
    assert set(refusals(outcomes)) == {"offerGone"}
    parts = AgentContact.objects.filter(contact=contact, state__in=["connecting", "connected"])
    assert parts.count() == (1 if Contact.objects.get().state == "CONNECTED" else 0)


# ---- times -----------------------------------------------------------------------------------------------------------


def times(contact):
    row = Contact.objects.get(pk=contact.pk)
    told = chat_serialisers.contact(row)
    return told["waitingSince"], told["servedSince"], row.in_state_since


def test_who_is_requeued_waits_since_then_at_the_old_place(mira, clock):
    contact = factories.contact(waited=30)
    routing.run(clock.now)
    routing.accept(mira, contact.pk, clock.tick(10))
    assert times(contact)[1:] == ("2026-11-20T12:00:10.000Z", clock.now)
    transfers.transfer(mira, contact.pk, endpoints.Ref("queue", str(contact.queue_id)), "", clock.tick(600))
    assert times(contact) == ("2026-11-20T12:10:10.000Z", None, clock.now)
    assert Contact.objects.get().waiting_since == NOW - timedelta(seconds=30)


def test_after_a_transfer_it_is_served_since_the_colleague_accepted(mira, clock):
    contact = factories.contact(waited=30)
    routing.run(clock.now)
    routing.accept(mira, contact.pk, clock.now)
    jonas = factories.agent("jonas", seen_at=clock.tick(590))
    transfers.transfer(mira, contact.pk, endpoints.Ref("agent", str(jonas.key)), "", clock.now)
    assert times(contact)[1] == "2026-11-20T12:00:00.000Z"
    routing.accept(jonas, contact.pk, clock.tick(10))
    assert times(contact)[1:] == ("2026-11-20T12:10:00.000Z", clock.now)
    assert AgentContact.objects.get(agent=jonas).accepted_at == clock.now


def test_a_missed_offer_changes_no_wait(mira, missed, clock):
    assert times(missed)[0] == "2026-11-20T11:59:55.000Z"


def test_who_accepts_by_themselves_has_all_at_once_and_nothing_rings():
    mira = factories.agent("mira")
    factories.rules(mira, auto_accept=True)
    for _ in range(2):
        factories.contact()
    routing.run(NOW)
    assert offers() == []
    assert AgentContact.objects.filter(state="connected").count() == 2
