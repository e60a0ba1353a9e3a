"""Commands on the agent's own state."""

from __future__ import annotations

from django.utils import timezone

from agents import presence
from agents.protocol import SetAgentState
from chats.db import db_write

from .command import Caller


async def set_agent_state(caller: Caller, params: SetAgentState) -> None:
    await db_write(presence.set_state)(
        caller.at_desk, params.state, enqueue_next=params.enqueue_next_state, by=caller.user, now=timezone.now()
    )
