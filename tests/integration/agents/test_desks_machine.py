"""Any order of what can happen at desks: what must always hold, holds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings as portal
from django.db import transaction
from django.db.models import Q
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from agents import idle_customers, presence, queue_messages, routing
from agents.models import Agent, AgentContact, AgentState, AgentStateChange, ContactTimer
from agents.protocol import agent_contact_state
from agents.routing.interventions import Intervention
from chats import contact_state as chat
from chats import participation
from chats.models import Contact, OutboundMessage
from tests import factories
from tests.factories import NOW

AGENTS = st.integers(0, 3)
OPEN = [agent_contact_state.State.CONNECTING, agent_contact_state.State.CONNECTED]


class Desks(RuleBasedStateMachine):
    contacts = Bundle("contacts")

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.now = NOW
        self.above = set()  # agents who have had more than their capacity, because a supervisor said so

    def teardown(self):
        try:
            self.after_the_storm_everybody_is_served()
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    @initialize()
    def people(self):
        for name in ("Available", "Break", "Offline"):
            factories.state(name)
        self.boss = factories.user("boss")
        talks = {"waiting_every": 30, "nudge_after": 20, "silent_after": 10, "previous_agent_seconds": 25}
        self.queues = [
            factories.queue("Returns", rescue="requeue", rescue_seconds=20, **talks),
            factories.queue("VIP", rescue="attention", rescue_seconds=40, rescue_text="One moment."),
        ]
        both = factories.routing_profile(*self.queues, chats=2, VIP=1, Returns=2)
        returns = factories.routing_profile(self.queues[0], chats=1)
        returns.acw, returns.acw_seconds, returns.acw_holds_slot, returns.grace_seconds = "timed", 15, True, 30
        returns.save()
        helpers = factories.routing_profile(*self.queues, chats=2)
        helpers.profile_queues.update(delay=15)
        helpers.acw, helpers.absence, helpers.absence_state = "off", "next_state", AgentState.objects.get(name="Break")
        helpers.save()
        self.agents = [factories.agent(profile=profile) for profile in (both, returns, both, helpers)]

    # ---- what happens ------------------------------------------------------------------------------------------------

    @rule(target=contacts, queue=st.integers(0, 1))
    def arrive(self, queue):
        contact = factories.contact(queue=self.queues[queue], state=chat.State.JOINING, handed_over_at=self.now)
        participation.mark_joined(contact.pk, self.now)
        return contact.pk

    @rule(contact=contacts)
    def come_back(self, contact):
        row = participation.lock_contact(contact)
        if row.state == chat.State.ENDED:
            row.round, row.owner = row.round + 1, None
            row.move(chat.Move.HAND_OVER, self.now)
            participation.mark_joined(contact, self.now)

    @rule(contact=contacts)
    def customer_leaves(self, contact):
        row = participation.lock_contact(contact)
        if row.state != chat.State.ENDED:
            participation.end(row, chat.EndReason.CUSTOMER, self.now, leave=False)

    @rule(contact=contacts)
    def agent_speaks(self, contact):
        row = Contact.objects.select_related("owner").get(pk=contact)
        if row.state == chat.State.CONNECTED:
            seq = row.conversation.next_seq()
            OutboundMessage.objects.create(
                conversation=row.conversation, contact=row, round=row.round, client_token=f"t{seq}", content="?",
                author=row.owner, state="sent", due_at=self.now, created_at=self.now, position=seq, seq=seq,
            )  # fmt: skip

    @rule(contact=contacts)
    def customer_speaks(self, contact):
        factories.item(Contact.objects.get(pk=contact), received_at=self.now)

    @rule(seconds=st.sampled_from([0.5, 10, 20, 30, 46]))
    def time_passes(self, seconds):
        self.now += timedelta(seconds=seconds)

    @rule()
    def everybody_answers(self):
        for agent in self.agents:
            presence.seen(agent.pk, self.now)

    @rule(agent=AGENTS)
    def tab_answers(self, agent):
        presence.seen(self.agents[agent].pk, self.now)

    @rule(agent=AGENTS)
    def laptop_is_closed(self, agent):
        """No tab has answered for longer than the lease."""
        edge = self.now - timedelta(seconds=portal.CCP_LEASE_SECONDS + 1)
        late = Agent.objects.filter(pk=self.agents[agent].pk)
        late.filter(Q(seen_at=None) | Q(seen_at__gt=edge)).update(seen_at=edge)

    @rule()
    def route(self):
        routing.run(self.now)
        assert self.servable() == []

    @rule(job=st.sampled_from(["sweep", "rescue", "wrapup", "waiting", "silence"]))
    def work(self, job):
        work = {
            "sweep": presence.sweep,
            "rescue": routing.absent_agents.run,
            "wrapup": routing.after_contact_work.run,
            "waiting": queue_messages.run,
            "silence": idle_customers.run,
        }[job]
        work(self.now)
        assert work(self.now) == 0  # done is done, whoever comes next

    @rule(verb=st.sampled_from(["accept", "accept", "reject", "end", "clear"]), agent=AGENTS, contact=contacts)
    def answer(self, verb, agent, contact):
        try:
            getattr(routing, verb)(self.agents[agent], contact, self.now)
        except routing.Refusal as refusal:
            assert refusal.message  # noqa: PT017 -- refused or done: both are right, the invariants judge

    @rule(verb=st.sampled_from(["accept", "accept", "reject"]))
    def answer_an_offer(self, verb):
        for part in AgentContact.objects.filter(state=agent_contact_state.State.CONNECTING, expires_at__gt=self.now)[
            :1
        ]:
            getattr(routing, verb)(part.agent, part.contact_id, self.now)

    @rule(agent=AGENTS, contact=contacts, visible=st.booleans())
    def offer_is_painted(self, agent, contact, visible):
        routing.offer_seen(self.agents[agent].pk, contact, visible, self.now)

    @rule(agent=AGENTS, name=st.sampled_from(["Available", "Available", "Break", "Offline"]), later=st.booleans())
    def set_state(self, agent, name, later):
        who = self.agents[agent]
        presence.set_state(who, name, enqueue_next=later, by=who.user, now=self.now)

    @rule(verb=st.sampled_from(["give", "requeue", "end", "clear", "prioritise"]), agent=AGENTS, contact=contacts, flag=st.booleans())  # fmt: skip
    def supervisor_steps_in(self, verb, agent, contact, flag):
        act = Intervention(self.agents[agent].user if verb == "give" and flag else self.boss, self.now, "Because")
        more = {
            "give": {"to": self.agents[agent], "over_capacity": flag},
            "requeue": {"first": flag, "to": self.queues[agent % 2]},
            "prioritise": {"priority": 1 + 4 * flag},
        }.get(verb, {})
        try:
            with transaction.atomic():
                getattr(routing.interventions, verb)(contact, act=act, **more)
        except routing.Refusal as refusal:
            assert refusal.message  # noqa: PT017 -- as in `answer`
            return
        row = Contact.objects.get(pk=contact)
        if verb == "give":
            assert (row.state, row.owner) == ("CONNECTED", self.agents[agent].user)
            self.above.update({agent} if flag else ())
        if verb == "clear":
            assert not AgentContact.objects.filter(contact=contact).exclude(state="cleared").exists()

    @rule(agent=AGENTS, name=st.sampled_from(["Available", "Break", "Offline"]), requeue=st.booleans())
    def supervisor_forces_a_state(self, agent, name, requeue):
        act, who = Intervention(self.boss, self.now), self.agents[agent]
        routing.forced_states.force(who.pk, name, act, requeue=requeue)
        left = AgentContact.objects.filter(agent=who, state__in=OPEN)
        assert not requeue or not left.exists()
        assert name == "Available" or not left.filter(state="connecting").exists()

    @rule(agent=AGENTS, chats=st.none() | st.integers(1, 3))
    def supervisor_sets_the_capacity(self, agent, chats):
        held = Agent.locked(self.agents[agent].pk)
        held.set_capacity(chats)
        if held.load > held.capacity:
            self.above.add(agent)

    # ---- what holds --------------------------------------------------------------------------------------------------

    @invariant()
    def an_agents_load_is_the_number_of_parts_that_hold_a_slot(self):
        for agent in Agent.objects.select_related("routing_profile"):
            held = AgentContact.objects.filter(agent=agent, holds_slot=True)
            assert agent.load == held.count()
            assert agent.load <= agent.capacity or agent.pk in {self.agents[one].pk for one in self.above}
            assert AgentContact.objects.filter(agent=agent, state__in=OPEN, holds_slot=False).count() == 0
            kept = agent.routing_profile.acw_holds_slot and agent.routing_profile.acw != "off"
            assert set(held.values_list("state", flat=True)) <= {*OPEN, *(["ended"] if kept else [])}

    @invariant()
    def a_contact_is_with_its_owner_and_nobody_else(self):
        for contact in Contact.objects.all():
            parts = AgentContact.objects.filter(contact=contact, state__in=OPEN).values_list("agent__user", "state")
            expected = {
                chat.State.WAITING: [(contact.owner_id, "connecting")] if contact.owner_id else [],
                chat.State.CONNECTED: [(contact.owner_id, "connected")],
                chat.State.ENDED: [],
            }
            assert list(parts) == expected[chat.State(contact.state)]

    @invariant()
    def a_next_state_waits_only_for_open_contacts(self):
        assert not Agent.objects.filter(next_state__isnull=False, load=0).exists()

    @invariant()
    def an_offer_is_of_the_round_that_waits(self):
        for part in AgentContact.objects.filter(state__in=OPEN).select_related("contact"):
            assert part.round == part.contact.round

    @invariant()
    def no_number_of_an_agents_stream_is_given_twice(self):
        for agent in Agent.objects.all():
            numbers = list(AgentContact.objects.filter(agent=agent).values_list("seq", flat=True))
            numbers += [agent.own_seq] if agent.own_seq else []
            assert len(numbers) == len(set(numbers))
            assert max(numbers, default=0) <= agent.seq

    @invariant()
    def every_offers_story_has_its_beginning_and_its_end(self):
        for part in AgentContact.objects.all():
            told = [one["what"] for one in part.offer_events]
            assert told[0] == "sent"
            outcome = part.outcome or part.state
            last = {"rejected": "declined", "missed": "missed", "ended": "accepted", "error": "withdrawn"}
            assert ({*told} & {"accepted", "declined", "missed", "withdrawn"}) == (
                {last[outcome]} if outcome in last else {"accepted"} if outcome == "connected" else set()
            )
            assert bool(part.why) == (outcome in last)
            times = [one["at"] for one in part.offer_events]
            assert times == sorted(times)

    @invariant()
    def every_change_of_state_leads_from_the_last_one_and_says_why_when_nobody_did_it(self):
        for agent in Agent.objects.select_related("state"):
            changes = list(AgentStateChange.objects.filter(agent=agent).order_by("pk"))
            names = ["Available", *(change.new_state for change in changes)]
            assert [change.old_state for change in changes] == names[:-1]
            assert names[-1] == agent.state.name
            assert all(change.by is not None or change.why for change in changes)
            since = NOW
            for change in changes:
                assert change.lasted == change.at - since
                since = change.at
            assert agent.state_since == since

    @invariant()
    def who_waits_for_somebody_has_a_timer_that_ends(self):
        for timer in ContactTimer.objects.select_related("contact"):
            assert timer.due_at <= max(self.now, timer.started_at) + timedelta(seconds=60)

    def free(self):
        edge = self.now - timedelta(seconds=45)
        return [
            agent
            for agent in Agent.objects.filter(state__name="Available").select_related("routing_profile")
            if agent.load < agent.capacity
            and (
                (agent.state_since >= edge and not agent.state_is_forced)
                or (agent.seen_at is not None and agent.seen_at >= edge)
            )
        ]

    def servable(self):
        """Who waits although somebody has room for them: said without the words of `routing`."""
        found = []
        for contact in Contact.objects.filter(state="WAITING", owner=None):
            if self.waits_for_their_agent(contact):
                continue
            for agent in self.free():
                served = agent.routing_profile.profile_queues.filter(queue=contact.queue).first()
                waited = (self.now - contact.waiting_since).total_seconds()
                if served and waited >= served.delay and not self.said_no(agent, contact):
                    found.append((contact.pk, agent.pk))
        return found

    def waits_for_their_agent(self, contact):
        timer = ContactTimer.objects.filter(contact=contact, kind="previous", due_at__gt=self.now).first()
        if timer is None or timer.agent is None:
            return False
        there = Agent.objects.filter(presence.here(self.now), pk=timer.agent_id, state__name="Available")
        return there.exists() and timer.agent.pk not in [agent.pk for agent in self.free()]

    def said_no(self, agent, contact):
        for part in AgentContact.objects.filter(
            agent=agent, contact=contact, round=contact.round, ended_at__isnull=False
        ):
            ago = (self.now - part.ended_at).total_seconds()
            missed = part.state == "missed" and ago < 60 and part.ended_at >= agent.state_since
            refused = part.outcome in {"rejected", "ended"} and ago < 30 and part.rescued_at is None
            if missed or refused:
                return True
        return False

    def after_the_storm_everybody_is_served(self):
        """Never a contact that no one will ever get: with everybody back at a desk, all are answered in a while."""
        if not hasattr(self, "agents"):
            return
        for _ in range(60):
            self.now += timedelta(seconds=31)
            for agent in self.agents:
                presence.set_state(agent, "Available", by=agent.user, now=self.now)
                presence.seen(agent.pk, self.now)
            routing.run(self.now)
            for part in AgentContact.objects.filter(state="connecting").select_related("agent"):
                routing.accept(part.agent, part.contact_id, self.now)
            for part in AgentContact.objects.filter(state="connected").select_related("agent"):
                routing.end(part.agent, part.contact_id, self.now)
            for part in AgentContact.objects.filter(state="ended").select_related("agent"):
                routing.clear(part.agent, part.contact_id, self.now)
            if not Contact.objects.exclude(state="ENDED").exists():
                return
        raise AssertionError(f"nobody gets {list(Contact.objects.exclude(state='ENDED').values())}")


CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large]


@pytest.mark.django_db
def test_whatever_happens_at_the_desks_nobody_is_lost_and_nobody_has_too_much():
    run_state_machine_as_test(
        Desks, settings=settings(max_examples=8, stateful_step_count=30, deadline=None, suppress_health_check=CHECKS)
    )


@pytest.mark.full
@pytest.mark.timeout(1800)
@pytest.mark.django_db
def test_and_so_it_is_after_many_long_days():
    run_state_machine_as_test(
        Desks, settings=settings(max_examples=100, stateful_step_count=60, deadline=None, suppress_health_check=CHECKS)
    )
