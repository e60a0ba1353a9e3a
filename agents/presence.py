"""Which state an agent is in, and whether anybody is there: presence is a lease that the agent's open tabs renew."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from agents.protocol.refusals import Refusal
from chats import realtime
from chats.reasons import Reason
from chats.row_backoff import RowBackoff

from . import serialisers
from .models import Agent, AgentContact, AgentState, AgentStateChange, RoutingProfile
from .protocol import agent_contact_state

if TYPE_CHECKING:
    from django.contrib.auth.models import User

log = logging.getLogger(__name__)
_parking = RowBackoff("presence")
Absence = RoutingProfile.Absence

ROUTING = "routing"  # the bell: somebody has room, or somebody waits
LEASE_PER_SIGN = 9  # several tabs answer every 15 s each: one write in a ninth of the lease, 5 s, is precise enough


# ---- states ----------------------------------------------------------------------------------------------------------


def set_state(agent: Agent, name: str, *, enqueue_next: bool = False, by: User | None, now: datetime) -> None:
    """Go to the state of this name; with `enqueue_next`, once no contact is open any more (Streams' enqueueNextState).

    *Next* is for leaving: a routable state counts at once, with contacts open or not. Without `enqueue_next`, an agent
    may leave a routable state while contacts are open: those contacts stay theirs.
    """
    state = state_called(name, agent.pk)
    with transaction.atomic():
        held = Agent.locked(agent.pk)
        if enqueue_next and held.load > 0 and not state.is_routable:
            _enqueue(held, state)
        elif held.state_id != state.pk or held.next_state_id is not None or held.state_is_forced:
            enter(held, state, by=by, why=Reason(), now=now)


def enter(  # noqa: PLR0913 -- whom, where, by whom, why and when, by name
    agent: Agent, state: AgentState, *, by: User | None, why: Reason, now: datetime, forced: bool = False
) -> None:
    """Enter the state now, on a `locked` agent. Entering the present state only forgets the next one. A state that is
    `forced` by a supervisor holds until the agent or a supervisor chooses another, or the same once more.
    """
    if agent.state_id == state.pk and agent.state_is_forced == forced:
        agent.enqueue(None)
        realtime.publish(agent, agent.own_seq)
        return
    AgentStateChange.objects.create(
        agent=agent,
        old_state=agent.state.name,
        new_state=state.name,
        by=by,
        why=why,
        at=now,
        lasted=now - agent.state_since,
    )
    agent.enter(state, now, forced=forced)
    realtime.publish(agent, agent.own_seq)
    if state.is_routable:
        realtime.wake(ROUTING)


def enter_next(agent: Agent, now: datetime) -> None:
    """The state that was enqueued comes into force, on a `locked` agent, once no contact is open."""
    if agent.next_state is not None and agent.load == 0:
        enter(agent, agent.next_state, by=agent.user, why=Reason("next_state"), now=now)


def offline() -> AgentState | None:
    """The state of those who are not there: the first of the type offline."""
    return AgentState.objects.filter(type=AgentState.Type.OFFLINE).first()


def not_responding() -> AgentState:
    """The state of those who let one offer after the other pass; made when there is none of this name."""
    wanted = {"type": AgentState.Type.NOT_ROUTABLE, "order": 80}
    return AgentState.objects.get_or_create(name=settings.CCP_NOT_RESPONDING, defaults=wanted)[0]


def state_called(name: str, agent_id: int) -> AgentState:
    """The state that an agent, or a supervisor for them, can choose by this name; Refusal when there is none."""
    states = {state.name: state for state in AgentState.to_choose()}
    if name in states:
        return states[name]
    known = ", ".join(states) or Reason("none_yet")
    if name == settings.CCP_NOT_RESPONDING:
        refusal = Refusal(
            "stateNotChosen",
            "“%(name)s” cannot be chosen: it comes when offers are missed. There are: %(known)s.",
            name=name,
            known=known,
        )
    else:
        refusal = Refusal(
            "stateNotFound", "There is no state “%(name)s”. There are: %(known)s.", name=name, known=known
        )
    now = Agent.objects.select_related("user", "state", "next_state", "routing_profile").get(pk=agent_id)
    raise refusal.but(agent=serialisers.agent(now))


def _enqueue(agent: Agent, state: AgentState) -> None:
    """Enqueueing the present state means: stay here after all."""
    wanted = None if state.pk == agent.state_id else state
    if agent.next_state != wanted:
        agent.enqueue(wanted)
        realtime.publish(agent, agent.own_seq)


# ---- the lease -------------------------------------------------------------------------------------------------------


def seen(agent_id: int, now: datetime) -> None:
    """A tab of this agent has answered. Not numbered: nobody's screen shows it."""
    stale = Q(seen_at=None) | Q(seen_at__lte=now - timedelta(seconds=settings.CCP_LEASE_SECONDS / LEASE_PER_SIGN))
    Agent.objects.filter(stale, pk=agent_id).update(seen_at=now)


def here(now: datetime) -> Q:
    """Agents with an open desk. A change of state is a sign of life: a desk that just opened may not have been seen. One
    that a supervisor made is none.
    Who may not sign in any more is not there, whatever their tabs say until they are closed; nor is who only finishes
    the contacts they have.
    """
    edge = now - timedelta(seconds=settings.CCP_LEASE_SECONDS)
    chose = Q(state_since__gte=edge, state_is_forced=False)
    return Q(user__is_active=True, leaves_when_done=False) & (Q(seen_at__gte=edge) | chose)


def last_sign(agent: Agent) -> datetime:
    """When there was last a sign of life of this agent. That somebody forced their state is none."""
    if agent.state_is_forced:
        return agent.seen_at or agent.idle_since
    return max(agent.state_since, agent.seen_at or agent.state_since)


def no_open_desk(seconds: float) -> Reason:
    """Why somebody who is not there is offered nothing."""
    return Reason("no_open_desk_for", seconds=f"{seconds:.1f}".removesuffix(".0"))


def sweep(now: datetime) -> int:
    """Whoever has no open desk is offered nothing, and after the grace time their routing profile says which state
    they enter; how many entered one. Contacts they serve stay theirs, until they are rescued.
    """
    return sum(steps(now))


def steps(now: datetime) -> Iterator[int]:
    """`sweep`, agent by agent."""
    yield from _end_offers_of_the_absent(now)
    absent = _to_send_away(now).values_list("pk", "state_since", "seen_at", "routing_profile__grace_seconds")
    late = [pk for pk, since, seen_at, grace in absent if _is_over(max(since, seen_at or since), grace, now)]
    yield 0
    if late and offline() is None:
        log.error("%d agents are absent, but no agent state has the type offline: make one in the admin", len(late))
        return
    yield from _parking.steps(late, lambda pk: _send_away(pk, now), now)


def _absent(now: datetime) -> QuerySet[Agent]:
    return Agent.objects.exclude(here(now)).exclude(state__type=AgentState.Type.OFFLINE)


def _to_send_away(now: datetime) -> QuerySet[Agent]:
    """By “next state” an agent leaves a routable state, and is then where they shall be. Where a supervisor put somebody, and
    nothing is offered, they stay.
    """
    goes = Q(routing_profile__absence=Absence.OFFLINE) | Q(
        routing_profile__absence=Absence.NEXT_STATE, state__type=AgentState.Type.ROUTABLE
    )
    stays = Q(state_is_forced=True) & ~Q(state__type=AgentState.Type.ROUTABLE)
    return _absent(now).filter(goes).exclude(stays).select_related("routing_profile")


def _patience(agent: Agent) -> float:
    """Seconds without a sign of life until the state changes."""
    return float(settings.CCP_LEASE_SECONDS) + agent.routing_profile.grace_seconds


def _is_late(agent: Agent, now: datetime) -> bool:
    return _is_over(last_sign(agent), agent.routing_profile.grace_seconds, now)


def _is_over(last: datetime, grace: float, now: datetime) -> bool:
    patience = float(settings.CCP_LEASE_SECONDS) + grace
    return (now - last).total_seconds() > patience


def _send_away(pk: int, now: datetime) -> bool:
    with transaction.atomic():
        agent = Agent.locked(pk)
        if not _to_send_away(now).filter(pk=pk).exists() or not _is_late(agent, now):
            return False  # a tab answered while we waited for the lock
        state = _state_when_absent(agent)
        if state is None:
            return False
        why = no_open_desk(_patience(agent))
        enter(agent, state, by=None, why=why, now=now)
    log.warning("%s goes %s: %s", agent, state, why)
    return True


def _state_when_absent(agent: Agent) -> AgentState | None:
    profile = agent.routing_profile
    if profile.absence == Absence.NEXT_STATE:
        return agent.next_state or profile.absence_state or offline()
    return offline()


def _end_offers_of_the_absent(now: datetime) -> Iterator[int]:
    """Nobody will answer them: routing gives them to somebody else at once."""
    offers = Q(agent_contacts__state=agent_contact_state.State.CONNECTING, agent_contacts__expires_at__gt=now)
    absent = Agent.objects.exclude(here(now)).filter(offers).distinct()
    yield from _parking.steps(list(absent.values_list("pk", flat=True)), lambda pk: _end_offers(pk, now), now)


@transaction.atomic
def _end_offers(pk: int, now: datetime) -> bool:
    agent = Agent.locked(pk)
    if Agent.objects.filter(here(now), pk=pk).exists():
        return False
    why = no_open_desk(settings.CCP_LEASE_SECONDS)
    for part in AgentContact.objects.select_related("contact__conversation", "contact__queue").filter(
        agent=agent, state=agent_contact_state.State.CONNECTING
    ):
        part.agent = agent
        part.expire_now(now, why)
        realtime.publish(part)
    realtime.wake(ROUTING)
    return True
