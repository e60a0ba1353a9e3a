"""A contact is handed on: to a colleague who may decline it while the sender serves, or to a queue at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agents import presence, routing
from agents.models import AgentContact, ContactTimer, RoutingProfile
from agents.routing import endpoints, transfers
from chats import contact_state as chat
from chats import participation, serialisers, transcripts
from chats.models import Contact, OutboundMessage, Transfer
from chats.wire import iso
from tests import factories
from tests.factories import NOW
from tests.sentences import sentence_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def mira(clock):
    return factories.agent("mira", first_name="Mira", last_name="Okafor")


@pytest.fixture
def served(mira, clock):
    """A contact that Mira serves."""
    contact = factories.contact(waited=30)
    routing.run(clock.now)
    routing.accept(mira, contact.pk, clock.now)
    OutboundMessage.objects.all().delete()
    return Contact.objects.get()


@pytest.fixture
def jonas(served):
    return factories.agent("jonas", first_name="Jonas", last_name="Berg", idle_since=NOW)


def hand_on(sender, contact, to, now, comment=""):
    kind = "agent" if hasattr(to, "key") else "queue"
    transfers.transfer(sender, contact.pk, endpoints.Ref(kind, endpoints.named(to)[0]), comment, now)


def parts(contact):
    """Who has a part in the contact, and which, the oldest first."""
    found = AgentContact.objects.filter(contact=contact).order_by("pk")
    return list(found.values_list("agent__user__username", "state"))


def said():
    return list(OutboundMessage.objects.order_by("position").values_list("content", flat=True))


def load(agent):
    agent.refresh_from_db()
    return agent.load


def told(contact):
    """The newest transfer, as the contact's viewers see it."""
    return serialisers.contact(Contact.objects.get(pk=contact.pk))["transfer"]


def came_of(contact):
    return told(contact)["state"], sentence_of(told(contact)["why"])


def refused(sender, contact, to, now):
    with pytest.raises(routing.Refusal) as caught:
        hand_on(sender, contact, to, now)
    return caught.value.reason, caught.value.message


# ---- a colleague -----------------------------------------------------------------------------------------------------


def test_a_colleague_is_offered_the_contact_while_the_sender_goes_on_serving(clock, mira, served, jonas, settings):
    hand_on(mira, served, jonas, clock.tick(30), "  Speaks Finnish.  ")
    assert parts(served) == [("mira", "connected"), ("jonas", "connecting")]
    offer = AgentContact.objects.get(agent=jonas)
    assert offer.expires_at == clock.now + timedelta(seconds=settings.CCP_OFFER_SECONDS)
    served.refresh_from_db()
    assert (served.state, served.owner, load(mira), load(jonas)) == ("CONNECTED", mira.user, 1, 1)
    assert told(served) == {
        "state": "offered",
        "sender": {"id": mira.user_id, "name": "Mira Okafor"},
        "by": None,
        "endpoint": {"type": "agent", "id": str(jonas.key), "name": "Jonas Berg"},
        "comment": "Speaks Finnish.",
        "why": None,
        "askedAt": "2026-11-20T12:00:30.000Z",
        "settledAt": None,
    }
    assert said() == []


def test_the_colleague_accepts_and_nobody_is_without_an_agent_for_a_moment(clock, mira, served, jonas):
    hand_on(mira, served, jonas, clock.tick(30))
    routing.accept(jonas, served.pk, clock.tick(5))
    assert parts(served) == [("mira", "ended"), ("jonas", "connected")]
    mine = AgentContact.objects.get(agent=mira)
    assert (str(mine.why), mine.ended_at) == ("handed on to Jonas Berg", clock.now)
    served.refresh_from_db()
    assert (served.state, served.owner, served.connected_at) == ("CONNECTED", jonas.user, NOW)
    assert (load(mira), load(jonas)) == (0, 1)
    assert said() == ["Mira has left.", "Jonas has joined."]
    assert (told(served)["state"], told(served)["settledAt"]) == ("accepted", "2026-11-20T12:00:35.000Z")


def test_after_contact_work_is_done_as_after_an_end(clock, mira, served, jonas):
    hand_on(mira, served, jonas, clock.now)
    routing.accept(jonas, served.pk, clock.now)
    routing.clear(mira, served.pk, clock.now, note="Told them about the lamp.")
    assert parts(served) == [("mira", "cleared"), ("jonas", "connected")]
    assert AgentContact.objects.get(agent=mira).note == "Told them about the lamp."


def test_without_after_contact_work_the_senders_card_leaves_at_once(clock, mira, served, jonas):
    RoutingProfile.objects.filter(pk=mira.routing_profile_id).update(acw=RoutingProfile.Acw.OFF)
    hand_on(mira, served, jonas, clock.now)
    routing.accept(jonas, served.pk, clock.now)
    assert parts(served) == [("mira", "cleared"), ("jonas", "connected")]


def test_the_colleague_declines_and_it_stays_with_the_sender(clock, mira, served, jonas):
    hand_on(mira, served, jonas, clock.now)
    routing.reject(jonas, served.pk, clock.tick(3))
    assert parts(served) == [("mira", "connected"), ("jonas", "cleared")]
    assert came_of(served) == ("declined", "declined")
    served.refresh_from_db()
    assert (served.owner, load(mira), load(jonas), said()) == (mira.user, 1, 0, [])


def test_an_answer_that_does_not_come_in_time_is_a_missed_one(clock, mira, served, jonas):
    hand_on(mira, served, jonas, clock.now)
    routing.run(clock.tick(20))
    assert parts(served) == [("mira", "connected"), ("jonas", "missed")]
    assert told(served)["state"] == "missed"
    assert came_of(served) == ("missed", str(AgentContact.objects.get(agent=jonas).why))
    served.refresh_from_db()
    assert (served.state, served.owner, load(jonas)) == ("CONNECTED", mira.user, 0)


def test_whose_desk_is_gone_misses_it_before_the_time_is_over(clock, mira, served, jonas):
    hand_on(mira, served, jonas, clock.now)
    type(jonas).objects.filter(pk=jonas.pk).update(
        seen_at=NOW - timedelta(hours=1), state_since=NOW - timedelta(hours=1)
    )
    presence.sweep(clock.tick(1))
    routing.run(clock.now)
    assert (parts(served), told(served)["state"]) == ([("mira", "connected"), ("jonas", "missed")], "missed")
    assert came_of(served)[1] == "no open desk for 45 s"


def test_too_late_is_told_and_changes_nothing(clock, mira, served, jonas):
    hand_on(mira, served, jonas, clock.now)
    with pytest.raises(routing.Refusal, match="the time to answer is over") as caught:
        routing.accept(jonas, served.pk, clock.tick(20))
    assert (caught.value.reason, parts(served)) == ("offerGone", [("mira", "connected"), ("jonas", "connecting")])


@pytest.mark.parametrize("answer", ["accept", "reject"])
def test_an_answer_from_two_tabs_is_one_answer(clock, mira, served, jonas, answer):
    hand_on(mira, served, jonas, clock.now)
    for _ in range(2):
        getattr(routing, answer)(jonas, served.pk, clock.now)
    assert (load(mira), load(jonas)) == ((0, 1) if answer == "accept" else (1, 0))
    assert len(said()) == (2 if answer == "accept" else 0)


def test_a_contact_goes_there_and_back_and_each_desk_shows_one_card_of_it(clock, mira, served, jonas):
    hand_on(mira, served, jonas, clock.now)
    routing.accept(jonas, served.pk, clock.tick(1))
    hand_on(jonas, served, mira, clock.tick(1))
    assert parts(served) == [("mira", "cleared"), ("jonas", "connected"), ("mira", "connecting")]
    routing.accept(mira, served.pk, clock.tick(1))
    assert parts(served) == [("mira", "cleared"), ("jonas", "ended"), ("mira", "connected")]
    assert (load(mira), load(jonas)) == (1, 0)
    assert said() == ["Mira has left.", "Jonas has joined.", "Jonas has left.", "Mira has joined."]


def test_who_accepts_everything_by_themselves_has_it_at_once(clock, mira, served, jonas):
    RoutingProfile.objects.filter(pk=jonas.routing_profile_id).update(auto_accept=True)
    hand_on(mira, served, jonas, clock.now)
    assert (parts(served), told(served)["state"]) == ([("mira", "ended"), ("jonas", "connected")], "accepted")
    jonas.refresh_from_db()
    assert jonas.viewing_id == served.pk


def test_the_silent_customers_time_begins_anew_with_the_new_agent(clock, mira, served, jonas):
    served.queue.nudge_after = 90
    served.queue.save()
    hand_on(mira, served, jonas, clock.now)
    routing.accept(jonas, served.pk, clock.tick(15))
    timer = ContactTimer.objects.get(contact=served)
    assert (timer.kind, timer.due_at) == ("silence", clock.now + timedelta(seconds=90))


# ---- taken back ------------------------------------------------------------------------------------------------------


def test_the_sender_takes_it_back_and_the_colleagues_offer_goes(clock, mira, served, jonas):
    hand_on(mira, served, jonas, clock.now)
    transfers.cancel(mira, served.pk, clock.tick(5))
    transfers.cancel(mira, served.pk, clock.tick(1))  # from another tab: once
    assert parts(served) == [("mira", "connected"), ("jonas", "cleared")]
    assert came_of(served) == ("withdrawn", "the sender took it back")
    assert told(served)["settledAt"] == "2026-11-20T12:00:05.000Z"
    assert str(AgentContact.objects.get(agent=jonas).why) == "the sender took it back"
    assert (load(mira), load(jonas)) == (1, 0)
    with pytest.raises(routing.Refusal, match="a colleague has it now"):
        routing.accept(jonas, served.pk, clock.now)
    hand_on(mira, served, jonas, clock.now)  # and asked again
    assert told(served)["state"] == "offered"


def test_what_was_answered_cannot_be_taken_back(clock, mira, served, jonas):
    hand_on(mira, served, jonas, clock.now)
    routing.accept(jonas, served.pk, clock.now)
    with pytest.raises(routing.Refusal, match="too late to take it back: Jonas Berg has answered") as caught:
        transfers.cancel(mira, served.pk, clock.now)
    assert caught.value.reason == "transferNotOpen"


def test_nobody_takes_back_what_another_has_sent(clock, mira, served, jonas):
    with pytest.raises(routing.Refusal, match="no transfer of yours"):
        transfers.cancel(mira, served.pk, clock.now)
    hand_on(mira, served, jonas, clock.now)
    with pytest.raises(routing.Refusal, match="no transfer of yours"):
        transfers.cancel(jonas, served.pk, clock.now)
    assert told(served)["state"] == "offered"


# ---- who may see it --------------------------------------------------------------------------------------------------


def sees(agent):
    return transcripts.visible_to(agent.user).exists()


def test_the_colleague_reads_it_while_it_is_offered_and_the_sender_no_more_afterwards(clock, mira, served, jonas):
    seen = [(sees(mira), sees(jonas))]
    hand_on(mira, served, jonas, clock.now)
    seen.append((sees(mira), sees(jonas)))
    routing.accept(jonas, served.pk, clock.now)
    seen.append((sees(mira), sees(jonas)))
    assert seen == [(True, False), (True, True), (False, True)]


def test_who_declines_may_not_read_it_any_more(clock, mira, served, jonas):
    hand_on(mira, served, jonas, clock.now)
    routing.reject(jonas, served.pk, clock.now)
    assert (sees(mira), sees(jonas)) == (True, False)


def test_every_change_of_audience_takes_a_number_that_makes_the_hub_ask_again(clock, mira, served, jonas, heard):
    served.refresh_from_db()
    before = served.conversation.seq
    with heard.committed():
        hand_on(mira, served, jonas, clock.now)
    with heard.committed():
        routing.accept(jonas, served.pk, clock.tick(1))
    copies = [hint for hint in heard.hints if not isinstance(hint, str) and hint.stream == served.stream]
    contacts = [copy for copy in copies if copy.audience]
    assert [copy.seq for copy in copies] == sorted({copy.seq for copy in copies})
    assert contacts[0].seq == before + 1
    states = [frame["contact"]["transfer"]["state"] for frame in frames(heard, served.stream)]
    owners = [frame["contact"]["owner"]["name"] for frame in frames(heard, served.stream)]
    assert (states, owners) == (["offered", "accepted"], ["Mira Okafor", "Jonas Berg"])


def frames(heard, stream):
    return [frame["params"] for frame in heard._frames(stream) if frame["method"] == "contact"]


# ---- a queue ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def vip(served):
    return factories.queue("VIP", waiting_every=60)


def test_a_queue_takes_it_at_once_and_it_waits_at_the_place_its_age_gives_it(clock, mira, served, vip):
    younger = factories.contact(waited=10, queue=vip)
    hand_on(mira, served, vip, clock.tick(30), "A refund.")
    assert parts(served) == [("mira", "ended")]
    served.refresh_from_db()
    assert (served.state, served.owner, served.queue) == ("WAITING", None, vip)
    assert (served.waiting_since, served.connected_at) == (NOW - timedelta(seconds=30), None)
    assert (load(mira), said()) == (0, ["Mira has left."])
    assert str(AgentContact.objects.get().why) == "handed on to the queue VIP"
    assert (told(served)["state"], told(served)["comment"]) == ("queued", "A refund.")
    assert told(served)["endpoint"] == {"type": "queue", "id": str(vip.pk), "name": "VIP"}
    factories.agent("olga", profile=factories.routing_profile(vip, chats=1))
    routing.run(clock.now)
    assert parts(served)[-1] == ("olga", "connecting")
    assert parts(younger) == []


def test_the_new_queue_says_its_waiting_text(clock, mira, served, vip):
    hand_on(mira, served, vip, clock.tick(30))
    assert [timer.kind for timer in ContactTimer.objects.all()] == ["waiting"]


def test_the_sender_does_not_get_it_back_at_once(clock, mira, served):
    served.queue.previous_agent_seconds = 600
    served.queue.save()
    hand_on(mira, served, served.queue, clock.tick(1))
    routing.clear(mira, served.pk, clock.now)
    assert routing.run(clock.tick(1)) == 0
    factories.agent("olga")
    routing.run(clock.tick(1))
    assert parts(served) == [("mira", "cleared"), ("olga", "connecting")]


def test_the_sender_gets_it_back_when_nobody_else_takes_it(clock, mira, served, settings):
    hand_on(mira, served, served.queue, clock.tick(1))
    presence.seen(mira.pk, clock.tick(settings.CCP_DECLINE_SECONDS))
    routing.run(clock.now)
    assert parts(served) == [("mira", "cleared"), ("mira", "connecting")]


def test_said_twice_from_two_tabs_it_is_done_once(clock, mira, served, jonas, vip):
    for _ in range(2):
        hand_on(mira, served, jonas, clock.now)
    routing.accept(jonas, served.pk, clock.now)
    hand_on(mira, served, jonas, clock.now)
    for _ in range(2):
        hand_on(jonas, served, vip, clock.now)
    assert Transfer.objects.count() == 2
    assert (load(mira), load(jonas)) == (0, 0)


# ---- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"in_state": "Offline"}, ("agentAbsent", "Ivy Lund is not there.")),
        ({"in_state": "Break"}, ("agentAbsent", "Ivy Lund takes no contacts now: Break.")),
        ({"load": 3}, ("agentFull", "Ivy Lund has no room: 3 of 3 chats.")),
        (
            {"seen_at": NOW - timedelta(minutes=5), "state_since": NOW - timedelta(minutes=5)},
            ("agentAbsent", "Ivy Lund is not there."),
        ),
    ],
)
def test_who_cannot_take_it_is_not_asked(clock, mira, served, columns, expected):
    ivy = factories.agent("ivy", first_name="Ivy", last_name="Lund", **columns)
    assert refused(mira, served, ivy, clock.now) == expected
    assert (parts(served), Transfer.objects.count(), load(mira)) == ([("mira", "connected")], 0, 1)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"is_open": False}, ("queueClosed", "The queue VIP is closed now.")),
        ({"max_waiting": 0}, ("queueFull", "The queue VIP is full: 0 of 0 wait.")),
    ],
)
def test_a_queue_that_takes_nothing_is_refused(clock, mira, served, columns, expected):
    assert refused(mira, served, factories.queue("VIP", **columns), clock.now) == expected
    served.refresh_from_db()
    assert (served.state, said()) == ("CONNECTED", [])


def test_nobody_hands_on_to_themselves(clock, mira, served):
    assert refused(mira, served, mira, clock.now)[0] == "transferToSelf"


def test_one_colleague_is_asked_at_a_time(clock, mira, served, jonas, vip):
    hand_on(mira, served, jonas, clock.now)
    message = "This contact is being offered to Jonas Berg already: wait for the answer."
    assert refused(mira, served, vip, clock.now) == ("transferOpen", message)


@pytest.mark.parametrize("to", [("agent", "x"), ("agent", "00000000-0000-4000-8000-000000000000"), ("queue", "0")])
@pytest.mark.parametrize("never", ["9" * 40, "²", "-1"])
def test_what_does_not_exist_is_said_to_be_so(clock, mira, served, to, never):
    for kind, name in (to, ("queue", never)):
        with pytest.raises(routing.Refusal, match=f"There is no {kind}") as caught:
            transfers.transfer(mira, served.pk, endpoints.Ref(kind, name), "", clock.now)
        assert caught.value.reason == "endpointNotFound"


def test_only_who_serves_it_hands_it_on(clock, mira, served, jonas, vip):
    assert refused(jonas, served, vip, clock.now)[0] == "contactNotFound"
    hand_on(mira, served, jonas, clock.now)
    reason, message = refused(jonas, served, vip, clock.now)
    assert (reason, "hands it on to you" in message) == ("contactNotConnected", True)
    participation.end(participation.lock_contact(served.pk), chat.EndReason.CUSTOMER, clock.now, leave=False)
    assert refused(mira, served, vip, clock.now) == (
        "contactNotConnected",
        "This contact cannot be transferred: the customer left.",
    )


# ---- overtaken -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["customer", "sender"])
def test_the_end_of_the_contact_withdraws_the_offer(clock, mira, served, jonas, who):
    hand_on(mira, served, jonas, clock.now)
    if who == "customer":
        participation.end(participation.lock_contact(served.pk), chat.EndReason.CUSTOMER, clock.tick(1), leave=False)
    else:
        routing.end(mira, served.pk, clock.tick(1))
    assert parts(served) == [("mira", "ended"), ("jonas", "cleared")]
    assert (load(mira), load(jonas), told(served)["state"]) == (0, 0, "withdrawn")
    with pytest.raises(routing.Refusal) as caught:
        routing.accept(jonas, served.pk, clock.now)
    assert caught.value.reason == "offerGone"


def test_a_sender_who_is_gone_for_good_withdraws_the_offer_and_nobody_is_lost(clock, mira, served, jonas):
    hand_on(mira, served, jonas, clock.now)
    AgentContact.objects.filter(agent=jonas).update(expires_at=NOW + timedelta(days=1))
    clock.tick(1000)
    presence.seen(jonas.pk, clock.now)
    assert routing.absent_agents.run(clock.now) == 1
    assert (parts(served), told(served)["state"]) == ([("mira", "ended"), ("jonas", "cleared")], "withdrawn")
    assert told(served)["settledAt"] == iso(clock.now)
    assert AgentContact.objects.get(agent=jonas).ended_at == clock.now
    assert (load(mira), load(jonas)) == (0, 0)
    routing.run(clock.now)
    assert parts(served)[-1] == ("jonas", "connecting")


def test_a_colleague_who_is_deleted_meanwhile_does_not_hold_the_contact(clock, mira, served, jonas):
    hand_on(mira, served, jonas, clock.now)
    assert transfers.run(clock.now) == 0
    jonas.delete()
    assert (transfers.run(clock.now), transfers.run(clock.now)) == (1, 0)
    assert came_of(served) == ("withdrawn", "the colleague has no desk any more")
    hand_on(mira, served, factories.agent("olga"), clock.now)


def test_a_customer_who_comes_back_begins_without_a_transfer(clock, mira, served, jonas):
    hand_on(mira, served, jonas, clock.now)
    routing.accept(jonas, served.pk, clock.now)
    Contact.objects.filter(pk=served.pk).update(round=2)
    assert told(served) is None


# ---- whom one can hand on to -----------------------------------------------------------------------------------------


def test_endpoints_are_colleagues_then_queues_with_the_truth_about_each(clock, mira, served, jonas, vip):
    factories.agent("ivy", in_state="Offline", first_name="Ivy", last_name="Lund")
    factories.contact(queue=vip)
    closed = factories.queue("Closed", is_open=False)
    listed = endpoints.listed(mira, clock.now)
    assert [(one["type"], one["name"], sentence_of(one["refusal"])) for one in listed] == [
        ("agent", "Ivy Lund", "Ivy Lund is not there."),
        ("agent", "Jonas Berg", ""),
        ("queue", "Closed", "The queue Closed is closed now."),
        ("queue", "Returns", ""),
        ("queue", "VIP", ""),
    ]
    assert listed[1] == {
        "type": "agent",
        "id": str(jonas.key),
        "name": "Jonas Berg",
        "state": {"name": "Available", "type": "routable"},
        "load": 0,
        "capacity": 3,
        "refusal": None,
    }
    assert (listed[2]["id"], listed[2]["open"]) == (str(closed.pk), False)
    assert (listed[4]["waiting"], listed[4]["open"]) == (1, True)


def test_many_endpoints_cost_no_more_queries_than_few(clock, mira, django_assert_num_queries):
    for number in range(20):
        factories.agent(f"agent{number}"), factories.queue(f"Queue {number}")
    with django_assert_num_queries(2):
        assert len(endpoints.listed(mira, clock.now)) == 41
