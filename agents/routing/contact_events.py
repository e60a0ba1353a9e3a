"""Receivers of the signals of chats: a contact that waits is offered, a customer's name reaches the agents' cards, and
when a contact ends, so does the agent's part in it.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from agents import presence
from agents.desk import viewing
from agents.models import Agent, AgentContact, ContactTimer, RoutingProfile
from agents.protocol import agent_contact_state
from chats import contact_state as chat
from chats import realtime, signals
from chats.models import Contact, Conversation
from chats.reasons import Reason

from . import transfers
from .agent_contact import ENDED_BECAUSE, ended_because, lock, lock_agent, move, remove_owner

ME = "agents.routing"


def listen() -> None:
    """Connect to the signals of `chats`, which knows nothing of agents. Twice is once."""
    transfers.listen()  # first: what was offered to a second agent is withdrawn before the part of the first one ends
    signals.contact_waits.connect(_on_contact_waits, dispatch_uid=f"{ME}.waits")
    signals.contact_ended.connect(_on_contact_ended, dispatch_uid=f"{ME}.ended")
    signals.end_explained.connect(_on_end_explained, dispatch_uid=f"{ME}.explained")
    signals.customer_named.connect(_on_customer_named, dispatch_uid=f"{ME}.named")


def _on_contact_waits(*, contact: Contact, **_kwargs: Any) -> None:
    _keep_for_the_previous_agent(contact)
    realtime.wake(presence.ROUTING)


def _keep_for_the_previous_agent(contact: Contact) -> None:
    seconds = contact.queue.previous_agent_seconds
    if not seconds or contact.waiting_since is None:
        return
    served = AgentContact.objects.filter(contact__conversation=contact.conversation, accepted_at__isnull=False)
    last = served.order_by("-accepted_at", "-pk").select_related("agent").first()
    if last is not None:
        ContactTimer.start(contact, ContactTimer.Kind.PREVIOUS, contact.waiting_since, seconds, last.agent)


def _on_contact_ended(*, contact: Contact, **_kwargs: Any) -> None:
    """In the transaction that ended the contact, which holds its conversation: one outcome, no slot is orphaned."""
    open_part = AgentContact.objects.filter(contact=contact, state__in=agent_contact_state.OPEN).first()
    if open_part is None:
        return
    now = contact.ended_at or timezone.now()
    _, agent, part = lock(contact.pk, open_part.agent_id)
    if part is None or agent_contact_state.State(part.state) not in agent_contact_state.OPEN:
        return
    part.contact = contact
    if part.state == agent_contact_state.State.CONNECTED:
        move(part, agent_contact_state.Move.END, now, ended_because(contact))
        if agent.routing_profile.acw == RoutingProfile.Acw.OFF:
            move(part, agent_contact_state.Move.CLEAR, now)
            viewing.view_next(agent.user_id, closed=contact.pk)
    else:  # nobody had answered: the offer disappears, its row keeps why
        move(part, agent_contact_state.Move.WITHDRAW, now, ended_because(contact))
        move(part, agent_contact_state.Move.CLEAR, now)
        remove_owner(contact)


def _on_end_explained(*, contact: Contact, before: chat.EndReason | None, **_kwargs: Any) -> None:
    """Notifications come in any order: whoever was told the first guess is told the better one."""
    guess = ENDED_BECAUSE[before] if before is not None else Reason()
    told = AgentContact.objects.filter(contact=contact, round=contact.round, why=guess).exclude(why="")
    for pk, agent_id in list(told.order_by("agent").values_list("pk", "agent_id")):
        agent = lock_agent(contact, agent_id).agent
        part = AgentContact.objects.get(pk=pk)
        part.agent, part.contact = agent, contact
        part.explain(ended_because(contact))
        realtime.publish(part)


def _on_customer_named(*, conversation: Conversation, **_kwargs: Any) -> None:
    """The name stands on the cards too: whoever follows an agent's stream alone shall see it."""
    on_desks = AgentContact.objects.filter(
        contact__conversation=conversation, state__in=agent_contact_state.ON_THE_DESK
    )
    for pk, agent_id in list(on_desks.order_by("agent", "pk").values_list("pk", "agent_id")):
        agent = Agent.locked(agent_id)
        part = on_desks.select_related("contact__queue").filter(pk=pk).first()  # read anew: it may have left meanwhile
        if part is not None:
            part.agent, part.contact.conversation = agent, conversation
            part.changed()
            realtime.publish(part)
