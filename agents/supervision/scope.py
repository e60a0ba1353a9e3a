"""Whom and what a supervisor sees: agents, queues, and the contacts of their teams. The one answer, for pages and sockets.

Contacts are `transcripts.visible_to`, which asks `TeamContacts` here. An agent is visible to who reads a queue that the
agent serves, or supervises a team that the agent is in; `chats.view_contact` shows everybody.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from agents.models import Agent, Team
from agents.protocol.refusals import Refusal
from chats import participation, transcripts
from chats.models import Contact, Queue

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User

SUPERVISE_TEAM = "supervise_team"


def current(user: User) -> User:
    """This person as the rows are now: a User object keeps the permissions that it was first asked for."""
    found = get_user_model().objects.filter(pk=user.pk, is_active=True).first()
    if found is None:
        raise Refusal("notPermitted", "Your account is not active any more.")
    return found


def check(
    user: User, *, contact_id: str | None = None, agent_id: str | None = None, queue_id: str | None = None
) -> None:
    """Refusal when one of these is out of the user's scope: the same as when there is none of that id."""
    if contact_id is not None and not transcripts.visible_to(user).filter(pk=contact_id).exists():
        raise _no_contact()
    if agent_id is not None:
        agent(user, agent_id)
    if queue_id is not None:
        queue(user, queue_id)


def lock_contact(user: User, contact_id: str) -> Contact:
    """The contact, locked, with the scope asked under its lock: it may have been handed on since it was checked."""
    contact = participation.lock_contacts([contact_id]).get(contact_id)
    if contact is None or not transcripts.visible_to(current(user)).filter(pk=contact_id).exists():
        raise _no_contact()
    return contact


def lock_agent(user: User, agent_id: str) -> Agent:
    """The agent, locked, with the scope asked under their lock."""
    Agent.objects.select_for_update().filter(key__in=_uuids(agent_id)).first()
    return Agent.locked(agent(user, agent_id).pk)


def agent(user: User, agent_id: str) -> Agent:
    """This agent, whom the user sees; Refusal when there is none."""
    found = agents_visible_to(user).select_related("user", "state", "routing_profile")
    seen = found.filter(key__in=_uuids(agent_id)).first()
    if seen is None:
        raise no_agent()
    return seen


def queue(user: User, queue_id: str) -> Queue:
    """This queue, which the user sees; Refusal when there is none."""
    seen = queues_visible_to(user).filter(pk__in=_numbers(queue_id)).first()
    if seen is None:
        raise Refusal("queueNotFound", "There is no such queue, or you may not see it.")
    return seen


def no_agent() -> Refusal:
    return Refusal("agentNotFound", "There is no such agent, or you may not see them.")


def _no_contact() -> Refusal:
    return Refusal("contactNotFound", "There is no such contact, or you may not see it.")


def _uuids(text: str) -> list[uuid.UUID]:
    try:
        return [uuid.UUID(text)]
    except ValueError:
        return []


def _numbers(text: str) -> list[int]:
    return [int(text)] if text.isascii() and text.isdecimal() and len(text) < 19 else []


def may_see_floor(user: User) -> bool:
    """Whether the floor is open to them; what it shows is up to their scope."""
    return user.has_perm("agents.view_floor") or user.has_perm("chats.view_contact") or _reads_a_queue(user)


def supervises(user: User) -> bool:
    """Whether the floor is their place. A superuser has every permission without being given one, and is at home in
    the admin; the floor is open to them.
    """
    return _reads_a_queue(user) or (not user.is_superuser and may_see_floor(user))


def _reads_a_queue(user: User) -> bool:
    return user.is_active and Queue.objects.filter(readers__in=user.groups.values("pk")).exists()


def agents_visible_to(user: User | AnonymousUser) -> QuerySet[Agent]:
    agents = Agent.objects.all()
    if not user.is_authenticated or not user.is_active:
        return agents.none()
    if user.has_perm("chats.view_contact"):
        return agents
    read = Queue.objects.filter(readers__in=user.groups.values("pk"))
    served = Q(routing_profile__in=_profiles_serving(read))
    return agents.filter(served | Q(user__in=_members_supervised(user)))


def queues_visible_to(user: User | AnonymousUser) -> QuerySet[Queue]:
    """Those whose contacts they read, and those that the agents of their teams serve."""
    queues = Queue.objects.all()
    if not user.is_authenticated or not user.is_active:
        return queues.none()
    if user.has_perm("chats.view_contact"):
        return queues
    team = Agent.objects.filter(user__in=_members_supervised(user)).values("routing_profile")
    visible = Q(readers__in=user.groups.values("pk")) | Q(profile_queues__routing_profile__in=team)
    return queues.filter(pk__in=queues.filter(visible).values("pk"))


def teams_visible_to(user: User | AnonymousUser) -> QuerySet[Team]:
    """The teams they supervise; all with the permission to view contacts."""
    teams = Team.objects.select_related("group").order_by("group__name")
    if not user.is_authenticated or not user.is_active:
        return teams.none()
    if user.has_perm("chats.view_contact"):
        return teams
    return teams.filter(group__in=_groups_supervised(user))


def _profiles_serving(queues: QuerySet[Queue]) -> QuerySet[Any, Any]:
    return queues.filter(profile_queues__isnull=False).values("profile_queues__routing_profile")


def _groups_supervised(user: User) -> QuerySet[Any, Any]:
    """Ids of the groups that are teams this user supervises: none without the permission."""
    teams = user.groups.filter(team__isnull=False) if user.has_perm(f"agents.{SUPERVISE_TEAM}") else user.groups.none()
    return teams.values("pk")


def _members_supervised(user: User) -> QuerySet[Any, Any]:
    return get_user_model().objects.filter(groups__in=_groups_supervised(user)).values("pk")


class TeamContacts:
    """What of visibility depends on teams (transcripts.ContactScope)."""

    def contacts(self, user: User) -> Q:
        """Of a conversation: whoever supervises a team sees what its members own."""
        if not user.has_perm(f"agents.{SUPERVISE_TEAM}"):
            return Q()
        return Q(contacts__owner__in=_members_supervised(user))

    def versions(self, users: Collection[User]) -> Mapping[int, str]:
        """Who is in the teams of those who supervise one. The users' groups and permissions are prefetched."""
        leads = [user for user in users if _may_supervise_team(user)]
        if not leads:
            return {}
        members = _members_of({group.pk for user in leads for group in user.groups.all()})
        return {user.pk: str(sorted((g.pk, members.get(g.pk, ())) for g in user.groups.all())) for user in leads}


def _may_supervise_team(user: User) -> bool:
    given = [user.user_permissions.all(), *(group.permissions.all() for group in user.groups.all())]
    return any(permission.codename == SUPERVISE_TEAM for some in given for permission in some)


def _members_of(groups: Collection[int]) -> Mapping[int, Sequence[int]]:
    """The users of those of these groups that are teams, in one query."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = Team.objects.filter(group__in=groups).order_by("group", "group__user")
    for group, user in rows.values_list("group", "group__user"):
        found[group].append(user or 0)  # 0: a team without members is a team all the same
    return found
