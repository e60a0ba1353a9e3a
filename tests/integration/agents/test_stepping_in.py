"""Supervisors step in: each verb does its one thing, is told to the agent, is audited, or is refused with what is so."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client

from agents import presence, routing
from agents.desk import events
from agents.models import Agent, AgentContact, RoutingProfile, Whisper
from agents.protocol.refusals import Refusal
from agents.routing.interventions import Intervention
from agents.supervision import actions, barging_in, help_requests, whispers
from chats import ingest, participation, transcripts
from chats.contact_state import EndReason
from chats.models import AuditAction, AuditEntry, Contact, HelpRequest, Item, OutboundMessage
from chats.outbox import Message
from chats.reasons import Reason
from chats.wire import ChatEvent
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def mira():
    return factories.agent("mira", first_name="Mira", last_name="Okafor", profile=factories.routing_profile(chats=2))


@pytest.fixture
def nora():
    """A supervisor who has a desk too."""
    user = factories.supervisor("nora", first_name="Nora", last_name="Lind")
    factories.state("Break")
    return Agent.objects.create(
        user=user, routing_profile=factories.routing_profile(chats=1), state=factories.state("Break"), state_since=NOW
    )


@pytest.fixture
def served(mira):
    return serve(mira)


def serve(agent):
    contact = factories.contact()
    routing.run(NOW)
    routing.accept(agent, contact.pk, NOW)
    contact.refresh_from_db()
    assert contact.owner == agent.user
    return contact


def act(user, seconds=0.0, reason="", seen=()):
    return Intervention(user, NOW + timedelta(seconds=seconds), reason, seen)


def refused(do, *arguments, **options):
    with pytest.raises(Refusal) as caught:
        do(*arguments, **options)
    return caught.value


def said(contact):
    return list(OutboundMessage.objects.filter(contact=contact, kind="MESSAGE").order_by("position").values_list("content", flat=True))  # fmt: skip


def part(agent, contact):
    return AgentContact.objects.filter(agent=agent, contact=contact).latest("pk")


def audited():
    done = AuditEntry.objects.exclude(action__in=[AuditAction.RIGHTS_CHANGED, AuditAction.SIGNED_IN])  # what is set up
    return list(done.order_by("pk").values_list("action", "actor_name", "agent_name", "reason"))


# ---- whisper ---------------------------------------------------------------------------------------------------------


def test_a_whisper_goes_both_ways_once_and_nobody_else_reads_it(mira, nora, served, heard):
    with heard.committed():
        first = whispers.send(nora.user, served.pk, "Offer a refund ", "w-1", NOW)
        assert whispers.send(nora.user, served.pk, "Offer a refund ", "w-1", NOW) == first
        whispers.answer(mira, served.pk, "I will", "w-2", NOW)
    stream = part(mira, served).whispers_stream
    assert (heard.of(stream), heard.numbers(stream)) == (["whisper", "whisper"], [1, 2])
    assert heard.last(stream, "whisper")["whisper"]["author"] == {"id": mira.user.pk, "name": "Mira Okafor"}
    assert audited() == [("whispered", "Nora Lind", "Mira Okafor", "")]
    reads = whispers.WhisperStreams()
    texts = [one["text"] for one in json.loads(reads.read({stream: None}, mira.user_id)[stream].copies[0].text)["params"]["whispers"]["whispers"]]  # fmt: skip
    assert texts == ["Offer a refund", "I will"]
    assert [copy.seq for copy in reads.read({stream: 1}, nora.user_id)[stream].copies] == [2]
    colleague = factories.agent("jonas")
    assert reads.read({stream: None}, colleague.user_id) == {}
    assert refused(whispers.answer, colleague, served.pk, "Me too", "w-3", NOW).reason == "contactNotFound"
    assert refused(whispers.send, colleague.user, served.pk, "Mine", "w-1", NOW).reason == "contactNotFound"
    other = factories.supervisor("olga")
    assert refused(whispers.send, other, served.pk, "Mine", "w-1", NOW).reason == "clientTokenReused"
    assert refused(whispers.send, nora.user, served.pk, "  ", "w-4", NOW).reason == "empty"
    everything = json.dumps(transcripts.snapshot(served.conversation), default=str)
    assert "refund" not in everything
    assert not Item.objects.exists()
    assert not any("refund" in text for text in said(served))
    routing.end(mira, served.pk, NOW)
    routing.clear(mira, served.pk, NOW)
    assert reads.read({stream: None}, mira.user_id) == {}  # it has left the desk
    assert refused(whispers.send, nora.user, served.pk, "Still there?", "w-5", NOW).reason == "contactNotConnected"
    assert Whisper.objects.count() == 2


def test_the_agents_tabs_follow_whispers_from_the_first_on(mira, nora, served, heard):
    assert part(mira, served).whispers_stream not in part(mira, served).also
    with heard.committed():
        whispers.send(nora.user, served.pk, "Psst", "w-1", NOW)
    hint = next(one for one in heard.hints if getattr(one, "stream", "") == mira.stream)
    assert hint.also[part(mira, served).whispers_stream] is True


# ---- barge in --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "case",
    [(True, "{Agent} has joined.", ["Nora has joined."]), (True, "", []), (False, "{Agent} has joined.", [])],
)
def test_a_supervisors_words_go_out_with_their_author_and_once_say_who_joined(nora, served, settings, case):
    announced, text, told = case
    settings.CCP_BARGE_IS_ANNOUNCED = announced
    factories.rules(served.queue, barge_text=text)
    before = said(served)
    for token in ("b-1", "b-1", "b-2"):
        barging_in.barge_in(nora.user, Message(nora.user.pk, served.pk, f"Hello {token}", "text/plain", token), "Asked")
    assert said(served)[len(before) :] == [*told, "Hello b-1", "Hello b-2"]
    assert OutboundMessage.objects.get(content="Hello b-1").author == nora.user
    assert audited() == [("barged_in", "Nora Lind", "Mira Okafor", "Asked")] * 2


def test_words_that_connect_would_refuse_are_refused_and_announce_nobody(nora, served):
    before = said(served)
    words = Message(nora.user.pk, served.pk, " ", "text/plain", "b-1")
    assert refused(barging_in.barge_in, nora.user, words, "").reason == "empty"
    assert said(served) == before
    routing.end(served.owner.agent, served.pk, NOW)
    words = Message(nora.user.pk, served.pk, "Hello", "text/plain", "b-1")
    refusal = refused(barging_in.barge_in, nora.user, words, "")
    assert (refusal.reason, refusal.current["contact"]["state"]) == ("contactNotConnected", "ENDED")


def test_the_agent_sees_that_a_supervisor_writes_and_the_supervisor_that_the_agent_does(mira, nora, served, heard):
    barging_in.typing(nora.user, served.pk)
    events.broadcast_typing(mira.user_id, served.pk)
    agents = heard.last(part(mira, served).whispers_stream, "typing")
    assert (agents["role"], agents["displayName"]) == ("AGENT", "Mira Okafor")
    typing = heard.last(served.stream, "typing")
    assert (typing["role"], typing["displayName"]) == ("SUPERVISOR", "Nora Lind")
    assert typing["participantId"] == f"user:{nora.user.pk}"


# ---- take over, reassign, requeue, priority --------------------------------------------------------------------------


def test_a_takeover_splits_the_handle_time_and_says_who_wraps_up(mira, nora, served):
    actions.take_over(act(nora.user, 30, "I know her"), served.pk, over_capacity=False)
    served.refresh_from_db()
    mine, theirs = part(nora, served), part(mira, served)
    assert (served.state, served.owner, mine.state, theirs.state) == ("CONNECTED", nora.user, "connected", "ended")
    assert theirs.ended_at == mine.accepted_at == served.served_since == NOW + timedelta(seconds=30)
    assert served.connected_at == NOW
    assert theirs.why == Reason("because", what=Reason("taken_over", name="Nora Lind"), reason="I know her")
    transfer = served.transfer
    assert (transfer.state, transfer.sender, transfer.by, transfer.to_user) == ("takenOver", mira.user, nora.user, nora.user)  # fmt: skip
    assert said(served) == ["Mira has joined.", "Mira has left.", "Nora has joined."]
    assert audited() == [("took_over", "Nora Lind", "Mira Okafor", "I know her")]
    routing.clear(mira, served.pk, NOW)
    actions.take_over(act(nora.user, 31), served.pk, over_capacity=False)  # done already
    assert len(said(served)) == 3


def test_of_two_supervisors_one_has_it_and_the_other_is_told_so(mira, nora, served):
    other = factories.agent("olga", in_state="Break")
    routing.interventions.give(served.pk, nora, act(nora.user))
    at_once = refused(routing.interventions.give, served.pk, other, act(other.user, 1))
    assert (at_once.reason, at_once.current["contact"]["owner"]["name"]) == ("contactMoved", "Nora Lind")
    stale = refused(routing.interventions.give, served.pk, other, act(other.user, 60, seen=(mira.user_id,)))
    assert (stale.reason, stale.current["contact"]["owner"]["name"]) == ("contactMoved", "Nora Lind")
    routing.interventions.give(served.pk, other, act(other.user, 60, seen=(nora.user_id,)))
    served.refresh_from_db()
    assert served.owner == other.user


def test_above_capacity_only_when_said_so(nora, mira, served):
    first = served
    second = serve(mira)
    routing.interventions.give(first.pk, nora, act(nora.user))
    refusal = refused(routing.interventions.give, second.pk, nora, act(nora.user))
    assert (refusal.reason, refusal.current["endpoint"]["load"]) == ("agentFull", 1)
    routing.interventions.give(second.pk, nora, act(nora.user), over_capacity=True)
    nora.refresh_from_db()
    assert nora.load == 2


def test_several_contacts_are_reassigned_one_by_one(mira, nora, served):
    jonas = factories.agent("jonas", profile=mira.routing_profile)
    waiting = factories.contact()
    ids = [served.pk, waiting.pk, "no-such", served.pk]
    results = actions.reassign_to_agent(act(nora.user), ids, str(jonas.key), {}, over_capacity=False)
    assert [(one["id"], one["ok"], one.get("refusal", {}).get("reason")) for one in results] == [
        (served.pk, True, None),
        (waiting.pk, True, None),
        ("no-such", False, "contactNotFound"),
    ]
    assert list(Contact.objects.order_by("pk").values_list("state", "owner")) == [("CONNECTED", jonas.user_id)] * 2
    assert [row[0] for row in audited()] == ["reassigned", "reassigned"]
    absent = factories.agent("pekka", profile=mira.routing_profile, in_state="Offline")
    (result,) = actions.reassign_to_agent(act(nora.user, 9), [served.pk], str(absent.key), {}, over_capacity=True)
    assert (result["refusal"]["reason"], result["refusal"]["current"]["endpoint"]["name"]) == ("agentAbsent", "pekka")


def test_a_requeued_contact_keeps_its_place_or_is_the_first(mira, nora, served):
    older = factories.contact(waited=60, queue=served.queue)
    actions.requeue(act(nora.user), [served.pk], {}, first=True)
    served.refresh_from_db()
    assert (served.state, served.owner, served.priority, part(mira, served).state) == ("WAITING", None, 1, "ended")
    jonas = factories.agent("jonas", profile=factories.routing_profile(chats=1))
    Agent.objects.filter(pk=mira.pk).update(state=factories.state("Break"))
    routing.run(NOW)
    assert part(jonas, served).state == "connecting"  # before the older one
    factories.agent("olga")
    routing.run(NOW)
    older.refresh_from_db()
    assert older.owner.username == "olga"


def test_a_transfer_that_nobody_has_answered_is_withdrawn_when_the_contact_goes_to_another_queue(mira, nora, served):
    jonas = factories.agent("jonas")
    routing.transfers.transfer(mira, served.pk, routing.endpoints.Ref("agent", str(jonas.key)), "", NOW)
    other = factories.queue("VIP")
    other.readers.set(served.queue.readers.all())
    (result,) = actions.reassign_to_queue(act(nora.user), [served.pk], str(other.pk), {})
    assert result == {"id": served.pk, "ok": True}
    served.refresh_from_db()
    jonas.refresh_from_db()
    assert (served.state, served.queue, served.owner, jonas.load) == ("WAITING", other, None, 0)
    assert list(served.transfers.order_by("pk").values_list("state", flat=True)) == ["withdrawn", "requeued"]
    factories.rules(served.queue, is_open=False)
    (result,) = actions.reassign_to_queue(act(nora.user, 9), [served.pk], str(factories.queue().pk), {})
    assert result["ok"]
    (result,) = actions.reassign_to_queue(act(nora.user, 99), [served.pk], str(other.pk), {})
    assert result["refusal"]["reason"] == "queueClosed"


def test_priority_orders_a_queue_before_age(nora):
    old, urgent = factories.contact(waited=60), factories.contact(waited=1)
    actions.set_priority(act(nora.user), [urgent.pk], 1)
    jonas = factories.agent("jonas", profile=factories.routing_profile(chats=1))
    routing.run(NOW)
    assert [row.contact for row in AgentContact.objects.filter(agent=jonas)] == [urgent]
    old.refresh_from_db()
    assert (old.owner, audited()[0][0]) == (None, "priority_set")


# ---- end, clear ------------------------------------------------------------------------------------------------------


def test_a_chat_is_ended_and_its_agent_wraps_up(mira, nora, served):
    actions.end(act(nora.user, reason="Abuse"), [served.pk])
    served.refresh_from_db()
    assert (served.state, served.end_reason, part(mira, served).state) == ("ENDED", "supervisor", "ended")
    assert part(mira, served).why == Reason("because", what=Reason("ended_by", name="Nora Lind"), reason="Abuse")
    assert OutboundMessage.objects.filter(contact=served, kind="DISCONNECT").count() == 1
    (result,) = actions.end(act(nora.user), [served.pk])
    assert result["refusal"]["reason"] == "contactNotLive"
    assert result["refusal"]["current"]["contact"]["endReason"] == "supervisor"


@pytest.mark.parametrize("state", ["connected", "ended", "offered", "joining"])
def test_whatever_a_contact_is_stuck_in_after_clearing_it_nothing_of_it_is_left(mira, nora, state):
    contact = factories.contact(state="JOINING" if state == "joining" else "WAITING")
    routing.run(NOW)
    if state in {"connected", "ended"}:
        routing.accept(mira, contact.pk, NOW)
    if state == "ended":
        routing.end(mira, contact.pk, NOW)
    assert actions.clear(act(nora.user), [contact.pk]) == [{"id": contact.pk, "ok": True}]
    contact.refresh_from_db()
    mira.refresh_from_db()
    assert (contact.state, mira.load) == ("ENDED", 0)
    assert not AgentContact.objects.exclude(state="cleared").exists()


# ---- agents ----------------------------------------------------------------------------------------------------------


def test_a_forced_state_names_what_becomes_of_each_contact_and_tells_the_agent(mira, nora, served):
    offered = factories.contact()
    routing.run(NOW)
    (result,) = actions.force_state(act(nora.user, reason="Team talk"), [str(mira.key)], "Break", requeue=False)
    outcomes = [{"contactId": served.pk, "outcome": "kept"}, {"contactId": offered.pk, "outcome": "requeued"}]
    assert result["contacts"] == outcomes
    mira.refresh_from_db()
    told = Reason("because", what=Reason("state_forced", name="Nora Lind"), reason="Team talk")
    assert (mira.state.name, mira.state_is_forced, mira.state_reason()) == ("Break", True, told)
    (result,) = actions.force_state(act(nora.user), [str(mira.key)], "Lunch", requeue=False)
    assert result["refusal"]["reason"] == "stateNotFound"


def test_a_forced_state_outlives_absence_until_the_agent_or_a_supervisor_chooses(mira, nora):
    factories.state("Offline")
    Agent.objects.exclude(pk=mira.pk).update(state=factories.state("Offline"))
    late = NOW + timedelta(hours=20)
    routing.forced_states.force(mira.pk, "Break", act(nora.user), requeue=False)
    assert presence.sweep(late) == 0
    presence.set_state(mira, "Break", by=mira.user, now=late)  # the same, chosen
    mira.refresh_from_db()
    assert (mira.state_is_forced, mira.state_reason()) == (False, Reason())
    assert presence.sweep(late + timedelta(hours=1)) == 1


def test_nobody_is_offered_anything_because_a_supervisor_said_that_they_are_there(mira, nora):
    Agent.objects.filter(pk=mira.pk).update(seen_at=NOW - timedelta(hours=1), state_since=NOW - timedelta(hours=1))
    routing.forced_states.force(mira.pk, "Available", act(nora.user), requeue=False)
    factories.contact()
    assert routing.run(NOW) == 0


def test_signed_out_their_sessions_end_and_their_contacts_are_the_first_in_line(mira, nora, served, heard):
    factories.state("Offline")
    here, elsewhere = Client(), Client()
    here.force_login(mira.user)
    elsewhere.force_login(nora.user)
    with heard.committed():
        (result,) = actions.sign_out(act(nora.user), [str(mira.key)], requeue=True)
    assert result["contacts"] == [{"contactId": served.pk, "outcome": "requeued"}]
    owners = [SessionStore(one.pk).load().get("_auth_user_id") for one in Session.objects.all()]
    assert owners == [str(nora.user.pk)]
    assert "visitors" in heard.bells
    served.refresh_from_db()
    mira.refresh_from_db()
    assert (served.state, served.priority, mira.state.name, mira.load) == ("WAITING", 1, "Offline", 0)
    assert audited() == [("agent_signed_out", "Nora Lind", "Mira Okafor", "")]


def test_capacity_and_queues_are_changed_from_the_board(mira, nora):
    actions.set_capacity(act(nora.user), str(mira.key), 1)
    for _ in range(2):
        factories.contact()
    assert routing.run(NOW) == 1
    actions.set_capacity(act(nora.user), str(mira.key), None)
    assert routing.run(NOW) == 1
    mine = factories.routing_profile(name="Mine")
    RoutingProfile.objects.create(name="Nothing")
    hidden = factories.routing_profile(factories.queue("Secret"), name="Theirs")
    actions.set_queues(act(nora.user), str(mira.key), mine.name)
    for name in (hidden.name, "No such"):
        assert refused(actions.set_queues, act(nora.user), str(mira.key), name).reason == "routingProfileNotFound"
    mira.refresh_from_db()
    assert (mira.routing_profile, mira.capacity) == (mine, 3)
    assert [row[0] for row in audited()] == ["capacity_set", "capacity_set", "queues_set"]


def test_where_the_setting_says_so_a_reason_is_asked_for(nora, settings):
    settings.CCP_ACTIONS_NEED_REASON = ["endContact"]
    assert refused(actions.intervention, "endContact", nora.user, " ", NOW).reason == "reasonNeeded"
    assert actions.intervention("endContact", nora.user, " Abuse ", NOW).reason == "Abuse"
    assert actions.intervention("takeOver", nora.user, "", NOW).reason == ""


# ---- help ------------------------------------------------------------------------------------------------------------


def test_a_raised_hand_is_taken_once_survives_a_transfer_and_is_lowered(mira, nora, served, heard):
    other = factories.supervisor("olga")
    with heard.committed():
        help_requests.raise_hand(mira.user, served.pk, "I do not know", NOW)
    assert heard.last(mira.stream, "agentContact")["agentContact"]["help"] == {
        "reason": "I do not know",
        "phrase": False,
        "raisedAt": "2026-11-20T12:00:00.000Z",
        "takenBy": None,
        "escalated": False,
    }
    help_requests.take(nora.user, served.pk, NOW)
    refusal = refused(help_requests.take, other, served.pk, NOW)
    assert (refusal.reason, refusal.current["contact"]["help"]["takenBy"]["name"]) == ("helpTaken", "Nora Lind")
    jonas = factories.agent("jonas")
    routing.transfers.transfer(mira, served.pk, routing.endpoints.Ref("agent", str(jonas.key)), "", NOW)
    with heard.committed():
        routing.accept(jonas, served.pk, NOW)
    assert heard.last(jonas.stream, "agentContact")["agentContact"]["help"]["takenBy"]["name"] == "Nora Lind"
    assert refused(help_requests.lower_hand, mira.user, served.pk, NOW).reason == "contactNotFound"
    with heard.committed():
        help_requests.lower_hand(jonas.user, served.pk, NOW)
    assert heard.last(jonas.stream, "agentContact")["agentContact"]["help"] is None
    assert refused(help_requests.take, nora.user, served.pk, NOW).reason == "handNotRaised"
    assert [row[0] for row in audited()] == ["help_asked", "help_taken", "help_lowered"]


def test_a_hand_that_nobody_takes_escalates_once_and_is_lowered_when_the_contact_ends(mira, served, settings):
    settings.CCP_HELP_ESCALATES_SECONDS = 60
    help_requests.raise_hand(mira.user, served.pk, "Help", NOW)
    assert [help_requests.run(NOW + timedelta(seconds=seconds)) for seconds in (59, 60, 61)] == [0, 1, 0]
    contact = participation.lock_contact(served.pk)
    participation.end(contact, EndReason.CUSTOMER, NOW, leave=False)
    request = HelpRequest.objects.get()
    assert (request.escalated_at, request.lowered_at) == (NOW + timedelta(seconds=60), NOW)
    contact.refresh_from_db()
    assert contact.help_request is None


@pytest.mark.parametrize(
    ("phrases", "text", "found"),
    [
        ("lawyer\ndata protection", "I call my LAWYER!", "lawyer"),
        ("lawyer\ndata protection", "Data\n protection, please", "data protection"),
        ("law", "lawyer", ""),
        ("\n \n", "anything", ""),
        ("(?:", "a (?: b", "(?:"),
    ],
)
def test_a_phrase_is_found_as_whole_words_in_any_case(phrases, text, found):
    assert factories.queue(flag_phrases=phrases).flagged(text) == found


def test_a_phrase_of_the_customers_raises_a_hand_once(mira, served):
    factories.rules(served.queue, flag_phrases="lawyer")
    for number, words in enumerate(["Good morning", "My lawyer will call", "My lawyer, I said"]):
        chat = (served.pk, served.conversation.initial_contact_id, NOW)
        event = ChatEvent(f"m-{number}", "MESSAGE", "text/plain", *chat, content=words, role="CUSTOMER")
        ingest.write([event])
        assert HelpRequest.objects.filter(lowered_at=None).exists() == (number == 1)
        help_requests.lower_hand(mira.user, served.pk, NOW)
    request = HelpRequest.objects.get()
    assert (request.reason, request.is_phrase, request.agent) == ("lawyer", True, None)


# ---- what has left the scope meanwhile -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "do",
    [
        lambda nora, pk: actions.take_over(act(nora.user), pk, over_capacity=True),
        lambda nora, pk: barging_in.barge_in(nora.user, Message(nora.user_id, pk, "Hello"), ""),
        lambda nora, pk: barging_in.retry(nora.user, pk, "t"),
        lambda nora, pk: barging_in.discard(nora.user, pk, "t"),
        lambda nora, pk: whispers.send(nora.user, pk, "Psst", "w", NOW),
        lambda nora, pk: help_requests.take(nora.user, pk, NOW),
        lambda nora, pk: help_requests.raise_hand(nora.user, pk, "", NOW, serves=False),
        lambda nora, pk: help_requests.lower_hand(nora.user, pk, NOW, serves=False),
    ],
)
def test_a_contact_that_left_the_scope_after_it_was_checked_is_asked_again_under_its_lock(nora, served, do):
    Contact.objects.filter(pk=served.pk).update(queue=factories.queue("Not hers"))
    before = Contact.objects.values().get()
    assert refused(do, nora, served.pk).reason == "contactNotFound"
    assert (Contact.objects.values().get(), audited()) == (before, [])


def test_of_several_contacts_those_that_left_the_scope_are_as_if_there_were_none(nora, served):
    Contact.objects.filter(pk=served.pk).update(queue=factories.queue("Not hers"))
    for do in (actions.end, actions.clear):
        results = do(act(nora.user), [served.pk, "no-such-contact"])
        assert [one["refusal"]["reason"] for one in results] == ["contactNotFound"] * 2
        assert results[0]["refusal"] == results[1]["refusal"]


def test_who_is_gone_since_they_were_looked_up_is_as_if_there_were_nobody(mira, nora, served):
    assert refused(actions.reassign_to_agent, act(nora.user), [served.pk], "x", {}, over_capacity=False).reason == (
        "agentNotFound"
    )
    assert refused(actions.reassign_to_queue, act(nora.user), [served.pk], "99", {}).reason == "queueNotFound"
    gone = str(mira.key)
    mira.user.delete()
    assert refused(actions.set_capacity, act(nora.user), gone, 2).reason == "agentNotFound"
    assert refused(actions.set_queues, act(nora.user), gone, "Any").reason == "agentNotFound"


def test_a_supervisors_failed_words_are_sent_again_or_taken_back_by_them_alone(mira, nora, served):
    row = barging_in.barge_in(nora.user, Message(nora.user_id, served.pk, "Hello", client_token="b-1"), "")
    OutboundMessage.objects.filter(pk=row.pk).update(state="failed", why=Reason("cannot_speak"))
    for user in (mira.user, factories.supervisor("olga")):
        assert refused(barging_in.retry, user, served.pk, "b-1").reason == "messageNotFound"
    assert barging_in.retry(nora.user, served.pk, "b-1").state == "queued"
    assert barging_in.discard(nora.user, served.pk, "b-1").state == "discarded"
