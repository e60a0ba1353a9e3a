"""A worker is killed (SIGKILL) between any two statements it sends to the database: the next one carries on.

Whatever was cut off, the end is the same as without the kill: nothing lost, nothing said or done twice.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, connections

from agents import idle_customers, presence, queue_messages, routing
from agents.models import Agent, AgentContact, AgentStateChange, ContactTimer
from chats.models import Contact, OutboundMessage
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)

JOBS: list[Callable[[Any], int]] = [
    presence.sweep,
    routing.run,
    routing.after_contact_work.run,
    routing.absent_agents.run,
    queue_messages.run,
    idle_customers.run,
]
LATER = NOW + timedelta(seconds=400)


def everything_is_due() -> None:
    """At LATER there is work for every job: an absent agent with a contact, overdue offers, work after it, silence."""
    for name in ("Available", "Offline", "Not responding"):
        factories.state(name) if name in factories.TYPES else presence.not_responding()
    queue = factories.queue(
        waiting_every=60, nudge_after=120, silent_after=60, rescue_seconds=60, rescue_text="One moment, please."
    )
    gone = factories.agent("gone", profile=factories.routing_profile(queue, chats=1))
    here = factories.agent("here", profile=factories.routing_profile(queue, chats=3), seen_at=LATER)
    fresh = factories.agent("fresh", profile=factories.routing_profile(queue, chats=2), seen_at=LATER)
    here.routing_profile.acw = "timed"
    here.routing_profile.acw_holds_slot = True
    here.routing_profile.save()
    serve(gone, factories.contact("left alone"), NOW)
    silent, done, missed = (factories.contact(name) for name in ("silent", "done", "missed"))
    for contact, agent in [(silent, here), (done, here)]:
        serve(agent, contact, NOW)
    say(silent, LATER - timedelta(seconds=130))
    ContactTimer.objects.filter(contact=silent).update(due_at=LATER)
    routing.end(here, done.pk, NOW)
    give(here, missed, NOW)
    give(fresh, factories.contact("ends"), LATER - timedelta(seconds=5))
    routing.accept(fresh, Contact.objects.get(conversation__customer_name="ends").pk, LATER - timedelta(seconds=4))
    ended = Contact.objects.get(conversation__customer_name="ends")
    say(ended, LATER - timedelta(seconds=190))
    ContactTimer.objects.filter(contact=ended).update(
        step=1, started_at=OutboundMessage.objects.get(contact=ended, author__isnull=False).created_at, due_at=LATER
    )
    for number in range(2):
        waits = factories.contact(f"waits {number}")
        ContactTimer.start(waits, ContactTimer.Kind.WAITING, NOW, 60)
    OutboundMessage.objects.update(state="sent")
    Agent.objects.filter(pk=here.pk).update(misses=2)


def give(agent: Agent, contact: Contact, now: Any) -> None:
    """The contact is offered to this agent."""
    from agents.routing import offers

    others = Agent.objects.exclude(pk=agent.pk)
    seen = dict(others.values_list("pk", "seen_at"))
    Agent.objects.filter(pk=agent.pk).update(seen_at=max(agent.seen_at or now, now))
    offers._claim(contact.pk, agent.pk, now)
    for pk, moment in seen.items():
        Agent.objects.filter(pk=pk).update(seen_at=moment)


def serve(agent: Agent, contact: Contact, now: Any) -> Contact:
    give(agent, contact, now)
    routing.accept(agent, contact.pk, now)
    return contact


def say(contact: Contact, moment: Any) -> None:
    row = Contact.objects.get(pk=contact.pk)
    seq = row.conversation.next_seq()
    OutboundMessage.objects.create(
        conversation=row.conversation, contact=row, round=1, client_token=f"t{seq}", content="Which colour?",
        author=row.owner, state="sent", due_at=moment, created_at=moment, position=seq, seq=seq,
    )  # fmt: skip


def work() -> None:
    """Until there is nothing more to do: who is freed by one job may be asked by another in the next round."""
    for job in 3 * JOBS:
        job(LATER)


def books() -> dict[str, Any]:
    """All that counts, in words that do not depend on keys."""
    contacts = Contact.objects.order_by("conversation__customer_name")
    who = "contact__conversation__customer_name"
    return {
        "contacts": list(
            contacts.values_list("conversation__customer_name", "state", "owner__username", "end_reason", "attention")
        ),
        "parts": list(
            AgentContact.objects.order_by(who, "agent__user__username", "pk").values_list(
                who, "agent__user__username", "state", "outcome", "why", "holds_slot"
            )
        ),
        "agents": list(Agent.objects.order_by("user__username").values_list("user__username", "state__name", "load")),
        "changes": list(AgentStateChange.objects.order_by("agent__user__username").values_list("new_state", "why")),
        "said": sorted(OutboundMessage.objects.values_list(who, "kind", "content")),
        "timers": sorted(ContactTimer.objects.values_list(who, "kind", "due_at", "step")),
    }


def empty() -> None:
    Agent.objects.all().delete()
    Contact.objects.all().delete()
    for label in ("chats.Conversation", "chats.Queue", "agents.RoutingProfile", "agents.AgentState", "auth.User"):
        apps.get_model(label).objects.all().delete()


def killed_at(statement: int) -> bool:
    """A worker in a process of its own that is killed before its n-th statement. False: it was done before that."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        try:
            _work_until(statement)
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(pid, 0)
    assert status in {0, signal.SIGKILL}
    return status == signal.SIGKILL


def _work_until(statement: int) -> None:
    count = iter(range(1, 1_000_000))

    def wrapper(execute: Any, *arguments: Any) -> Any:
        if next(count) == statement:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*arguments)

    with connection.execute_wrapper(wrapper):
        work()


@pytest.fixture(autouse=True)
def nobody_is_busy(settings: Any) -> None:
    """What `here` wrote 130 s ago does not excuse the offer it let ring: one agent is left, whatever is cut off."""
    settings.CCP_BUSY_SECONDS = 100


@pytest.fixture
def expected() -> dict[str, Any]:
    everything_is_due()
    work()
    return books()


def kill_at_every(step: int, expected: dict[str, Any]) -> int:
    statement = 1
    while True:
        empty()
        everything_is_due()
        cut = killed_at(statement)
        work()
        assert books() == expected, f"killed before statement {statement}"
        if not cut:
            return statement
        statement += step


def test_there_is_work_for_every_job(expected):
    """Else the tests below would kill a worker that does nothing."""
    said = [content for _, _, content in expected["said"]]
    assert {"Are you still there?", "One moment, please."} <= set(said)
    assert "We have not heard from you for a while and end this chat now." in said
    assert any(text.startswith("Thank you for waiting.") for text in said)
    states = {name: state for name, state, _ in expected["agents"]}
    assert states == {"fresh": "Available", "gone": "Offline", "here": "Not responding"}
    parts = {(name, who): (state, str(why)) for name, who, state, _, why, _ in expected["parts"]}
    assert parts["done", "here"] == ("cleared", "the agent ended it")
    assert parts["left alone", "gone"][0] == "ended"
    assert parts["missed", "here"][0] == "missed"


@pytest.mark.timeout(300)  # a minute on a quiet machine
def test_a_killed_worker_is_no_loss(expected):
    assert kill_at_every(23, expected) > 150


@pytest.mark.full
@pytest.mark.timeout(1800)
def test_a_killed_worker_is_no_loss_wherever_it_is_cut(expected):
    kill_at_every(1, expected)
