"""Offers waiting contacts to agents who have room, and withdraws offers that nobody answered. Safe to run at any time."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from agents import presence
from agents.desk import viewing
from agents.models import Agent, AgentContact, OfferEvent
from agents.protocol import agent_contact_state
from chats import contact_state as chat
from chats import participation, realtime
from chats.models import Contact, Conversation
from chats.reasons import Reason
from chats.row_backoff import RowBackoff

from . import missed_offers, waiting_contacts
from .agent_contact import Locked, assign, lock, lock_agent, move, release_agent, remove_owner, unassign
from .matching import Matcher
from .offer_log import why_missed

log = logging.getLogger(__name__)
_parking, _overdue_parking = RowBackoff("offering"), RowBackoff("taking offers back")
NOT_ANSWERING = Reason("earlier_offer_not_answered")


class _ContactGone(Exception):
    """Somebody else has the contact, or it waits no more."""


class _AgentGone(Exception):
    """The agent has no room any more, or left the routable state."""


class _ContactBusy(_ContactGone):
    """Another transaction has locked the contact, perhaps another process that offers."""


class _AgentBusy(_AgentGone):
    """Another transaction has locked the agent, perhaps another process that offers."""


def run(now: datetime) -> int:
    """Withdraw overdue offers, then offer until no waiting contact fits any agent; how many were offered.

    Several processes may run this at once: a claim that comes second changes nothing, and is left out. They do not wait
    for each other while there is something else to do: eight in a row would be slower than one. So a contact that one
    process has locked may be overtaken by the next one of its queue, which another process offers at that moment; by no
    more contacts than there are other processes.
    """
    return sum(steps(now))


def steps(now: datetime) -> Iterator[int]:
    """`run`, offer by offer."""
    for _ in _withdraw_all_unanswered(now):
        yield 0
    wait = False
    while True:
        made, passed_over, deferred = yield from _offer_all(now, wait=wait)
        if not passed_over and not (deferred and made):
            return
        wait = not made  # others are at all that is left: see what they leave


def _offer_all(now: datetime, *, wait: bool) -> Generator[int, None, tuple[int, int, bool]]:
    """How many contacts were offered, how many pairs were skipped because one of the two was locked, and whether a
    contact was left to somebody who did not get it.
    """
    seats = waiting_contacts.capacities(now)
    yield 0
    board = Matcher(waiting_contacts.waiting_queues(seats, now), seats, now)
    yield 0
    offered = passed_over = 0
    while pair := board.next_pair():
        contact, seat = pair
        if _parking.holds(contact.contact_id, now):
            board.contact_gone()
            continue
        try:
            _claim(contact.contact_id, seat.agent_id, now, wait=wait)
        except _AgentGone as gone:
            passed_over += isinstance(gone, _AgentBusy)
            board.agent_gone()
            yield 0
        except _ContactGone as gone:
            passed_over += isinstance(gone, _ContactBusy)
            board.contact_gone()
            yield 0
        except Exception as error:  # noqa: BLE001 -- logged whole by `park`; everybody behind it is offered
            _parking.park(contact.contact_id, error, now)
            board.contact_gone()
            yield 0
        else:
            offered += 1
            board.taken(replace(seat, load=seat.load + 1, idle_since=now))
            yield 1
    return offered, passed_over, board.deferred


# ---- offering --------------------------------------------------------------------------------------------------------


def _claim(contact_id: str, agent_id: int, now: datetime, *, wait: bool = True) -> None:
    if not wait and not Contact.objects.filter(waiting_contacts.NOBODYS, pk=contact_id).exists():
        raise _ContactGone  # seen without a lock, nobody is held up by looking
    try:
        with transaction.atomic():
            if not wait:
                _lock_or_skip(contact_id, agent_id)
            contact = participation.lock_contact(contact_id)
            if contact.state != chat.State.WAITING or contact.owner_id is not None:
                raise _ContactGone
            _offer(lock_agent(contact, agent_id), now)
    except Contact.DoesNotExist:
        raise _ContactGone from None
    except Agent.DoesNotExist:
        raise _AgentGone from None
    except IntegrityError:  # one_agent_at_a_time: an agent's part is open although the contact has no owner
        log.exception("The contact %s was not offered", contact_id)
        raise _ContactGone from None


def _lock_or_skip(contact_id: str, agent_id: int) -> None:
    """In lock order, and without waiting. (SQLite has one writer: there is nothing to pass over.)"""
    held = Conversation.objects.select_for_update(of=("self",), skip_locked=True)
    if not held.filter(contacts=contact_id).values_list("pk", flat=True):
        raise _ContactBusy
    if not Agent.objects.select_for_update(skip_locked=True).filter(pk=agent_id).values_list("pk", flat=True):
        raise _AgentBusy
    # whoever was deleted meanwhile is passed over, too: the pass that waits finds out


def _offer(held: Locked, now: datetime) -> None:
    contact, agent, part = held
    unwilling = part is not None and AgentContact.objects.filter(waiting_contacts.refused(now), pk=part.pk).exists()
    is_here = Agent.objects.filter(presence.here(now), pk=agent.pk).exists()
    if not agent.state.is_routable or not agent.has_room or not is_here or unwilling:
        raise _AgentGone
    if part is not None and _is_replaced_by_offer(part):
        move(part, agent_contact_state.Move.CLEAR, now)  # the new offer replaces it on the desk
    contact.owner = agent.user
    contact.changed()
    realtime.publish(contact)
    agent.take_slot(now)
    realtime.publish(agent, agent.own_seq)
    made = create_offer(held, now)
    if agent.routing_profile.auto_accept:
        assign(held, made, now)
        viewing.view_next(agent.user_id, arrived=contact.pk)


def _is_replaced_by_offer(part: AgentContact) -> bool:
    """Missed, or handed on to the queue in this very round. What ended in another round is worked after all the same."""
    this_round = part.round == part.contact.round
    return part.state == agent_contact_state.State.MISSED or (
        part.state == agent_contact_state.State.ENDED and this_round
    )


def create_offer(held: Locked, now: datetime) -> AgentContact:
    """Create the agent's part in the contact, with a countdown unless another offer rings; its slot is taken already. What
    they have read in an earlier part stays read.
    """
    another_rings = AgentContact.objects.filter(agent=held.agent, state=agent_contact_state.State.CONNECTING).exists()
    part = AgentContact(
        agent=held.agent,
        contact=held.contact,
        round=held.contact.round,
        read_number=held.part.read_number if held.part else 0,
        offered_at=now,
        expires_at=None if another_rings else now + timedelta(seconds=settings.CCP_OFFER_SECONDS),
    )
    part.begin(now)
    realtime.publish(part)
    return part


# ---- withdrawing ----------------------------------------------------------------------------------------------------


def withdraw_unanswered(now: datetime) -> int:
    """Offers that were not answered in time are missed, and their contacts wait again; so do those of offers that waited
    behind them, and of offers that nobody can answer any more.
    """
    return sum(_withdraw_all_unanswered(now))


def _withdraw_all_unanswered(now: datetime) -> Iterator[int]:
    more = 1
    while more:  # behind what was missed others may have waited
        more = 0
        overdue = list(_overdue(now).values_list("contact_id", "agent_id"))
        for taken in _overdue_parking.steps(overdue, lambda row: _withdraw_if_overdue(*row, now), now):
            more += taken
            yield taken
    yield from _overdue_parking.steps(list(_orphans().values_list("pk", flat=True)), _release_orphan, now)


def _overdue(now: datetime) -> QuerySet[AgentContact]:
    """Offers whose time is over, that wait behind one that was missed, or to agents whose routing profile has shrunk under
    them.
    """
    no_room = Q(agent__load__gt=Coalesce("agent__capacity_override", "agent__routing_profile__chat_concurrency"))
    rings = AgentContact.objects.filter(
        agent=OuterRef("agent"), state=agent_contact_state.State.CONNECTING, expires_at__isnull=False
    )
    left_behind = Q(~Exists(rings), expires_at=None)
    return AgentContact.objects.filter(
        no_room | left_behind | Q(expires_at__lte=now), state=agent_contact_state.State.CONNECTING
    ).order_by("offered_at", "pk")


def _withdraw_if_overdue(contact_id: str, agent_id: int, now: datetime) -> bool:
    with transaction.atomic():
        held = lock(contact_id, agent_id)
        part = held.part
        if part is None or not _overdue(now).filter(pk=part.pk).exists():
            return False  # answered, withdrawn or missed while we waited for the lock
        if part.expires_at is not None and part.expires_at <= now:
            _miss(held, part, now)
        elif held.agent.load > held.agent.capacity:
            _withdraw(held, part, now)
        else:
            return _withdraw_queued_offer(held, part, now)
        unassign(held)
        return True


def _withdraw_queued_offer(held: Locked, part: AgentContact, now: datetime) -> bool:
    """An offer behind a missed one would only be missed too: its customer waits for another agent. One that a colleague
    transfers is served meanwhile, so it rings.
    """
    if held.contact.state == chat.State.CONNECTED:
        part.ring(now)
        realtime.publish(part)
        return False
    part.move(agent_contact_state.Move.WITHDRAW, now, why=NOT_ANSWERING)
    part.move(agent_contact_state.Move.CLEAR, now)
    realtime.publish(part)
    release_agent(held.agent, now)
    unassign(held)
    return True


def _withdraw(held: Locked, part: AgentContact, now: datetime) -> None:
    part.record(OfferEvent.NO_ROOM, now)
    allowed = held.agent.capacity
    move(
        part,
        agent_contact_state.Move.WITHDRAW,
        now,
        Reason("no_room", n=allowed),
    )
    move(part, agent_contact_state.Move.CLEAR, now)


def _miss(held: Locked, part: AgentContact, now: datetime) -> None:
    was_there = not part.why  # else it is known already why nobody answered
    move(part, agent_contact_state.Move.MISS, now, part.why or why_missed(part, settings.CCP_OFFER_SECONDS))
    if was_there and missed_offers.counts(part):
        _count_miss(held.agent, now)


def _count_miss(agent: Agent, now: datetime) -> None:
    """Who lets one customer after the other wait is offered nothing more, until they say that they are back."""
    agent.count_miss()
    limit = settings.CCP_MISSES_IN_A_ROW
    if limit and agent.misses >= limit and agent.state.is_routable:
        why = Reason("offers_not_answered", n=agent.misses)
        presence.enter(agent, presence.not_responding(), by=None, why=why, now=now)


def _orphans() -> QuerySet[Contact]:
    """Contacts that are offered to a person who has no part in them: their Agent row was deleted."""
    offers = AgentContact.objects.filter(
        contact=OuterRef("pk"), agent__user=OuterRef("owner"), state=agent_contact_state.State.CONNECTING
    )
    return Contact.objects.filter(~Exists(offers), state=chat.State.WAITING, owner__isnull=False)


def _release_orphan(contact_id: str) -> bool:
    with transaction.atomic():
        contact = participation.lock_contact(contact_id)
        orphaned = _orphans().filter(pk=contact_id).exists()
        if orphaned:
            remove_owner(contact)
        return orphaned
