"""Closes and opens accounts, with a choice of what becomes of the contacts an agent has. Called by the admin.

Nobody closes their own account, nor the last one that could open it again.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from agents import presence
from agents.models import Agent, AgentContact, RoutingProfile
from agents.protocol import agent_contact_state
from agents.routing import forced_states
from agents.routing.interventions import Intervention
from chats import audit, realtime, transcripts
from chats.models import AuditAction

from . import actions

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Outcome = dict[str, Any]


class OpenContacts(StrEnum):
    """What becomes of the contacts of an agent whose account is closed."""

    REQUEUE = "requeue"
    COLLEAGUE = "colleague"
    WAIT = "wait"


def admins() -> QuerySet[User]:
    """Who can open accounts in the admin."""
    right = {"codename": "change_user", "content_type__app_label": "auth"}
    by_group = Q(**{f"groups__permissions__{name}": value for name, value in right.items()})
    by_person = Q(**{f"user_permissions__{name}": value for name, value in right.items()})
    people = get_user_model().objects.filter(is_active=True, is_staff=True)
    return people.filter(Q(is_superuser=True) | by_group | by_person).distinct()


class AccountNeeded(Exception):
    """Who would be shut out; the sentence is for the page."""


def check_not_needed(by: User, *people: User) -> None:
    """AccountNeeded when `by` would shut themselves, or everybody, out of the admin by taking it from these people."""
    gone = {person.pk for person in people}
    if by.pk in gone:
        raise AccountNeeded(_("This is your own account: another administrator has to do it."))
    if admins().filter(pk__in=gone).exists() and not admins().exclude(pk__in=gone).exists():
        raise AccountNeeded(_("Nobody else can manage accounts: make another administrator first."))


def deactivate(act: Intervention, person: User, what: OpenContacts, colleague: str = "") -> list[Outcome]:
    """What became of each contact: {contactId, outcome} or {contactId, refusal}. `colleague`: the key of an agent."""
    with transaction.atomic():
        _hold_admins()
        check_not_needed(act.by, person)
    agent = Agent.objects.filter(user=person).first()
    if agent is None:
        _close(person)
        return []
    given = _give_away(act, agent, colleague) if what == OpenContacts.COLLEAGUE else []
    with transaction.atomic():
        _hold_admins()
        check_not_needed(act.by, person)
        if what == OpenContacts.WAIT and served_by(agent):
            outcomes = forced_states.retire(agent.pk, act)
            audit.record(AuditAction.RIGHTS_CHANGED, act.by, user=person, reason=act.reason, is_active="when done")
        else:
            outcomes = forced_states.sign_out(agent.pk, act, requeue=True)
            _close(person)
    return [*given, *({**one} for one in outcomes)]


def activate(person: User) -> None:
    """The account is open again, or is not to be closed any more."""
    with transaction.atomic():
        agent = Agent.objects.filter(user=person).first()
        if agent is not None:
            held = Agent.locked(agent.pk)
            if held.leaves_when_done:
                held.leave_when_done(False)
                realtime.publish(held, held.own_seq)
        fresh = get_user_model().objects.get(pk=person.pk)
        if not fresh.is_active:
            fresh.is_active = True
            fresh.save(update_fields=["is_active"])


def give_desk(person: User, profile: RoutingProfile, capacity: int | None = None) -> None:
    """Makes somebody an agent, who begins offline; nothing while no agent state is an offline one."""
    state = presence.offline()
    if state is not None:
        Agent.objects.create(user=person, routing_profile=profile, capacity_override=capacity, state=state)


def served_by(agent: Agent) -> list[str]:
    """The ids of the contacts that this agent serves now."""
    served = AgentContact.objects.filter(agent=agent, state=agent_contact_state.State.CONNECTED)
    return list(served.order_by("accepted_at", "pk").values_list("contact", flat=True))


def _hold_admins() -> None:
    """Two administrators who close each other's accounts do it one after the other."""
    held = admins().values("pk")
    list(get_user_model().objects.select_for_update().filter(pk__in=held).order_by("pk").values_list("pk"))


def _give_away(act: Intervention, agent: Agent, colleague: str) -> list[Outcome]:
    results = actions.reassign_to_agent(act, served_by(agent), colleague, {}, over_capacity=False)
    return [_outcome(one) for one in results]


def _outcome(result: dict[str, Any]) -> Outcome:
    if result["ok"]:
        return {"contactId": result["id"], "outcome": "given"}
    return {"contactId": result["id"], "refusal": result["refusal"]["why"]}


def _close(person: User) -> None:
    fresh = get_user_model().objects.get(pk=person.pk)
    fresh.is_active = False
    fresh.save(update_fields=["is_active"])  # what follows is absent_agents.account_changed's
    transcripts.end_sessions(person.pk)
