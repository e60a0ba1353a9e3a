"""What an agent does with a contact: accept, reject, end, clear. Asked twice, from two tabs, it is done once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from agents.desk import viewing
from agents.models import Agent, AgentContact, Disposition, RoutingProfile
from agents.protocol import agent_contact_state
from agents.protocol.refusals import Refusal
from chats import contact_state as chat
from chats import participation, realtime
from chats.models import Text
from chats.reasons import Reason

from . import transfers
from .agent_contact import Locked, assign, enqueue_text, lock_agent, move, unassign
from .guards import NotNow, lock_own_contact, with_agent_contact
from .offers import create_offer


def accept(agent: Agent, contact_id: str, now: datetime) -> None:
    """The offer is taken: from now on this agent serves the contact, and the customer is told who joined."""
    if transfers.accept(agent, contact_id, now):
        return
    with transaction.atomic():
        held, part = lock_own_contact(agent, contact_id)
        if held.is_served:
            return
        if not held.is_open_offer(now):
            raise NotNow("offerGone", "This contact cannot be accepted any more: %(why)s.", held, now)
        held.agent.pay_attention()
        assign(held, part, now)


def take_missed(agent: Agent, contact_id: str, now: datetime) -> None:
    """A contact this agent missed is theirs after all, while the customer still waits: also from a colleague who has not
    answered their offer yet. Whoever is first has it; said twice, from two tabs, it is done once.
    """
    with transaction.atomic():
        held, part = _lock_with_offered_agent(agent, contact_id)
        if held.is_served:
            return
        if not held.is_offered:
            _check_waiting(held, part, now)
            _withdraw_from_colleague(held, now)
            held.contact.owner = held.agent.user
            held.agent.take_slot(now)
            realtime.publish(held.agent, held.agent.own_seq)
            move(part, agent_contact_state.Move.CLEAR, now)
            part = create_offer(held, now)
        held.agent.pay_attention()
        assign(held, part, now)


def _lock_with_offered_agent(agent: Agent, contact_id: str) -> tuple[Locked, AgentContact]:
    """The contact, this agent and whoever it is offered to, held together in the order of their keys."""
    if not AgentContact.objects.filter(agent=agent.pk, contact=contact_id).exists():
        return lock_own_contact(agent, contact_id)  # which refuses
    contact = participation.lock_contact(contact_id)
    asked = AgentContact.objects.filter(contact=contact, state=agent_contact_state.State.CONNECTING).values_list(
        "agent", flat=True
    )
    return lock_own_contact(agent, contact_id, *asked)


def _check_waiting(held: Locked, part: AgentContact, now: datetime) -> None:
    waits = held.contact.state == chat.State.WAITING and part.round == held.contact.round
    if not waits or part.state != agent_contact_state.State.MISSED:
        raise NotNow("offerGone", "This contact cannot be taken any more: %(why)s.", held, now)
    if not held.agent.has_room:
        allowed = held.agent.capacity
        why = Reason("no_room", n=allowed)
        raise with_agent_contact(held, Refusal("noRoom", "This contact cannot be taken now: %(why)s.", why=why))


def _withdraw_from_colleague(held: Locked, now: datetime) -> None:
    asked = AgentContact.objects.filter(contact=held.contact, state=agent_contact_state.State.CONNECTING).first()
    if asked is None:
        return
    other = lock_agent(held.contact, asked.agent_id)
    asked.agent, asked.contact = other.agent, held.contact
    move(asked, agent_contact_state.Move.WITHDRAW, now, Reason("colleague_took_it"))
    move(asked, agent_contact_state.Move.CLEAR, now)
    viewing.view_next(other.agent.user_id, closed=held.contact.pk)


def reject(agent: Agent, contact_id: str, now: datetime) -> None:
    """The offer is declined: the contact waits again, at the head, and for a while for somebody else."""
    with transaction.atomic():
        held, part = lock_own_contact(agent, contact_id)
        if part.outcome == agent_contact_state.State.REJECTED:
            return
        if part.state != agent_contact_state.State.CONNECTING:
            raise NotNow("offerGone", "This contact cannot be declined any more: %(why)s.", held, now)
        held.agent.pay_attention()
        unassign(held)
        move(part, agent_contact_state.Move.REJECT, now, Reason("declined"))
        move(part, agent_contact_state.Move.CLEAR, now)


def end(agent: Agent, contact_id: str, now: datetime) -> None:
    """Streams' destroyConnection: the customer is told who left, then our participant leaves, after all that was said."""
    with transaction.atomic():
        held, part = lock_own_contact(agent, contact_id)
        if part.outcome == agent_contact_state.State.ENDED:
            return
        if not held.is_served:
            raise NotNow("contactNotConnected", "This contact cannot be ended: %(why)s.", held, now)
        enqueue_text(held, Text.LEFT)
        enqueue_text(held, Text.ENDED)
        participation.end(held.contact, chat.EndReason.AGENT, now, leave=True)


def clear(agent: Agent, contact_id: str, now: datetime, *, disposition: str = "", note: str = "") -> None:
    """After contact work is done, or a missed contact was noticed: the card leaves the desk, of every round there was."""
    with transaction.atomic():
        held, part = lock_own_contact(agent, contact_id)
        finished = _finished_parts(held)
        if not finished and agent_contact_state.State(part.state) in agent_contact_state.OPEN:
            raise NotNow("contactOpen", "This contact cannot be cleared: %(why)s.", held, now)
        chosen = _disposition(held, disposition)
        for one in finished:
            if one.state == agent_contact_state.State.ENDED:
                one.wrap_up(chosen, note.strip())
                _check_work(one)
            move(one, agent_contact_state.Move.CLEAR, now)


@transaction.atomic
def save_wrap_up(agent: Agent, contact_id: str, disposition: str, note: str) -> None:
    """What the agent has begun to say after a contact: when its time is over before Done, this is what came of it."""
    held, _part = lock_own_contact(agent, contact_id)
    chosen = _disposition(held, disposition)
    ended = [one for one in _finished_parts(held) if one.state == agent_contact_state.State.ENDED]
    if not ended:
        raise Refusal("contactNotFound", "This contact is not in your after contact work.")
    for one in ended:
        if (one.disposition, one.note) != (chosen, note.strip()):
            one.begin_wrap_up(chosen, note.strip())
            realtime.publish(one)


def _disposition(held: Locked, name: str) -> Disposition | None:
    if not name:
        return None
    known = {one.name: one for one in Disposition.of(held.contact.queue)}
    if name not in known:
        raise Refusal(
            "dispositionNotFound",
            "There is no disposition “%(name)s” in this queue. There are: %(known)s.",
            name=name,
            known=", ".join(known) or Reason("none"),
        ).but(dispositions=list(known))
    return known[name]


def _check_work(part: AgentContact) -> None:
    """Refuse what the queue or the routing profile does not let pass. Whoever may do no such work owes none."""
    acw, queue = part.agent.routing_profile.acw, part.contact.queue
    if acw == RoutingProfile.Acw.OFF or part.disposition is not None:
        return
    names = [one.name for one in Disposition.of(queue)]
    if names and queue.disposition_required:
        refusal = Refusal("dispositionRequired", "Say first what came of it: %(names)s.", names=", ".join(names))
    elif acw == RoutingProfile.Acw.REQUIRED and not part.note:
        refusal = Refusal("dispositionRequired", "Say first what came of it: a disposition or a note.")
    else:
        return
    raise refusal.but(dispositions=names)


def _finished_parts(held: Locked) -> list[AgentContact]:
    """The customer may have come back before the card of the last round was cleared: then there are several."""
    finished = AgentContact.objects.filter(
        agent=held.agent, contact=held.contact, state__in=agent_contact_state.ON_THE_DESK - agent_contact_state.OPEN
    )
    parts = list(finished.order_by("pk"))
    for part in parts:
        part.agent, part.contact = held.agent, held.contact
    return parts
