"""The groups that come with the portal, and what each of them may do. An administrator may change them like any group.

A group that exists keeps what it has: a role is given its permissions when it is made (by a migration, or by `make`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import apps as current_apps

ACTS = ("whisper", "barge_in", "take_over", "assign_contacts", "end_contacts", "manage_agents", "answer_help")
READS = ("view_contact", "view_conversation", "view_note", "view_transfer", "view_auditentry", "view_watch")
ROLES: dict[str, Sequence[str]] = {
    "Agents": (),
    "Team leads": ("view_floor", "supervise_team", *ACTS),
    "Supervisors": ("view_floor", "supervise_team", *ACTS),
    "Auditors": ("view_floor", *READS),
}
ADMINS = "Admins"  # everything of these apps
ADMINISTERED = ("agents", "chats", "auth")


def make(name: str, apps: Any = current_apps) -> Any:
    """The group of this role; made with its permissions when there is none. `apps`: a migration's."""
    group, made = apps.get_model("auth", "Group").objects.get_or_create(name=name)
    if made:
        grant(group, apps)
    return group


def lacks_all(group: Any) -> bool:
    """Whether this role's group has nothing of its role: it was made before there were roles, for something else."""
    role = _of_role(group, current_apps)
    return role.exists() and not role.filter(group=group).exists()


def grant(group: Any, apps: Any = current_apps) -> None:
    """Give a role's group the permissions of its role."""
    group.permissions.add(*_of_role(group, apps))


def _of_role(group: Any, apps: Any) -> Any:
    found = apps.get_model("auth", "Permission").objects.filter(content_type__app_label__in=ADMINISTERED)
    return found if group.name == ADMINS else found.filter(codename__in=ROLES[group.name])
