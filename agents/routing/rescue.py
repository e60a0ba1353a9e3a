"""When an agent is gone for good, their contacts are not: they wait, go back to the queue, or call a supervisor."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from agents import life, presence
from agents.models import AgentContact
from chats import fanout, rounds
from chats import life as chat
from chats.models import Contact, Queue, Text
from chats.parking import Parking
from chats.why import Why

from .parts import Held, free, hold, move, say

log = logging.getLogger(__name__)
_parking = Parking("rescue")


def run(now: datetime) -> int:
    """Do what the queue says, once for each absence; how many contacts were cared for."""
    lonely = [(part.contact_id, part.agent_id) for part in _lonely(now) if _is_due(part, now)]
    cared = _parking.each(lonely, lambda row: _rescue(*row, now), now)
    orphans = list(_orphans().values_list("pk", flat=True))
    cared += _parking.each(orphans, lambda pk: _take_from_nobody(pk, now), now)
    return cared + _parking.each(list(_unneeded_attention().values_list("pk", flat=True)), _calm, now)


def _lonely(now: datetime) -> QuerySet[AgentContact]:
    """Parts in contacts that are served by somebody who is not there, or may not be here any more."""
    edge = now - timedelta(seconds=settings.CCP_LEASE_SECONDS)
    away = Q(agent__user__is_active=False) | (
        (Q(agent__seen_at=None) | Q(agent__seen_at__lt=edge)) & Q(accepted_at__lt=edge)
    )
    return AgentContact.objects.filter(away, state=life.State.CONNECTED).select_related("agent__user", "contact__queue")


def _is_due(part: AgentContact, now: datetime) -> bool:
    """Gone for as long as the queue waits, and not cared for since the last sign of life."""
    seen = part.agent.seen_at or part.accepted_at or part.offered_at
    if part.rescued_at is not None and part.rescued_at >= seen:
        return False
    patience = settings.CCP_LEASE_SECONDS + part.contact.queue.rescue_seconds
    return not part.agent.user.is_active or (now - seen).total_seconds() > patience


def _rescue(contact_id: str, agent_id: int, now: datetime) -> bool:
    with transaction.atomic():
        held = hold(contact_id, agent_id)
        part = held.part
        if part is None or not held.is_served or not _lonely(now).filter(pk=part.pk).exists() or not _is_due(part, now):
            return False  # the agent came back, or the contact ended, while we waited for the lock
        _care(held, part, _why(held, now), now)
    log.warning("The contact %s of %s: %s", contact_id, held.agent, held.contact.queue.get_rescue_display())
    return True


def _why(held: Held, now: datetime) -> Why:
    if not held.agent.user.is_active:
        return Why("%(name)s may not sign in any more", name=held.agent)
    seen = held.agent.seen_at
    return presence.no_open_desk(round((now - seen).total_seconds())) if seen else Why("no open desk")


def _care(held: Held, part: AgentContact, why: Why, now: datetime) -> None:
    say(held, Text.RESCUE)
    part.rescued(now)
    match held.contact.queue.rescue:
        case Queue.Rescue.REQUEUE if not held.contact.is_relayed:  # that one is Amazon Connect's to give away
            _requeue(held, part, why, now)
        case Queue.Rescue.ATTENTION:
            held.contact.call_for_attention(Why("%(name)s: %(why)s", name=held.agent, why=why))
            fanout.tell(held.contact)


def _requeue(held: Held, part: AgentContact, why: Why, now: datetime) -> None:
    """The card stays, so that the agent finds out when they come back; nobody is there to work after it."""
    move(part, life.Move.END, now, Why("back to the queue: %(why)s", why=why))
    if part.holds_slot:
        part.let_go()
        fanout.tell(part)
        free(held.agent, now)
    rounds.requeue(held.contact, now)


def _unneeded_attention() -> QuerySet[Contact]:
    """A supervisor was called, and meanwhile the agent has come back."""
    back = AgentContact.objects.filter(
        contact=OuterRef("pk"), state=life.State.CONNECTED, rescued_at__lt=F("agent__seen_at")
    )
    return Contact.objects.exclude(attention="").filter(Exists(back), state=chat.State.CONNECTED)


def _calm(contact_id: str) -> bool:
    with transaction.atomic():
        contact = rounds.locked(contact_id)
        calmed = _unneeded_attention().filter(pk=contact_id).exists()
        if calmed:
            contact.call_for_attention(Why())
            fanout.tell(contact)
        return calmed


def _orphans() -> QuerySet[Contact]:
    """Connected contacts without anybody's part: the agent or the whole person was deleted."""
    parts = AgentContact.objects.filter(contact=OuterRef("pk"), state=life.State.CONNECTED)
    return Contact.objects.filter(~Exists(parts), state=chat.State.CONNECTED)


def _take_from_nobody(contact_id: str, now: datetime) -> bool:
    with transaction.atomic():
        contact = rounds.locked(contact_id)
        orphaned = _orphans().filter(pk=contact_id).exists()
        if orphaned and contact.is_relayed:
            rounds.end(contact, chat.Reason.LOST, now, leave=False)
        elif orphaned:
            rounds.requeue(contact, now)
    if orphaned:
        log.warning("The contact %s was left alone, its agent was deleted: it is %s", contact_id, contact.state)
    return orphaned
