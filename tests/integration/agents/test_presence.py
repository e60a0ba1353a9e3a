"""States an agent chooses, and what happens when nobody is at the desk."""

from __future__ import annotations

import logging

import pytest

from agents import presence, routing
from agents.models import Agent, AgentContact, AgentState, AgentStateChange
from chats.models import Contact
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _states():
    for name in ("Available", "Break", "Offline"):
        factories.state(name)


@pytest.fixture
def mira():
    return factories.agent("mira", first_name="Mira", last_name="Okafor")


def now_of(agent):
    row = Agent.objects.get(pk=agent.pk)
    return row.state.name, row.next_state and row.next_state.name


def changes():
    rows = AgentStateChange.objects.order_by("pk").values_list("old_state", "new_state", "by__username", "why")
    return [(old, new, by, str(why)) for old, new, by, why in rows]


def test_a_change_of_state_is_kept_with_its_author(mira, clock, heard):
    with heard.committed():
        presence.set_state(mira, "Break", by=mira.user, now=clock.tick(60))
    assert now_of(mira) == ("Break", None)
    assert Agent.objects.get().state_since == clock.now
    assert changes() == [("Available", "Break", "mira", "")]
    assert heard.of(mira.stream) == ["agent"]
    assert heard.last(mira.stream, "agent")["seq"] == Agent.objects.get().own_seq == 1
    assert heard.bells == []


def test_becoming_available_rings_for_routing(clock, heard):
    agent = factories.agent(in_state="Offline")
    with heard.committed():
        presence.set_state(agent, "Available", by=agent.user, now=clock.now)
    assert heard.bells == ["routing"]


def test_choosing_the_present_state_changes_nothing(mira, clock, heard):
    with heard.committed():
        presence.set_state(mira, "Available", by=mira.user, now=clock.tick(60))
    assert (changes(), heard.hints) == ([], [])


@pytest.mark.parametrize("name", ["available", "Lunch", ""])
def test_an_unknown_state_is_refused_with_those_that_exist(mira, clock, name):
    with pytest.raises(presence.Refusal) as refused:
        presence.set_state(mira, name, by=mira.user, now=clock.now)
    assert refused.value.reason == "stateNotFound"
    assert refused.value.message == f"There is no state “{name}”. There are: Available, Break, Offline."


def test_with_nothing_open_the_next_state_is_now(mira, clock):
    presence.set_state(mira, "Break", enqueue_next=True, by=mira.user, now=clock.now)
    assert now_of(mira) == ("Break", None)


def test_with_contacts_open_the_next_state_waits(mira, clock, heard):
    factories.contact()
    routing.run(clock.now)
    with heard.committed():
        presence.set_state(mira, "Offline", enqueue_next=True, by=mira.user, now=clock.now)
    assert now_of(mira) == ("Available", "Offline")
    assert changes() == []
    assert heard.last(mira.stream, "agent")["agent"]["nextState"] == {"name": "Offline", "type": "offline"}


@pytest.mark.parametrize("enqueue", [True, False])
def test_choosing_the_present_state_forgets_the_next_one(mira, clock, enqueue):
    factories.contact()
    routing.run(clock.now)
    presence.set_state(mira, "Break", enqueue_next=True, by=mira.user, now=clock.now)
    presence.set_state(mira, "Available", enqueue_next=enqueue, by=mira.user, now=clock.now)
    assert now_of(mira) == ("Available", None)
    assert changes() == []


def test_leaving_with_contacts_open_keeps_them(mira, clock):
    contact = factories.contact()
    routing.run(clock.now)
    routing.accept(mira, contact.pk, clock.now)
    presence.set_state(mira, "Break", by=mira.user, now=clock.now)
    assert now_of(mira) == ("Break", None)
    contact.refresh_from_db()
    assert (contact.state, contact.owner) == ("CONNECTED", mira.user)


# ---- the lease -------------------------------------------------------------------------------------------------------


def test_a_sign_of_life_is_kept_at_most_every_five_seconds(mira, clock):
    start = clock.now
    for seconds, expected in [(4, 0), (1, 5), (4, 5), (2, 11)]:
        presence.seen(mira.pk, clock.tick(seconds))
        assert (Agent.objects.get().seen_at - start).total_seconds() == expected
    assert Agent.objects.get().seq == 0


def test_who_was_never_seen_is_seen_at_once(clock):
    agent = factories.agent(seen_at=None)
    presence.seen(agent.pk, clock.now)
    assert Agent.objects.get().seen_at == clock.now


def test_who_has_no_open_desk_goes_offline_and_that_is_logged(mira, clock, caplog):
    assert presence.sweep(clock.tick(45)) == 0
    with caplog.at_level(logging.WARNING):
        assert presence.sweep(clock.tick(1)) == 1
    assert now_of(mira) == ("Offline", None)
    assert changes() == [("Available", "Offline", None, "no open desk for 45 s")]
    assert caplog.messages == ["Mira Okafor goes Offline: no open desk for 45 s"]
    assert presence.sweep(clock.tick(1)) == 0


def test_who_answers_stays(mira, clock):
    presence.seen(mira.pk, clock.tick(44))
    assert presence.sweep(clock.tick(44)) == 0


def test_a_tab_that_answers_while_the_sweep_waits_for_the_agent_is_believed(mira, clock):
    late = clock.tick(46)
    presence.seen(mira.pk, late)
    assert presence._send_away(mira.pk, late) is False
    assert now_of(mira) == ("Available", None)


def test_not_routable_agents_go_offline_too(clock):
    agent = factories.agent(in_state="Break")
    presence.sweep(clock.tick(46))
    assert now_of(agent) == ("Offline", None)


def test_a_desk_that_has_just_opened_counts_as_seen(clock):
    agent = factories.agent(in_state="Offline", seen_at=None)
    presence.set_state(agent, "Available", by=agent.user, now=clock.tick(3600))
    assert presence.sweep(clock.tick(45)) == 0
    assert presence.sweep(clock.tick(1)) == 1


def test_an_absent_agents_offers_go_to_somebody_else_at_once(mira, clock, settings):
    settings.CCP_OFFER_SECONDS = 3600
    contact = factories.contact()
    routing.run(clock.now)
    presence.sweep(clock.tick(46))
    with pytest.raises(routing.Refusal):
        routing.accept(mira, contact.pk, clock.now)
    jonas = factories.agent("jonas", seen_at=clock.now)
    routing.run(clock.now)
    rows = AgentContact.objects.order_by("pk").values_list("agent", "state", "why")
    parts = [(agent, state, str(why)) for agent, state, why in rows]
    assert list(parts) == [(mira.pk, "missed", "no open desk for 45 s"), (jonas.pk, "connecting", "")]
    assert Agent.objects.get(pk=mira.pk).load == 0


def test_an_absent_agents_contacts_stay_theirs(mira, clock):
    contact = factories.contact()
    routing.run(clock.now)
    routing.accept(mira, contact.pk, clock.now)
    presence.sweep(clock.tick(46))
    assert Contact.objects.get().owner == mira.user
    assert Agent.objects.get().load == 1


def test_without_a_state_for_the_absent_it_is_said_and_nothing_breaks(mira, clock, caplog):
    AgentState.objects.filter(name="Offline").delete()
    assert presence.sweep(clock.tick(46)) == 0
    assert caplog.messages == ["1 agents are absent, but no agent state has the type offline: make one in the admin"]


# ---- what the routing profile says of the absent ---------------------------------------------------------------------


def states():
    return dict(Agent.objects.order_by("pk").values_list("user__username", "state__name"))


def offers():
    return list(AgentContact.objects.filter(state="connecting").values_list("agent__user__username", flat=True))


def test_in_the_grace_time_nothing_is_offered_and_the_state_stays(mira, clock):
    factories.rules(mira, grace_seconds=30)
    presence.sweep(clock.tick(75))
    factories.contact()
    assert (routing.run(clock.now), states()) == (0, {"mira": "Available"})
    assert presence.sweep(clock.tick(1)) == 1
    assert changes() == [("Available", "Offline", None, "no open desk for 75 s")]


def test_who_is_back_within_the_grace_time_goes_on_as_before(mira, clock):
    factories.rules(mira, grace_seconds=30)
    factories.contact()
    presence.sweep(clock.tick(60))
    assert routing.run(clock.now) == 0
    presence.seen(mira.pk, clock.tick(10))
    assert presence.sweep(clock.tick(20)) == 0
    assert (routing.run(clock.now), offers(), changes()) == (1, ["mira"], [])


def test_by_stay_the_state_stays_for_ever_and_yet_nothing_is_offered(mira, clock):
    factories.rules(mira, absence="stay")
    factories.contact()
    assert presence.sweep(clock.tick(86_400)) == 0
    assert (routing.run(clock.now), states(), changes()) == (0, {"mira": "Available"}, [])
    presence.seen(mira.pk, clock.now)
    assert (routing.run(clock.now), offers()) == (1, ["mira"])


@pytest.mark.parametrize(
    ("chosen", "of_the_profile", "expected"),
    [("Break", "Lunch", "Break"), (None, "Lunch", "Lunch"), (None, None, "Offline")],
    ids=["the agent's own", "the profile's", "else Offline"],
)
def test_by_next_state_they_are_where_they_wanted_to_go(mira, clock, chosen, of_the_profile, expected):
    lunch = AgentState.objects.create(name="Lunch")
    factories.rules(mira, absence="next_state", absence_state=lunch if of_the_profile else None)
    contact = factories.contact()
    routing.run(clock.now)
    routing.accept(mira, contact.pk, clock.now)
    if chosen:
        presence.set_state(mira, chosen, enqueue_next=True, by=mira.user, now=clock.now)
    assert (presence.sweep(clock.tick(46)), presence.sweep(clock.tick(3600))) == (1, 0)
    assert now_of(mira) == (expected, None)
    assert changes()[-1] == ("Available", expected, None, "no open desk for 45 s")
    assert Contact.objects.get().owner == mira.user


def test_by_next_state_a_break_is_not_ended(clock):
    agent = factories.agent("mira", in_state="Break")
    factories.rules(agent, absence="next_state")
    assert (presence.sweep(clock.tick(3600)), states()) == (0, {"mira": "Break"})


def test_each_profile_has_its_own_way(mira, clock):
    """In one sweep."""
    for name, rules in {"stays": {"absence": "stay"}, "late": {"grace_seconds": 60}, "goes": {}}.items():
        factories.rules(factories.agent(name), **rules)
    factories.rules(mira, absence="next_state", absence_state=AgentState.objects.get(name="Break"))
    assert presence.sweep(clock.tick(46)) == 2
    assert states() == {"mira": "Break", "stays": "Available", "late": "Available", "goes": "Offline"}
    assert presence.sweep(clock.tick(60)) == 1
    assert states()["late"] == "Offline"
