"""Raised hands: an agent, or a phrase that the customer writes, asks supervisors to look at a contact.

A hand belongs to its contact, so that it survives a transfer, and is lowered when the contact ends. Lock order: the
conversation, then whoever has the contact on their desk, as their cards show the hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from agents.desk import serving
from agents.models import AgentContact
from agents.protocol import agent_contact_state
from agents.protocol.refusals import Refusal
from agents.routing.agent_contact import lock_agent, lock_with_agents
from chats import audit, contact_state, participation, realtime, serialisers
from chats.models import AuditAction, Contact, HelpRequest
from chats.observers import Change, Ended, Flagged
from chats.row_backoff import RowBackoff

from . import scope

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_parking = RowBackoff("help requests")


@transaction.atomic
def raise_hand(user: User, contact_id: str, reason: str, now: datetime, *, serves: bool = True) -> None:
    """Ask for help in a contact that this user serves, or (`serves` false) sees. Asked again, the words are replaced."""
    contact = _lock_live(user, contact_id, serves=serves)
    request = contact.help_request
    if request is None:
        HelpRequest.raise_hand(contact, user, reason.strip(), now)
    elif request.reason != reason.strip():
        request.change(reason=reason.strip(), is_phrase=False, agent=user)
    else:
        return
    audit.record(AuditAction.HELP_ASKED, user, contact=contact, user=contact.owner, reason=reason.strip()[:500])
    _publish(contact)


@transaction.atomic
def lower_hand(user: User, contact_id: str, now: datetime, *, serves: bool = True) -> None:
    """Help came, or is needed no more. Lowered twice, it is lowered once."""
    contact = _lock_live(user, contact_id, serves=serves)
    if contact.help_request is not None:
        _lower(contact, user, now)
        _publish(contact)


@transaction.atomic
def take(user: User, contact_id: str, now: datetime) -> None:
    """This supervisor comes; the agent sees who. One of several has it."""
    contact = _lock_live(user, contact_id, serves=False)
    request = contact.help_request
    if request is None:
        none = Refusal("handNotRaised", "No hand is up in this contact any more.")
        raise none.but(contact=serialisers.contact(contact))
    if request.taken_by_id == user.pk:
        return
    if request.taken_by is not None:
        taken = Refusal("helpTaken", "%(name)s is helping already.", name=audit.name_of(request.taken_by))
        raise taken.but(contact=serialisers.contact(contact))
    request.change(taken_by=user, taken_at=now)
    audit.record(AuditAction.HELP_TAKEN, user, contact=contact, user=contact.owner)
    _publish(contact)


def _lock_live(user: User, contact_id: str, *, serves: bool) -> Contact:
    contact = serving.lock_served(user.pk, contact_id) if serves else scope.lock_contact(user, contact_id)
    if contact.state == contact_state.State.ENDED:
        over = Refusal("contactNotLive", "This contact has ended.")
        raise over.but(contact=serialisers.contact(contact))
    return contact


def _lower(contact: Contact, user: User | None, now: datetime) -> None:
    request = contact.help_request
    if request is not None:
        request.change(lowered_by=user, lowered_at=now)
        contact.help_request = None
        audit.record(AuditAction.HELP_LOWERED, user, contact=contact, user=contact.owner)


def _publish(contact: Contact) -> None:
    """The hand stands on the contact, and on every card of it."""
    contact.changed()
    realtime.publish(contact)
    on_desks = AgentContact.objects.filter(contact=contact, state__in=agent_contact_state.ON_THE_DESK)
    rows = list(on_desks.order_by("agent", "pk").values_list("pk", "agent_id"))
    if rows:
        lock_with_agents(contact, agents={agent for _, agent in rows})
    for pk, agent_id in rows:
        agent = lock_agent(contact, agent_id).agent
        part = on_desks.filter(pk=pk).first()  # read anew: it may have left meanwhile
        if part is not None:
            part.agent, part.contact = agent, contact
            part.changed()
            realtime.publish(part)


# ---- by itself -------------------------------------------------------------------------------------------------------


def contact_changed(contact: Contact, change: Change) -> None:
    """Observer: a phrase raises a hand, once for each phrase of a round; the end of the contact lowers it."""
    match change:
        case Flagged(phrase, at) if contact.help_request is None and not _was_flagged(contact, phrase):
            HelpRequest.raise_hand(contact, None, phrase, at)
            audit.record(AuditAction.HELP_ASKED, None, contact=contact, user=contact.owner, reason=phrase[:500])
            _publish(contact)
        case Ended() if contact.help_request is not None and contact.ended_at is not None:
            _lower(contact, None, contact.ended_at)
            _publish(contact)


def _was_flagged(contact: Contact, phrase: str) -> bool:
    since = contact.handed_over_at
    asked = HelpRequest.objects.filter(contact=contact, is_phrase=True, reason=phrase)
    return (asked.filter(raised_at__gte=since) if since is not None else asked).exists()


def run(now: datetime) -> int:
    """Escalate what nobody took for too long; how many."""
    return sum(steps(now))


def steps(now: datetime) -> Iterator[int]:
    """`run`, contact by contact."""
    seconds = settings.CCP_HELP_ESCALATES_SECONDS
    if not seconds:
        return
    due = HelpRequest.objects.filter(
        lowered_at=None, taken_at=None, escalated_at=None, raised_at__lte=now - timedelta(seconds=seconds)
    )
    yield from _parking.steps(list(due.values_list("contact_id", flat=True)), lambda pk: _escalate(pk, now), now)


@transaction.atomic
def _escalate(contact_id: str, now: datetime) -> bool:
    contact = participation.lock_contact(contact_id)
    request = contact.help_request
    if request is None or request.taken_at is not None or request.escalated_at is not None:
        return False  # somebody came while we waited for the lock, or another worker was faster
    request.change(escalated_at=now)
    audit.record(AuditAction.HELP_ESCALATED, None, contact=contact, user=contact.owner)
    _publish(contact)
    return True
