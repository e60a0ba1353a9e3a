"""What a supervisor does with a contact that somebody else has: gives it to an agent (or to themselves), sends it back to a
queue, ends it, or clears it. Called by agents.supervision, which checks who may.

Nobody is asked: it is done in one transaction, with the contact and every agent it concerns locked in lock order, so that
two supervisors who step in at once get one outcome. Every agent who loses the contact is told why, by their part's `why`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet

from agents import presence
from agents.desk import viewing
from agents.models import Agent, AgentContact, ContactTimer
from agents.protocol import agent_contact_state
from agents.protocol.refusals import Refusal
from chats import contact_state as chat
from chats import participation, realtime, serialisers
from chats.models import FIRST_PRIORITY, Contact, Queue, QueueWait, Text, Transfer
from chats.reasons import Reason

from . import endpoints
from .agent_contact import assign, ended_because, enqueue_text, lock_agent, lock_with_agents, move, say
from .offers import create_offer
from .transfers import end_part, make_room

if TYPE_CHECKING:
    from django.contrib.auth.models import User

JUST_NOW = timedelta(seconds=5)  # so long after one supervisor stepped in, another is told of it first
LIVE = frozenset({chat.State.WAITING, chat.State.CONNECTED})
STUCK = LIVE | {chat.State.JOINING, chat.State.ENDED}


@dataclass(frozen=True)
class Intervention:
    """Who steps in, when and why, and who had the contact when they decided to (`seen`; not given: they do not say)."""

    by: User
    now: datetime
    reason: str = ""
    seen: tuple[int | None, ...] = ()

    @property
    def name(self) -> str:
        return self.by.get_full_name() or self.by.get_username()

    def why(self, what: Reason) -> Reason:
        """What was done, with the supervisor's own words where they gave some."""
        return Reason("because", what=what, reason=self.reason) if self.reason else what


# ---- to an agent -----------------------------------------------------------------------------------------------------


@transaction.atomic
def give(contact_id: str, to: Agent, act: Intervention, *, over_capacity: bool = False) -> Contact:
    """The agent serves the contact from now on. `to` may be the supervisor's own desk, which needs no state. The part of
    who served it ends, and they wrap it up; the customer hears who left, then who joined. Given twice, it is given once.
    """
    contact = _lock(contact_id, to.pk)
    held = lock_agent(contact, to.pk)
    if held.is_served:
        return contact
    _check(contact, act, LIVE)
    takes_over = to.user_id == act.by.pk
    served = contact.state == chat.State.CONNECTED
    why = Reason("taken_over", name=act.name) if takes_over else Reason("given_away", name=act.name)
    _release(contact, act.why(why), act.now)
    held = lock_agent(contact, to.pk)
    _check_agent(held.agent, act.now, needs_state=not takes_over, over_capacity=over_capacity)
    state = Transfer.State.TAKEN_OVER if takes_over else Transfer.State.REASSIGNED
    endpoint = endpoints.named(held.agent)
    Transfer.by_supervisor(contact, state, endpoint, act.now, by=act.by, comment=act.reason, to_user=held.agent.user)
    contact.owner = held.agent.user
    make_room(held, act.now)
    held.agent.take_slot(act.now)
    realtime.publish(held.agent, held.agent.own_seq)
    part = create_offer(held, act.now)
    assign(held, part, act.now, chat.Move.TRANSFER if served else chat.Move.ACCEPT)
    viewing.view_next(held.agent.user_id, arrived=contact.pk)
    return contact


def _check_agent(agent: Agent, now: datetime, *, needs_state: bool, over_capacity: bool) -> None:
    refusal = endpoints.refusal_of_agent(agent, None, now) if needs_state else endpoints.refusal_of_full(agent)
    if refusal is not None and not (over_capacity and refusal.reason == endpoints.FULL):
        raise refusal.but(endpoint=endpoints.agent_endpoint(agent, None, now))


# ---- to a queue ------------------------------------------------------------------------------------------------------


@transaction.atomic
def requeue(contact_id: str, act: Intervention, *, to: Queue | None = None, first: bool = False) -> Contact:
    """The contact waits in its queue, or in another, at the place its age gives it or before all others."""
    contact = _lock(contact_id)
    _check(contact, act, LIVE)
    queue = to or contact.queue
    if queue.pk != contact.queue_id:
        endpoints.check_queue(queue, act.now)
    send_back(contact, queue, act, first=first)
    return contact


def send_back(contact: Contact, queue: Queue, act: Intervention, *, first: bool) -> None:
    """`requeue`, of a contact that is locked with its agents, checked, and live."""
    _release(contact, act.why(Reason("sent_to_queue", name=act.name)), act.now)
    named = endpoints.named(queue)
    Transfer.by_supervisor(
        contact, Transfer.State.REQUEUED, named, act.now, by=act.by, comment=act.reason, to_queue=queue
    )
    before, contact.queue = contact.queue_id, queue
    if contact.state == chat.State.CONNECTED:
        ContactTimer.objects.filter(contact=contact).delete()
        participation.requeue(contact, act.now, first=first)
    else:
        contact.owner = None
        contact.priority = FIRST_PRIORITY if first else contact.priority
        contact.changed()
        if contact.state == chat.State.WAITING and queue.pk != before:
            QueueWait.begin(contact, act.now, by_transfer=True)  # it counts in the queue it waits in
        realtime.publish(contact)
        realtime.wake(presence.ROUTING)
    ContactTimer.objects.filter(contact=contact, kind=ContactTimer.Kind.PREVIOUS).delete()  # not back to who had it


@transaction.atomic
def prioritise(contact_id: str, act: Intervention, priority: int) -> Contact:
    """Before or after the others of its queue, whenever it waits in this round."""
    contact = participation.lock_contact(contact_id)
    _check(contact, act, LIVE)
    if contact.priority != priority:
        contact.prioritise(priority)
        realtime.publish(contact)
        realtime.wake(presence.ROUTING)
    return contact


# ---- to nobody -------------------------------------------------------------------------------------------------------


@transaction.atomic
def end(contact_id: str, act: Intervention) -> Contact:
    """The chat ends for the portal, after all that was said; who served it wraps up."""
    contact = _lock(contact_id)
    _check(contact, act, LIVE)
    _end(contact, act)
    return contact


@transaction.atomic
def clear(contact_id: str, act: Intervention) -> Contact:
    """Whatever state the contact is stuck in, it has ended after this, and no desk shows it or keeps a slot for it."""
    contact = _lock(contact_id, *_parts(contact_id, agent_contact_state.ON_THE_DESK).values_list("agent", flat=True))
    _check(contact, act, STUCK)
    if contact.state != chat.State.ENDED:
        _end(contact, act)
    left = agent_contact_state.ON_THE_DESK - agent_contact_state.OPEN
    for part in _parts(contact_id, left).order_by("agent", "pk"):
        part.agent, part.contact = Agent.locked(part.agent_id), contact
        move(part, agent_contact_state.Move.CLEAR, act.now)
        viewing.view_next(part.agent.user_id, closed=contact_id)
    return contact


def _end(contact: Contact, act: Intervention) -> None:
    joined = contact.state != chat.State.JOINING
    _release(contact, act.why(Reason("ended_by", name=act.name)), act.now)
    if joined:
        say(contact, Text.ENDED)
    participation.end(contact, chat.EndReason.SUPERVISOR, act.now, leave=joined)


# ---- locks and checks ------------------------------------------------------------------------------------------------


def _lock(contact_id: str, *agents: int) -> Contact:
    """The contact, then every agent who has it or is to get it, in lock order."""
    contact = participation.lock_contact(contact_id)
    concerned = _parts(contact_id, agent_contact_state.OPEN).values_list("agent", flat=True)
    lock_with_agents(contact, agents={*agents, *concerned})
    return contact


def _parts(contact_id: str, states: Iterable[agent_contact_state.State]) -> QuerySet[AgentContact]:
    return AgentContact.objects.filter(contact=contact_id, state__in=states)


def _check(contact: Contact, act: Intervention, states: Collection[chat.State]) -> None:
    """Refusal, with the contact as it is now, where it is not as the supervisor saw it."""
    refusal = _not_so(contact, act, states)
    if refusal is not None:
        raise refusal.but(contact=serialisers.contact(contact))


def _not_so(contact: Contact, act: Intervention, states: Collection[chat.State]) -> Refusal | None:
    if contact.state not in states:
        why = ended_because(contact) if contact.state == chat.State.ENDED else Reason("being_joined")
        return Refusal("contactNotLive", "This is not possible any more: %(why)s.", why=why)
    if contact.is_relayed and contact.state == chat.State.CONNECTED and states is LIVE:
        return Refusal("transferInConnect", "Amazon Connect gave this contact to its agent: act on it there.")
    before = contact.newest_transfer
    if before is not None and before.by is not None and before.by_id != act.by.pk and _is_recent(before, act.now):
        name = before.by.get_full_name() or before.by.get_username()
        return Refusal("contactMoved", "%(name)s has just stepped in here: look at the contact again.", name=name)
    if act.seen and contact.owner_id not in act.seen:
        owner = contact.owner
        with_whom = (owner.get_full_name() or owner.get_username()) if owner else Reason("nobody")
        return Refusal("contactMoved", "Meanwhile the contact is with %(name)s: look at it again.", name=with_whom)
    return None


def _is_recent(done: Transfer, now: datetime) -> bool:
    return done.settled_at is not None and done.settled_at > now - JUST_NOW


def _release(contact: Contact, why: Reason, now: datetime) -> None:
    """Whoever is offered the contact, or serves it, has it no more, and is told why."""
    for part in _parts(contact.pk, agent_contact_state.OPEN).order_by("state", "pk"):  # connecting, then connected
        held = lock_agent(contact, part.agent_id)
        part.agent, part.contact = held.agent, contact
        if part.state == agent_contact_state.State.CONNECTED:
            enqueue_text(held, Text.LEFT)
            end_part(part, why, now)
        else:
            move(part, agent_contact_state.Move.WITHDRAW, now, why)
            move(part, agent_contact_state.Move.CLEAR, now)
            viewing.view_next(part.agent.user_id, closed=contact.pk)
