"""Commands on the agent's own state, and on that of colleagues."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from agents import presence
from agents.desk import colleagues, configuration
from agents.protocol import NoParams, SetAgentState
from chats.db import db_read, db_write

from .command import Caller


async def set_agent_state(caller: Caller, params: SetAgentState) -> None:
    await db_write(presence.set_state)(
        caller.at_desk, params.state, enqueue_next=params.enqueue_next_state, by=caller.user, now=timezone.now()
    )


async def get_configuration(caller: Caller, _params: NoParams) -> dict[str, Any]:
    return await db_read(configuration.of)(caller.at_desk.pk)


async def get_colleagues(caller: Caller, _params: NoParams) -> dict[str, Any]:
    return {"colleagues": await db_read(colleagues.of)(caller.at_desk)}
