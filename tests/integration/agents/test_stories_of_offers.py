"""Every offer keeps what happened to it, and one line that says why it was missed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agents import presence, routing, serialisers
from agents.models import Agent, AgentContact
from agents.models.agent_contact import MAX_OFFER_EVENTS
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def mira():
    return factories.agent("mira")


@pytest.fixture
def offer(mira, clock):
    contact = factories.contact()
    routing.run(clock.now)
    return contact


def story():
    return [one["what"] for one in AgentContact.objects.get().offer_events]


def seen(agent, contact, clock, *, visible):
    routing.offer_seen(agent.pk, contact.pk, visible, clock.tick(1))


def test_a_painted_offer_that_is_accepted_tells_so(mira, offer, clock):
    seen(mira, offer, clock, visible=True)
    routing.accept(mira, offer.pk, clock.tick(1))
    assert AgentContact.objects.get().offer_events == [
        {"at": "2026-11-20T12:00:00.000Z", "what": "sent"},
        {"at": "2026-11-20T12:00:01.000Z", "what": "painted"},
        {"at": "2026-11-20T12:00:01.000Z", "what": "shown"},
        {"at": "2026-11-20T12:00:02.000Z", "what": "accepted"},
    ]


def test_several_tabs_paint_once(mira, offer, clock):
    for _ in range(3):
        seen(mira, offer, clock, visible=True)
    assert story() == ["sent", "painted", "shown"]


def test_a_declined_offer_tells_so(mira, offer, clock):
    routing.reject(mira, offer.pk, clock.now)
    assert story() == ["sent", "declined"]


def test_an_offer_that_is_gone_has_no_more_to_tell(mira, offer, clock):
    routing.reject(mira, offer.pk, clock.now)
    seen(mira, offer, clock, visible=True)
    routing.line(mira.pk, False, clock.now)
    assert story() == ["sent", "declined"]


def test_nobody_elses_offer_is_told(mira, offer, clock):
    jonas = factories.agent("jonas")
    seen(jonas, offer, clock, visible=True)
    assert story() == ["sent"]


def test_a_story_has_an_end(mira, offer, clock, settings):
    settings.CCP_OFFER_SECONDS = 3600
    for number in range(2 * MAX_OFFER_EVENTS):
        seen(mira, offer, clock, visible=number % 2 == 0)
    assert len(story()) == MAX_OFFER_EVENTS
    routing.accept(mira, offer.pk, AgentContact.objects.get().offered_at)
    assert story()[-1] == "accepted"


CAUSES = [
    ([], "no tab of the desk reported that it showed it"),
    ([("seen", True)], "it was shown in an open tab all the time"),
    ([("seen", False)], "every tab that showed it was in the background"),
    ([("seen", False), ("seen", True)], "it was shown in an open tab all the time"),
    ([("seen", True), ("seen", False)], "it was seen, then the tab went to the background"),
    ([("seen", True), ("turned", False)], "it was seen, then the tab went to the background"),
    ([("turned", False)], "no tab of the desk reported that it showed it"),
    ([("seen", True), ("line", False)], "the desk had lost its connection"),
    ([("seen", True), ("line", False), ("line", True)], "it was shown in an open tab all the time"),
]


@pytest.mark.parametrize(("events", "cause"), CAUSES)
def test_a_missed_offer_says_why_in_one_line(mira, offer, clock, events, cause):
    tell = {
        "seen": lambda visible: routing.offer_seen(mira.pk, offer.pk, visible, clock.now),
        "turned": lambda visible: routing.tabs_turned(mira.pk, visible, clock.now),
        "line": lambda up: routing.line(mira.pk, up, clock.now),
    }
    for what, value in events:
        tell[what](value)
    routing.run(clock.tick(20))
    part = AgentContact.objects.get()
    assert (part.state, str(part.why)) == ("missed", f"no answer within 20 s: {cause}")
    assert serialisers.agent_contact(part)["why"] == part.why.data
    assert story()[-1] == "missed"


def test_an_offer_to_a_desk_that_is_gone_says_so(mira, offer, clock):
    factories.state("Offline")
    AgentContact.objects.update(expires_at=clock.now + timedelta(hours=1))
    presence.sweep(clock.tick(46))
    routing.run(clock.now)
    assert (str(AgentContact.objects.get().why), story()) == ("no open desk for 45 s", ["sent", "noDesk", "missed"])
    assert Agent.objects.get().misses == 0


def test_without_offers_the_line_costs_one_query(mira, clock, django_assert_num_queries):
    with django_assert_num_queries(1):
        routing.line(mira.pk, True, clock.now)
