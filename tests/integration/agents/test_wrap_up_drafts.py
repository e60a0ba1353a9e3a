"""What an agent has begun to say after a contact: kept by the server, so that it counts when the time is over before Done."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agents import routing
from agents.desk.stream import snapshot
from agents.models import AgentContact, Disposition, RoutingProfile
from agents.protocol.refusals import Refusal
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def mira():
    agent = factories.agent("mira")
    agent.routing_profile.acw, agent.routing_profile.acw_seconds = RoutingProfile.Acw.TIMED, 30
    agent.routing_profile.save()
    return agent


@pytest.fixture
def ended(clock, mira):
    """A contact that Mira has served, in her after contact work."""
    contact = factories.contact()
    Disposition.objects.create(name="Refund").queues.add(contact.queue)
    routing.run(clock.now)
    routing.accept(mira, contact.pk, clock.now)
    routing.end(mira, contact.pk, clock.now)
    mira.refresh_from_db()
    return contact


def part(contact):
    return AgentContact.objects.select_related("disposition").get(contact=contact)


def shown(mira, contact):
    (one,) = snapshot(mira, AgentContact.objects.filter(agent=mira, contact=contact))["contacts"]
    return one["disposition"], one["note"]


def test_what_was_begun_counts_when_the_time_is_over(clock, mira, ended):
    routing.save_wrap_up(mira, ended.pk, "Refund", "Lamp goes back")
    assert shown(mira, ended) == ("Refund", "Lamp goes back")
    assert routing.after_contact_work.run(clock.now + timedelta(seconds=31)) == 1
    left = part(ended)
    assert (left.state, left.disposition.name, left.note) == ("cleared", "Refund", "Lamp goes back")


def test_what_was_taken_back_does_not_count(clock, mira, ended):
    routing.save_wrap_up(mira, ended.pk, "Refund", "Lamp goes back")
    routing.save_wrap_up(mira, ended.pk, "", "")
    routing.clear(mira, ended.pk, clock.now)
    assert (part(ended).disposition, part(ended).note) == (None, "")


def test_the_same_again_is_no_change(mira, ended):
    routing.save_wrap_up(mira, ended.pk, "Refund", "x")
    before = part(ended).seq
    routing.save_wrap_up(mira, ended.pk, "Refund", "x")
    assert part(ended).seq == before


def test_only_ones_own_contact_in_after_contact_work_takes_it(clock, mira, ended):
    def reason(agent, contact_id, disposition=""):
        with pytest.raises(Refusal) as refused:
            routing.save_wrap_up(agent, contact_id, disposition, "x")
        return refused.value.reason

    assert reason(factories.agent("jonas"), ended.pk) == "contactNotFound"
    assert reason(mira, ended.pk, "Nonsense") == "dispositionNotFound"
    routing.clear(mira, ended.pk, clock.now)
    assert reason(mira, ended.pk) == "contactNotFound"
