"""Commands that hand a contact on to a colleague or a queue."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from agents import routing
from agents.protocol import ContactParams, NoParams, TransferContact
from chats.db import db_read, db_write

from .command import Caller


async def endpoints(caller: Caller, _params: NoParams) -> dict[str, Any]:
    return {"endpoints": await db_read(routing.endpoints.listed)(caller.at_desk, timezone.now())}


async def transfer(caller: Caller, params: TransferContact) -> None:
    endpoint = routing.endpoints.Ref(params.endpoint.type, params.endpoint.id)
    what = (params.contact_id, endpoint, params.comment)
    await db_write(routing.transfers.transfer)(caller.at_desk, *what, timezone.now())


async def cancel(caller: Caller, params: ContactParams) -> None:
    await db_write(routing.transfers.cancel)(caller.at_desk, params.contact_id, timezone.now())
