"""What supervisors do to contacts and agents: who may (supervision.scope), why (a reason, where the setting asks for one), the
change itself (agents.routing), and the audit, in the transaction of the change. Called by agents.commands.

A verb on several ids does each in a transaction of its own: one that is refused hinders no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from agents import presence
from agents.desk import lookups
from agents.models import Agent, RoutingProfile, RoutingProfileQueue
from agents.protocol.refusals import Refusal
from agents.routing import forced_states, interventions
from agents.routing.interventions import Intervention
from chats import audit, realtime
from chats.models import AuditAction

from . import scope

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Result = dict[str, Any]
SeenOwners = Mapping[str, int | None]


def intervention(verb: str, user: User, reason: str, now: datetime) -> Intervention:
    """Who acts now, and why; Refusal where the setting asks for a reason and there is none."""
    if verb in settings.CCP_ACTIONS_NEED_REASON and not reason.strip():
        raise Refusal("reasonNeeded", "Say why: your company asks for a reason here.")
    return Intervention(scope.current(user), now, reason.strip())


# ---- contacts --------------------------------------------------------------------------------------------------------


@transaction.atomic
def take_over(act: Intervention, contact_id: str, *, over_capacity: bool) -> None:
    """The supervisor, who is an agent too, serves the contact."""
    own = lookups.agent_of_user(act.by.pk)
    if own is None:
        raise Refusal("notAnAgent", "You have no desk: an administrator can make you an agent.")
    before = scope.lock_contact(act.by, contact_id).owner
    contact = interventions.give(contact_id, own, act, over_capacity=over_capacity)
    audit.record(AuditAction.TOOK_OVER, act.by, contact=contact, user=before, reason=act.reason)


def reassign_to_agent(
    act: Intervention, contact_ids: Iterable[str], agent_id: str, seen: SeenOwners, *, over_capacity: bool
) -> list[Result]:
    to = scope.agent(act.by, agent_id)

    def reassign(contact_id: str, _before: User | None) -> None:
        try:
            contact = interventions.give(contact_id, to, _seeing(act, contact_id, seen), over_capacity=over_capacity)
        except Agent.DoesNotExist:
            raise scope.no_agent() from None
        audit.record(AuditAction.REASSIGNED, act.by, contact=contact, user=to.user, reason=act.reason)

    return _each_contact(act, contact_ids, reassign)


def reassign_to_queue(act: Intervention, contact_ids: Iterable[str], queue_id: str, seen: SeenOwners) -> list[Result]:
    to = scope.queue(act.by, queue_id)
    return _requeue(act, contact_ids, AuditAction.REASSIGNED, seen, to=to)


def requeue(act: Intervention, contact_ids: Iterable[str], seen: SeenOwners, *, first: bool) -> list[Result]:
    return _requeue(act, contact_ids, AuditAction.REQUEUED, seen, first=first)


def _requeue(
    act: Intervention, contact_ids: Iterable[str], action: AuditAction, seen: SeenOwners, **how: Any
) -> list[Result]:
    def send_back(contact_id: str, before: User | None) -> None:
        contact = interventions.requeue(contact_id, _seeing(act, contact_id, seen), **how)
        audit.record(action, act.by, contact=contact, user=before, queue=contact.queue, reason=act.reason)

    return _each_contact(act, contact_ids, send_back)


def set_priority(act: Intervention, contact_ids: Iterable[str], priority: int) -> list[Result]:
    def prioritise(contact_id: str, _before: User | None) -> None:
        contact = interventions.prioritise(contact_id, act, priority)
        audit.record(AuditAction.PRIORITY_SET, act.by, contact=contact, reason=act.reason, priority=priority)

    return _each_contact(act, contact_ids, prioritise)


def end(act: Intervention, contact_ids: Iterable[str]) -> list[Result]:
    def end_one(contact_id: str, before: User | None) -> None:
        contact = interventions.end(contact_id, act)
        audit.record(AuditAction.CONTACT_ENDED, act.by, contact=contact, user=before, reason=act.reason)

    return _each_contact(act, contact_ids, end_one)


def clear(act: Intervention, contact_ids: Iterable[str]) -> list[Result]:
    def clear_one(contact_id: str, before: User | None) -> None:
        contact = interventions.clear(contact_id, act)
        audit.record(AuditAction.CONTACT_CLEARED, act.by, contact=contact, user=before, reason=act.reason)

    return _each_contact(act, contact_ids, clear_one)


def _seeing(act: Intervention, contact_id: str, seen: SeenOwners) -> Intervention:
    owners = (seen[contact_id],) if contact_id in seen else ()
    return Intervention(act.by, act.now, act.reason, owners)


def _each_contact(
    act: Intervention, contact_ids: Iterable[str], do: Callable[[str, User | None], None]
) -> list[Result]:
    """`do` gets each contact that is in scope, locked, and who had it before."""

    def checked(contact_id: str) -> None:
        do(contact_id, scope.lock_contact(act.by, contact_id).owner)

    return _each(contact_ids, checked)


# ---- agents ----------------------------------------------------------------------------------------------------------


def force_state(act: Intervention, agent_ids: Iterable[str], state: str, *, requeue: bool) -> list[Result]:
    """Into this state; each result names what became of the agent's contacts."""

    def force(agent: Agent) -> Result:
        outcomes = forced_states.force(agent.pk, state, act, requeue=requeue)
        audit.record(
            AuditAction.STATE_FORCED, act.by, user=agent.user, reason=act.reason, state=state, contacts=outcomes
        )
        return {"contacts": outcomes}

    return _each_agent(act, agent_ids, force)


def sign_out(act: Intervention, agent_ids: Iterable[str], *, requeue: bool) -> list[Result]:
    """Their sessions and sockets end; each result names what became of the agent's contacts."""

    def sign_out_one(agent: Agent) -> Result:
        outcomes = forced_states.sign_out(agent.pk, act, requeue=requeue)
        audit.record(AuditAction.AGENT_SIGNED_OUT, act.by, user=agent.user, reason=act.reason, contacts=outcomes)
        return {"contacts": outcomes}

    return _each_agent(act, agent_ids, sign_out_one)


@transaction.atomic
def set_capacity(act: Intervention, agent_id: str, capacity: int | None) -> None:
    agent = scope.lock_agent(act.by, agent_id)
    if agent.capacity_override != capacity:
        agent.set_capacity(capacity)
        _publish(agent)
        audit.record(AuditAction.CAPACITY_SET, act.by, user=agent.user, reason=act.reason, capacity=capacity)


@transaction.atomic
def set_queues(act: Intervention, agent_id: str, profile_name: str) -> None:
    """Another routing profile, all of whose queues the supervisor may see."""
    agent = scope.lock_agent(act.by, agent_id)
    hidden = RoutingProfileQueue.objects.exclude(queue__in=scope.queues_visible_to(act.by))
    profiles = RoutingProfile.objects.filter(name=profile_name)
    profile = profiles.exclude(pk__in=hidden.values("routing_profile")).first()
    if profile is None:
        raise Refusal("routingProfileNotFound", "There is no such routing profile, or you may not see its queues.")
    if agent.routing_profile_id != profile.pk:
        agent.assign(profile)
        _publish(agent)
        audit.record(AuditAction.QUEUES_SET, act.by, user=agent.user, reason=act.reason, profile=profile.name)


def _publish(agent: Agent) -> None:
    realtime.publish(agent, agent.own_seq)
    realtime.wake(presence.ROUTING)


def _each_agent(act: Intervention, agent_ids: Iterable[str], do: Callable[[Agent], Result]) -> list[Result]:
    return _each(agent_ids, lambda agent_id: do(scope.agent(act.by, agent_id)))


# ---- several ---------------------------------------------------------------------------------------------------------


def _each(ids: Iterable[str], do: Callable[[str], Result | None]) -> list[Result]:
    """As protocol.ActionResult, each id once."""
    return [_one(one, do) for one in dict.fromkeys(ids)]


def _one(which: str, do: Callable[[str], Result | None]) -> Result:
    try:
        with transaction.atomic():
            more = do(which) or {}
    except Refusal as refusal:
        told = {"reason": refusal.reason, "why": refusal.why.data}
        current = {"current": refusal.current} if refusal.current else {}
        return {"id": which, "ok": False, "refusal": told | current}
    return {"id": which, "ok": True, **more}
