"""What happens to the contacts of agents who are gone: they wait, go back to the queue, or call a supervisor's attention."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from agents import presence
from agents.models import Agent, AgentContact, AgentState, OfferEvent
from agents.protocol import agent_contact_state
from chats import contact_state as chat
from chats import participation, realtime
from chats.models import Contact, Queue, Text
from chats.reasons import Reason
from chats.row_backoff import RowBackoff

from .agent_contact import Locked, enqueue_text, lock, lock_agent, lock_with_agents, move, release_agent, unassign

if TYPE_CHECKING:
    from django.contrib.auth.models import User

log = logging.getLogger(__name__)
_parking = RowBackoff("rescue")
PAGE = 100  # parts that are looked at in one step


def run(now: datetime) -> int:
    """Do what the queue says, once for each absence; how many contacts were cared for."""
    return sum(steps(now))


def steps(now: datetime) -> Iterator[int]:
    """`run`, contact by contact."""
    lonely = list(_served_by_absent_agents(now).values_list("pk", flat=True))
    for start in range(0, len(lonely), PAGE):
        page = _served_by_absent_agents(now).filter(pk__in=lonely[start : start + PAGE])
        due = [(part.contact_id, part.agent_id) for part in page if _is_due(part, now)]
        yield 0
        yield from _parking.steps(due, lambda row: _rescue(*row, now), now)
    orphans = list(_orphans().values_list("pk", flat=True))
    yield from _parking.steps(orphans, lambda pk: _release_orphan(pk, now), now)
    yield from _parking.steps(list(_unneeded_attention().values_list("pk", flat=True)), _withdraw_attention, now)


# ---- who may not sign in any more ------------------------------------------------------------------------------------


def account_changed(*, instance: User, raw: bool, **_kwargs: Any) -> None:
    """Receiver of post_save of a user, connected in `agents.apps`. Whoever closes an account without `sign_off` in their transaction has it done right after it."""
    if not raw and not instance.is_active:
        transaction.on_commit(partial(close_account, instance, timezone.now()))


def close_account(user: User, now: datetime) -> None:
    """This account was closed: their sockets are looked at at once, and an agent signs off. In the caller's transaction."""
    realtime.wake(realtime.RIGHTS_CHANGED)
    agent = Agent.objects.filter(user=user.pk, user__is_active=False).first()
    if agent is not None:
        sign_off(agent.pk, now)


@transaction.atomic
def sign_off(agent_id: int, now: datetime) -> None:
    """An agent whose account was closed: out of routing, and what they serve or were offered waits for others, at once.

    What is offered in the same moment is taken back by the next `presence.sweep`.
    """
    parts = AgentContact.objects.filter(agent=agent_id, state__in=agent_contact_state.OPEN)
    contacts = participation.lock_contacts(set(parts.values_list("contact_id", flat=True)))
    lock_with_agents(*contacts.values(), agents=[agent_id])
    agent = Agent.locked(agent_id)
    offline = presence.offline()
    if offline is not None and agent.state.type != AgentState.Type.OFFLINE:
        presence.enter(agent, offline, by=None, why=_closed(agent), now=now)
    for contact in contacts.values():
        held = lock_agent(contact, agent_id)
        if held.part is not None and held.part.state == agent_contact_state.State.CONNECTING:
            _withdraw(held, held.part, now)
        elif held.part is not None and held.is_served:
            _follow_queue_setting(held, held.part, _closed(held.agent), now)


def _withdraw(held: Locked, part: AgentContact, now: datetime) -> None:
    part.record(OfferEvent.NO_DESK, now)
    move(part, agent_contact_state.Move.WITHDRAW, now, _closed(held.agent))
    move(part, agent_contact_state.Move.CLEAR, now)
    unassign(held)


def _closed(agent: Agent) -> Reason:
    return Reason("may_not_sign_in", name=agent)


# ---- who is gone -----------------------------------------------------------------------------------------------------


def _served_by_absent_agents(now: datetime) -> QuerySet[AgentContact]:
    """Parts in contacts that are served by somebody who is not there, or may not be here any more."""
    edge = now - timedelta(seconds=settings.CCP_LEASE_SECONDS)
    away = Q(agent__user__is_active=False) | (
        (Q(agent__seen_at=None) | Q(agent__seen_at__lt=edge)) & Q(accepted_at__lt=edge)
    )
    return AgentContact.objects.filter(away, state=agent_contact_state.State.CONNECTED).select_related(
        "agent__user", "contact__queue"
    )


def _is_due(part: AgentContact, now: datetime) -> bool:
    """Gone for as long as the queue waits, and not cared for since the last sign of life."""
    seen = part.agent.seen_at or part.accepted_at or part.offered_at
    if part.rescued_at is not None and part.rescued_at >= seen:
        return False
    patience = settings.CCP_LEASE_SECONDS + part.contact.queue.rescue_seconds
    return not part.agent.user.is_active or (now - seen).total_seconds() > patience


def _rescue(contact_id: str, agent_id: int, now: datetime) -> bool:
    with transaction.atomic():
        held = lock(contact_id, agent_id)
        part = held.part
        if (
            part is None
            or not held.is_served
            or not _served_by_absent_agents(now).filter(pk=part.pk).exists()
            or not _is_due(part, now)
        ):
            return False  # the agent came back, or the contact ended, while we waited for the lock
        _follow_queue_setting(held, part, _why(held, now), now)
    log.warning("The contact %s of %s: %s", contact_id, held.agent, held.contact.queue.get_rescue_display())
    return True


def _why(held: Locked, now: datetime) -> Reason:
    if not held.agent.user.is_active:
        return _closed(held.agent)
    seen = held.agent.seen_at
    return presence.no_open_desk(round((now - seen).total_seconds())) if seen else Reason("no_open_desk")


def _follow_queue_setting(held: Locked, part: AgentContact, why: Reason, now: datetime) -> None:
    enqueue_text(held, Text.RESCUE)
    part.rescued(now)
    never_back = not held.agent.user.is_active  # nobody to wait for, whatever the queue says
    match Queue.Rescue.REQUEUE if never_back and not held.contact.is_relayed else held.contact.queue.rescue:
        case Queue.Rescue.REQUEUE if not held.contact.is_relayed:  # that one is Amazon Connect's to give away
            _requeue(held, part, why, now)
        case Queue.Rescue.ATTENTION:
            held.contact.call_for_attention(Reason("agent_absent", name=held.agent, why=why))
            realtime.publish(held.contact)


def _requeue(held: Locked, part: AgentContact, why: Reason, now: datetime) -> None:
    """The card stays, so that the agent finds out when they come back; nobody is there to work after it."""
    move(part, agent_contact_state.Move.END, now, Reason("back_to_queue", why=why))
    if part.holds_slot:
        part.release_slot()
        realtime.publish(part)
        release_agent(held.agent, now)
    participation.requeue(held.contact, now)


def _unneeded_attention() -> QuerySet[Contact]:
    """A supervisor was called, and meanwhile the agent has come back."""
    back = AgentContact.objects.filter(
        contact=OuterRef("pk"), state=agent_contact_state.State.CONNECTED, rescued_at__lt=F("agent__seen_at")
    )
    return Contact.objects.exclude(attention="").filter(Exists(back), state=chat.State.CONNECTED)


def _withdraw_attention(contact_id: str) -> bool:
    with transaction.atomic():
        contact = participation.lock_contact(contact_id)
        calmed = _unneeded_attention().filter(pk=contact_id).exists()
        if calmed:
            contact.call_for_attention(Reason())
            realtime.publish(contact)
        return calmed


def _orphans() -> QuerySet[Contact]:
    """Connected contacts without anybody's part: the agent or the whole person was deleted."""
    parts = AgentContact.objects.filter(contact=OuterRef("pk"), state=agent_contact_state.State.CONNECTED)
    return Contact.objects.filter(~Exists(parts), state=chat.State.CONNECTED)


def _release_orphan(contact_id: str, now: datetime) -> bool:
    with transaction.atomic():
        contact = participation.lock_contact(contact_id)
        orphaned = _orphans().filter(pk=contact_id).exists()
        if orphaned and contact.is_relayed:
            participation.end(contact, chat.EndReason.LOST, now, leave=False)
        elif orphaned:
            participation.requeue(contact, now)
    if orphaned:
        log.warning("The contact %s was left alone, its agent was deleted: it is %s", contact_id, contact.state)
    return orphaned
