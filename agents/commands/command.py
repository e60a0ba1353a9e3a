"""What a command is, who calls it, and the permissions there are. agents/commands/__init__.py has the table."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.contrib.auth.models import User

from agents.desk import lookups
from agents.models import Agent
from agents.protocol import Done, StrictModel
from agents.protocol.refusals import Refusal
from agents.supervision import scope
from chats.db import db_read

Answer = dict[str, Any] | None


@dataclass
class Caller:
    """Who calls commands: a signed-in user, and the agent they are. It lives as long as their connection."""

    user: User
    agent: Agent | None = None
    session_key: str = ""  # of the session they signed in to: what they are given ends with it
    _last: dict[tuple[str, str], float] = field(default_factory=dict)

    @property
    def at_desk(self) -> Agent:
        """The agent; Refusal when this user has no desk."""
        if self.agent is None:
            raise Refusal("notAnAgent", "You have no desk: an administrator can make you an agent.")
        return self.agent

    def is_due(self, what: str, contact_id: str, seconds: float) -> bool:
        """Whether this was not done for the contact within so many seconds; then it counts as done now."""
        now = time.monotonic()
        if now - self._last.get((what, contact_id), -seconds) < seconds:
            return False
        self._last[what, contact_id] = now
        return True


class Permission(Enum):
    """Who may call a command. It is checked before the command's function runs."""

    USER = "whoever is signed in"
    AGENT = "an agent at their desk"
    HAS_PART = "an agent who has, or had, a part in the contact"
    ON_DESK = "an agent with the contact on their desk"
    SERVES = "the agent who serves the contact"
    SEES = "whoever may see the contact (transcripts.visible_to)"
    # Supervisors: a Django permission (DJANGO_PERMISSIONS), for what is in their scope (supervision.scope).
    VIEW_FLOOR = "whoever may open the floor (scope.may_see_floor)"
    HIDES = "whoever may watch without being shown"
    WHISPERS = "whoever may whisper to the agent"
    BARGES_IN = "whoever may write to the customer"
    TAKES_OVER = "whoever may take over contacts"
    ASSIGNS_CONTACTS = "whoever may reassign and requeue contacts and set their priority"
    ENDS_CONTACTS = "whoever may end contacts and clear stuck ones"
    MANAGES_AGENTS = "whoever may force states, sign agents out, set capacity and queues"
    ANSWERS_HELP = "whoever may answer requests for help"

    async def check(self, caller: Caller, params: StrictModel) -> None:
        """Refusal when the caller may not.

        Who serves a contact can change at any time: the command's function checks that under the contact's lock
        (desk.serving.lock_served), and a look before would only cost a query for each message. A verb on several
        (`contact_ids`, `agent_ids`) checks each of them itself, by the same scope.
        """
        if self in OF_AGENTS:
            agent = caller.at_desk
            if self in {Permission.HAS_PART, Permission.ON_DESK}:
                find: Callable[[int, str], object] = (
                    lookups.check_has_part if self is Permission.HAS_PART else lookups.on_desk
                )
                await db_read(find)(agent.user_id, getattr(params, "contact_id", ""))
        elif self is not Permission.USER:
            await db_read(self._check_supervises)(caller, params)

    def _check_supervises(self, caller: Caller, params: StrictModel) -> None:
        user = scope.current(caller.user)  # rights may have changed since the socket was opened
        needed = DJANGO_PERMISSIONS.get(self)
        allowed = scope.may_see_floor(user) if self is Permission.VIEW_FLOOR else not needed or user.has_perm(needed)
        if not allowed:
            raise Refusal("notPermitted", "You may not do that: an administrator can give you the permission.")
        scope.check(user, **{one: getattr(params, one, None) for one in ("contact_id", "agent_id", "queue_id")})


OF_AGENTS = {Permission.AGENT, Permission.HAS_PART, Permission.ON_DESK, Permission.SERVES}
DJANGO_PERMISSIONS = {
    Permission.HIDES: "agents.view_floor_hidden",
    Permission.WHISPERS: "agents.whisper",
    Permission.BARGES_IN: "agents.barge_in",
    Permission.TAKES_OVER: "agents.take_over",
    Permission.ASSIGNS_CONTACTS: "agents.assign_contacts",
    Permission.ENDS_CONTACTS: "agents.end_contacts",
    Permission.MANAGES_AGENTS: "agents.manage_agents",
    Permission.ANSWERS_HELP: "agents.answer_help",
}


@dataclass(frozen=True)
class Command:
    """One verb. `function` gets the caller and the parameters; `then` goes on beside, after it has succeeded."""

    params: type[StrictModel]
    permission: Permission
    function: Callable[[Any, Any], Awaitable[Answer]]
    answer: type[StrictModel] = Done
    then: Callable[[Caller, Any], Awaitable[None]] | None = None
    waits_for_aws: bool = False  # it holds up no other request of the same connection

    async def call(self, caller: Caller, params: StrictModel) -> Answer:
        """Do it, if the caller may. Refusal when not, or when it cannot be done now."""
        await self.permission.check(caller, params)
        return await self.function(caller, params)
