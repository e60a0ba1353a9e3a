"""The command that gives an agent's page a connection token (Streams' getConnectionToken and createTransport)."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from agents.desk import connection_tokens
from agents.protocol import ContactParams
from chats.db import db_read
from chats.wire import iso

from .command import Caller


async def connection_token(caller: Caller, params: ContactParams) -> dict[str, Any]:
    issue = db_read(connection_tokens.issue)
    token, expires = await issue(caller.at_desk.user_id, params.contact_id, caller.session_key, timezone.now())
    return {"token": token, "expires": iso(expires)}
