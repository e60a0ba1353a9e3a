"""Handing a contact on: to a colleague, who may decline it while the sender still serves, or to a queue, at once.

There is no moment in which nobody serves: the sender's part ends in the transaction in which the colleague accepts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from agents.desk import viewing
from agents.models import Agent, AgentContact, ContactTimer, RoutingProfile
from agents.protocol import agent_contact_state
from agents.protocol.refusals import Refusal
from chats import contact_state as chat
from chats import participation, realtime
from chats.models import Contact, Queue, Text, Transfer
from chats.observers import Change, Ended, Waits
from chats.reasons import Reason
from chats.row_backoff import RowBackoff

from . import endpoints
from .agent_contact import Locked, assign, ended_because, enqueue_text, lock_agent, lock_with_agents, move
from .guards import NotNow, lock_own_contact, with_agent_contact
from .offers import create_offer

TAKEN_BACK = Reason("sender_took_it_back")
_parking = RowBackoff("transfers")
DONE = frozenset({Transfer.State.ACCEPTED, Transfer.State.QUEUED})


def transfer(agent: Agent, contact_id: str, to: endpoints.Ref, comment: str, now: datetime) -> None:
    """Streams' transferContact. Said twice, from two tabs, it is done once. Refusal says why it cannot be."""
    target = endpoints.find(to)
    beside = [target.pk] if isinstance(target, Agent) else []
    with transaction.atomic():
        held, part = lock_own_contact(agent, contact_id, *beside)
        if _is_done(held, to):
            return
        _check(held, now)
        if isinstance(target, Agent):
            _ask(held, _other(held, target, to), comment.strip(), now)
        else:
            _queue(held, part, target, comment.strip(), now)


def accept(agent: Agent, contact_id: str, now: datetime) -> bool:
    """The colleague takes over; whether there was a transfer to take. The customer hears who left, then who joined."""
    if not Transfer.objects.filter(contact=contact_id, to_user=agent.user_id, state=Transfer.State.OFFERED).exists():
        return False
    with transaction.atomic():
        held, part = lock_own_contact(agent, contact_id)
        asked = _asked(held)
        if asked is None or part.state != agent_contact_state.State.CONNECTING:
            return False  # settled while we waited for the lock
        if not held.is_open_transfer(now):
            late = Refusal("offerGone", "This contact cannot be accepted any more: the time to answer is over.")
            raise with_agent_contact(held, late)
        held.agent.pay_attention()
        _take_over(held, part, asked, now)
        return True


def cancel(agent: Agent, contact_id: str, now: datetime) -> None:
    """The sender takes back what nobody has answered: the colleague's offer goes. Said twice, it is done once."""
    with transaction.atomic():
        held, _part = lock_own_contact(agent, contact_id)
        asked = held.contact.newest_transfer
        if asked is None or asked.sender_id != held.agent.user_id:
            none = Refusal("transferNotOpen", "There is no transfer of yours to take back in this contact.")
            raise with_agent_contact(held, none)
        if asked.state == Transfer.State.WITHDRAWN:
            return
        if not asked.is_open:
            raise with_agent_contact(held, _too_late(asked))
        _withdraw(held.contact, TAKEN_BACK, now)


def _too_late(asked: Transfer) -> Refusal:
    if asked.to_user_id:
        return Refusal("transferNotOpen", "It is too late to take it back: %(name)s has answered.", name=asked.to_name)
    return Refusal("transferNotOpen", "It is too late to take it back: it went to %(name)s.", name=asked.to_name)


# ---- asking ----------------------------------------------------------------------------------------------------------


def _is_done(held: Locked, to: endpoints.Ref) -> bool:
    """This agent has asked for just this already, and it is under way or done."""
    newest, me = held.contact.newest_transfer, held.agent.user_id
    if newest is None or newest.sender_id != me or newest.to_id != to.id:
        return False
    return newest.is_open or (newest.state in DONE and held.contact.owner_id != me)


def _check(held: Locked, now: datetime) -> None:
    contact = held.contact
    if not held.is_served:
        raise NotNow("contactNotConnected", "This contact cannot be transferred: %(why)s.", held, now)
    if contact.is_relayed:
        raise Refusal(
            "transferInConnect", "Amazon Connect gave you this contact: transfer it in the Contact Control Panel."
        )
    if contact.newest_transfer is not None and contact.newest_transfer.is_open:
        name = contact.newest_transfer.to_name
        known = Refusal(
            "transferOpen", "This contact is being offered to %(name)s already: wait for the answer.", name=name
        )
        raise with_agent_contact(held, known)


def _other(held: Locked, target: Agent, to: endpoints.Ref) -> Locked:
    try:
        return lock_agent(held.contact, target.pk)
    except Agent.DoesNotExist:
        raise endpoints.not_found(to) from None


def _ask(held: Locked, other: Locked, comment: str, now: datetime) -> None:
    """The colleague is asked, with a countdown; their slot is taken already, so that an answer is always possible."""
    endpoints.check_agent(other.agent, held.agent, now)
    make_room(other, now)
    asked = Transfer.ask(held.contact, other.agent.user, endpoints.named(other.agent), comment, now)
    held.contact.changed()
    realtime.publish(held.contact)
    other.agent.take_slot(now)
    realtime.publish(other.agent, other.agent.own_seq)
    part = create_offer(other, now)
    if other.agent.routing_profile.auto_accept:
        _take_over(other, part, asked, now)
        viewing.view_next(other.agent.user_id, arrived=held.contact.pk)


def make_room(other: Locked, now: datetime) -> None:
    """Cards of this round that the colleague has not cleared yet: a desk shows one card of a contact."""
    finished = AgentContact.objects.filter(
        agent=other.agent,
        contact=other.contact,
        round=other.contact.round,
        state__in=agent_contact_state.ON_THE_DESK - agent_contact_state.OPEN,
    )
    for part in finished.order_by("pk"):
        part.agent, part.contact = other.agent, other.contact
        move(part, agent_contact_state.Move.CLEAR, now)


def _queue(held: Locked, part: AgentContact, queue: Queue, comment: str, now: datetime) -> None:
    """The contact waits in the queue, at the place its age gives it."""
    endpoints.check_queue(queue, now)
    contact = held.contact
    enqueue_text(held, Text.LEFT)
    end_part(part, Reason("handed_on_to_queue", name=queue.name), now)
    Transfer.queued(contact, queue, endpoints.named(queue), comment, now)
    ContactTimer.objects.filter(contact=contact).delete()
    contact.queue = queue
    participation.requeue(contact, now)
    ContactTimer.objects.filter(contact=contact, kind=ContactTimer.Kind.PREVIOUS).delete()  # not back to the sender


# ---- answering -------------------------------------------------------------------------------------------------------


def _asked(held: Locked) -> Transfer | None:
    """The transfer that waits for this agent's answer; the contact is still with whoever sent it."""
    newest = held.contact.newest_transfer
    if newest is None or not newest.is_open or newest.to_user_id != held.agent.user_id:
        return None
    is_senders = held.contact.state == chat.State.CONNECTED and held.contact.owner_id == newest.sender_id
    return newest if is_senders else None


def _take_over(held: Locked, part: AgentContact, asked: Transfer, now: datetime) -> None:
    served = AgentContact.objects.get(contact=held.contact, state=agent_contact_state.State.CONNECTED)
    before = lock_agent(held.contact, served.agent_id)
    served.agent, served.contact = before.agent, held.contact
    enqueue_text(before, Text.LEFT)
    end_part(served, Reason("handed_on_to_agent", name=held.agent.name), now)
    asked.settle(Transfer.State.ACCEPTED, Reason(), now)
    held.contact.owner = held.agent.user
    assign(held, part, now, chat.Move.TRANSFER)


def end_part(part: AgentContact, why: Reason, now: datetime) -> None:
    """The sender's part is over: after contact work begins, unless their routing profile knows none."""
    move(part, agent_contact_state.Move.END, now, why)
    if part.agent.routing_profile.acw == RoutingProfile.Acw.OFF:
        move(part, agent_contact_state.Move.CLEAR, now)
        viewing.view_next(part.agent.user_id, closed=part.contact_id)


# ---- overtaken by events ---------------------------------------------------------------------------------------------


def contact_changed(contact: Contact, change: Change) -> None:
    """Observer: a transfer that nobody has answered is withdrawn when the contact waits again or has ended."""
    match change:
        case Waits(at):  # the sender was gone for good: who was asked finds the contact in the queue, like everybody
            _withdraw(contact, Reason("went_back_to_queue"), at)
        case Ended():
            _withdraw(contact, ended_because(contact), contact.ended_at)


def _withdraw(contact: Contact, why: Reason, now: datetime | None) -> None:
    """Nothing is there to be taken over any more. Whoever notifies has locked the conversation."""
    asked = contact.newest_transfer
    if asked is None or not asked.is_open or now is None:
        return
    offered = AgentContact.objects.filter(
        contact=contact, agent__user=asked.to_user_id, state=agent_contact_state.State.CONNECTING
    ).first()
    if offered is None:  # the colleague's desk was deleted
        _settle_alone(contact, asked, why, now)
        return
    lock_with_agents(contact)
    other = lock_agent(contact, offered.agent_id)
    offered.agent, offered.contact = other.agent, contact
    move(offered, agent_contact_state.Move.WITHDRAW, now, why)
    move(offered, agent_contact_state.Move.CLEAR, now)
    viewing.view_next(other.agent.user_id, closed=contact.pk)


def _settle_alone(contact: Contact, asked: Transfer, why: Reason, now: datetime) -> None:
    asked.settle(Transfer.State.WITHDRAWN, why, now)
    contact.changed()
    realtime.publish(contact)


def run(now: datetime) -> int:
    """Transfers that nobody can answer any more, because the colleague's desk was deleted; how many there were."""
    return sum(steps(now))


def steps(now: datetime) -> Iterator[int]:
    """`run`, transfer by transfer."""
    asked = Transfer.objects.filter(state=Transfer.State.OFFERED).values_list("contact_id", flat=True)
    yield from _parking.steps(list(asked), lambda contact_id: _settle_unanswerable(contact_id, now), now)


def _settle_unanswerable(contact_id: str, now: datetime) -> bool:
    if AgentContact.objects.filter(contact=contact_id, state=agent_contact_state.State.CONNECTING).exists():
        return False
    with transaction.atomic():
        contact = participation.lock_contact(contact_id)
        asked = contact.newest_transfer
        if asked is None or not asked.is_open:
            return False
        if AgentContact.objects.filter(contact=contact, state=agent_contact_state.State.CONNECTING).exists():
            return False
        _settle_alone(contact, asked, Reason("colleague_has_no_desk"), now)
        return True
