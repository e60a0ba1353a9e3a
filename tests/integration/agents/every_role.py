"""A contact centre with everybody in it: each role, the contacts in their scope, and those of others.

North (team, queue Returns) is Mira's, South (team, queue Orders) is Jonas's. Whom a verb may concern: `own` of the caller,
`foreign`, or what does not exist (`absent`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.utils import timezone

from agents import routing
from agents.models import Agent, AgentContact, RoutingProfile
from agents.routing import offers
from agents.routing.endpoints import Ref
from agents.supervision import help_requests
from chats.models import Contact, Note, OutboundMessage, Queue
from tests import factories

ABSENT = {
    "agent": "5f0c1a51-8f0e-4f6c-9a5e-0d8a6d4f3b10",
    "colleague": "5f0c1a51-8f0e-4f6c-9a5e-0d8a6d4f3b11",
    "queue": "99999999",
    "profile": "No such profile",
    "note": "5f0c1a51-8f0e-4f6c-9a5e-0d8a6d4f3b12",
    "initial": "no-such-conversation",
}  # of contacts: whatever the kind, no-such-contact
AGENT, AUDITING_AGENT, LEAD, SUPERVISOR = "agent", "auditor who is an agent", "team lead", "supervisor"
AUDITOR, ADMIN, NOBODY = "auditor", "admin", "nobody"
ROLES = (AGENT, AUDITING_AGENT, LEAD, SUPERVISOR, AUDITOR, ADMIN, NOBODY)
FAILED = "failed-of-"  # the client token of somebody's message that failed, with their name behind


@dataclass
class Centre:
    """Who is there by role, and the ids by scope."""

    people: Mapping[str, User]
    north: dict[str, str]
    south: dict[str, str]
    auditing: dict[str, str]

    def ids(self, role: str, scope: str) -> Mapping[str, str]:
        """What a request names; `anybody` is an agent who is there, whatever the scope."""
        own = self.auditing if role == AUDITING_AGENT else self.north
        absent = {name: ABSENT.get(name, "no-such-contact") for name in own}
        return {"own": own, "foreign": self.south, "absent": absent}[scope] | {"anybody": self.south["colleague"]}


def build() -> Centre:
    """Call it in a test's transaction: only its commands' changes need to be undone."""
    now = timezone.now()
    factories.state("Offline")
    names = ("Returns", "Orders", "Advice")
    returns, orders, advice = (factories.queue(name, pk=88_888_880 + number) for number, name in enumerate(names))
    mira, jonas, axel = _agent("mira", returns), _agent("jonas", orders), _agent("axel", advice)
    north, south = factories.team("North", mira.user), factories.team("South", jonas.user)
    axel.user.groups.add(factories.role("Auditors"))
    for agent in (mira, jonas, axel):
        agent.user.groups.add(factories.role("Agents"))
    lena, ida = _desk("lena"), _desk("ida")
    lena.user.groups.add(factories.role("Team leads"), north)
    readers, _ = factories.Group.objects.get_or_create(name="Readers of Returns")
    returns.readers.add(readers)
    ida.user.groups.add(factories.role("Supervisors"), readers)
    people = {
        AGENT: mira.user,
        AUDITING_AGENT: axel.user,
        LEAD: lena.user,
        SUPERVISOR: ida.user,
        AUDITOR: factories.in_role("Auditors", username="ayo"),
        ADMIN: factories.admin("admin"),
        NOBODY: factories.user("nobody"),
    }
    writers = [person for role, person in people.items() if role != AGENT]
    places = [_place(agent, queue, writers, now) for agent, queue in ((mira, returns), (jonas, orders), (axel, advice))]
    for agent, place, queue, name, team in (
        (mira, places[0], returns, "moa", north),
        (jonas, places[1], orders, "sven", south),
        (axel, places[2], advice, "kim", None),
    ):
        colleague = _agent(name, queue)
        if team is not None:
            team.user_set.add(colleague.user)
        place["colleague"] = str(colleague.key)
        routing.transfers.transfer(agent, place["transferred"], Ref("agent", place["colleague"]), "", now)
    return Centre(people, *places)


def _agent(username: str, queue: Queue) -> Agent:
    now = timezone.now()
    profile = factories.routing_profile(queue, name=f"Only {queue.name} of {username}", chats=9)
    return factories.agent(username, profile=profile, state_since=now, idle_since=now, seen_at=now)


def _desk(username: str) -> Agent:
    """Somebody who is an agent too, of a queue of their own, and has nothing on their desk."""
    return factories.agent(
        username, profile=factories.routing_profile(factories.queue("Escalations")), in_state="Break"
    )


def _place(agent: Agent, queue: Queue, writers: list[User], now: datetime) -> dict[str, str]:
    """The ids of what one agent has: a contact in each state, a queue, a note; `build` adds a colleague, and the transfer to them."""
    found = {name: _accepted(agent, queue, now) for name in ("served", "transferred", "done", "asking")}
    served = Contact.objects.get(pk=found["served"])
    routing.end(agent, found["done"], now)
    found["offered"], found["missed"] = _offered(queue, now), _offered(queue, now)
    AgentContact.objects.filter(contact=found["missed"]).update(expires_at=now)
    offers.withdraw_unanswered(now)
    help_requests.raise_hand(agent.user, found["asking"], "Please look", now)
    note = Note.write(served, agent.user, "Called twice", f"note-{agent.pk}", now)
    for writer in {agent.user, *writers}:
        _failed(served, writer)
    return {
        **found,
        "note": str(note.key),
        "initial": served.conversation.initial_contact_id,
        "queue": str(queue.pk),
        "profile": RoutingProfile.objects.get(name=f"Only {queue.name} of {agent.user.username}").name,
        "agent": str(agent.key),
    }


def _offered(queue: Queue, now: datetime) -> str:
    contact = factories.contact(queue=queue, waiting_since=now, handed_over_at=now)
    routing.run(now)
    return str(contact.pk)


def _accepted(agent: Agent, queue: Queue, now: datetime) -> str:
    contact_id = _offered(queue, now)
    routing.accept(agent, contact_id, now)
    return contact_id


def _failed(contact: Contact, author: User) -> None:
    seq = contact.conversation.next_seq()
    OutboundMessage.objects.create(
        conversation=contact.conversation,
        contact=contact,
        round=contact.round,
        author=author,
        content="Hello",
        client_token=FAILED + author.username,
        state=OutboundMessage.State.FAILED,
        position=seq,
        seq=seq,
        due_at=timezone.now(),
        created_at=timezone.now(),
    )
