"""Any order of what can happen at desks while contacts are handed on: one outcome, no slot orphaned, never two agents."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from agents import routing
from agents.models import Agent, AgentContact, RoutingProfile
from agents.protocol import agent_contact_state
from agents.routing import endpoints, transfers
from chats import contact_state as chat
from chats.models import Contact, OutboundMessage, Transfer
from tests import factories
from tests.integration.agents.test_desks_machine import AGENTS, CHECKS, OPEN, Desks

TARGETS = st.one_of(st.tuples(st.just("agent"), AGENTS), st.tuples(st.just("queue"), st.integers(0, 1)))

NEXT = [
    "customer leaves",
    "nobody answers",
    "sender is gone",
    "hand on",
    "receiver accept",
    "receiver accept",
    "receiver reject",
    "receiver end",
    "sender end",
    "sender clear",
    "taken back",
]


class HandingOn(Desks):
    # ---- what happens ------------------------------------------------------------------------------------------------

    agent_speaks = customer_speaks = offer_is_painted = tab_answers = answer = None  # the other machine has these

    @initialize()
    def people(self):
        """Everybody serves somebody, and has room for somebody else."""
        super().people()
        RoutingProfile.objects.update(chat_concurrency=4)
        for number in range(6):
            contact = factories.contact(queue=self.queues[number % 2], waiting_since=self.now - timedelta(seconds=60))
            routing.run(self.now)
            for part in AgentContact.objects.filter(contact=contact, state=agent_contact_state.State.CONNECTING):
                routing.accept(part.agent, contact.pk, self.now)

    def target(self, to):
        kind, number = to
        row = self.agents[number] if kind == "agent" else self.queues[number]
        return endpoints.Ref(kind, endpoints.named(row)[0])

    def hand_on(self, agent, contact_id, to):
        before = Transfer.objects.count(), OutboundMessage.objects.count()
        try:
            transfers.transfer(agent, contact_id, self.target(to), "Please.", self.now)
        except routing.Refusal as refusal:
            assert refusal.message  # noqa: PT017 -- refused or done: both are right, the invariants judge
            assert before == (Transfer.objects.count(), OutboundMessage.objects.count())

    @rule(number=st.integers(0, 5), to=TARGETS, then=st.lists(st.sampled_from(NEXT), max_size=2))
    def who_serves_hands_on(self, number, to, then):
        parts = AgentContact.objects.filter(state=agent_contact_state.State.CONNECTED).order_by("pk")
        for part in parts[number : number + 1]:
            self.hand_on(part.agent, part.contact_id, to)
            for what in then:
                self.go_on(part.contact_id, what, to)

    @rule(agent=AGENTS, number=st.integers(0, 5), to=TARGETS)
    def somebody_else_tries_to(self, agent, number, to):
        for contact in Contact.objects.order_by("pk")[number : number + 1]:
            self.hand_on(self.agents[agent], contact.pk, to)

    @rule(what=st.sampled_from(NEXT), to=TARGETS)
    def it_goes_on(self, what, to):
        for contact_id in Transfer.objects.order_by("-pk").values_list("contact_id", flat=True)[:1]:
            self.go_on(contact_id, what, to)

    def go_on(self, contact_id, what, to):
        contact = Contact.objects.get(pk=contact_id)
        asked, owner = contact.newest_transfer, contact.owner
        match what.split():
            case ["customer", "leaves"]:
                self.customer_leaves(contact_id)
            case ["nobody", "answers"]:
                self.now += timedelta(seconds=20)
                routing.run(self.now)
            case ["sender", "is", "gone"] if owner is not None:
                long_ago = self.now - timedelta(hours=1)
                Agent.objects.filter(user=owner).update(seen_at=long_ago)
                AgentContact.objects.filter(agent__user=owner, state="connected").update(accepted_at=long_ago)
                routing.absent_agents.run(self.now)
            case ["hand", "on"] if owner is not None:
                self.hand_on(Agent.objects.get(user=owner), contact_id, to)
            case ["taken", "back"] if asked is not None and asked.sender is not None:
                try:
                    transfers.cancel(Agent.objects.get(user=asked.sender), contact_id, self.now)
                except routing.Refusal as refusal:
                    assert refusal.message  # noqa: PT017 -- as above
            case [("sender" | "receiver") as who, verb] if asked is not None and asked.to_user is not None:
                user = asked.sender if who == "sender" else asked.to_user
                try:
                    getattr(routing, verb)(Agent.objects.get(user=user), contact_id, self.now)
                except routing.Refusal as refusal:
                    assert refusal.message  # noqa: PT017 -- as above

    @rule()
    def worker_looks(self):
        assert transfers.run(self.now) == 0  # nobody's desk was deleted

    # ---- what holds --------------------------------------------------------------------------------------------------

    @invariant()
    def a_contact_is_with_its_owner_and_nobody_else(self):
        """But for one colleague who is asked."""
        for contact in Contact.objects.select_related("transfer"):
            parts = AgentContact.objects.filter(contact=contact, state__in=OPEN).values_list("agent__user", "state")
            asked = contact.newest_transfer
            expected = {
                chat.State.WAITING: {(contact.owner_id, "connecting")} if contact.owner_id else set(),
                chat.State.CONNECTED: {(contact.owner_id, "connected")},
                chat.State.ENDED: set(),
            }[chat.State(contact.state)]
            if asked is not None and asked.is_open:
                assert (contact.state, contact.owner_id) == ("CONNECTED", asked.sender_id)
                expected |= {(asked.to_user_id, "connecting")}
            assert sorted(parts) == sorted(expected)

    @invariant()
    def a_transfer_is_open_or_its_story_has_an_end(self):
        for asked in Transfer.objects.select_related("contact"):
            assert asked.is_open == (asked.settled_at is None)
            assert bool(asked.why) == (asked.state in {"declined", "missed", "withdrawn"})
            if asked.is_open:
                assert asked.contact.newest_transfer == asked

    @invariant()
    def whoever_left_was_said_to_have_left_and_whoever_joined_to_have_joined(self):
        """Each part that was served begins with one sentence; one that was handed on ends with one, too."""
        for contact in Contact.objects.all():
            said = list(OutboundMessage.objects.filter(contact=contact, author=None).values_list("content", flat=True))
            parts = AgentContact.objects.filter(contact=contact)
            gone = [part for part in parts if part.accepted_at and part.outcome == "ended" and _said_goodbye(part.why)]
            assert sum(" has joined." in text for text in said) == parts.filter(accepted_at__isnull=False).count()
            assert sum(" has left." in text for text in said) == len(gone)

    def after_the_storm_everybody_is_served(self):
        super().after_the_storm_everybody_is_served()
        assert not Transfer.objects.filter(state=Transfer.State.OFFERED).exists()


def _said_goodbye(why):
    """The agent, or a supervisor for them, ended their part; with the supervisor's words the cause is inside."""
    code = why.params["what"].code if why.code == "because" else why.code
    return code.startswith("handed_on_to") or code in GOODBYES


GOODBYES = {"agent_ended", "taken_over", "given_away", "sent_to_queue", "ended_by", "supervisor_ended"}


@pytest.mark.django_db
@pytest.mark.timeout(300)  # a minute on a quiet machine
def test_whatever_happens_while_contacts_are_handed_on_each_is_with_one_agent():
    run_state_machine_as_test(
        HandingOn,
        settings=settings(max_examples=6, stateful_step_count=30, deadline=None, suppress_health_check=CHECKS),
    )


@pytest.mark.full
@pytest.mark.timeout(1800)
@pytest.mark.django_db
def test_and_so_it_is_after_many_long_days_of_handing_on():
    run_state_machine_as_test(
        HandingOn,
        settings=settings(max_examples=100, stateful_step_count=60, deadline=None, suppress_health_check=CHECKS),
    )
