"""Commands that say something to the customer: messages, typing and receipts."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from agents.desk import events, messages
from agents.protocol import OutboundMessageParams, SendEvent, SendMessage
from agents.protocol.refusals import Refusal
from chats import serialisers, wire
from chats.connect import Refused, Unavailable
from chats.db import db_read, db_write
from chats.models import OutboundMessage
from chats.outbox import Message
from chats.sending import rate

from .command import Caller

TYPING_EVERY = 3.0  # seconds: Connect allows 10 messages and events a second for the whole instance


async def send(caller: Caller, params: SendMessage) -> dict[str, Any]:
    text = (params.message, params.content_type, params.client_token)
    return _sent(await messages.send(Message(caller.user.pk, params.contact_id, *text)))


async def retry(caller: Caller, params: OutboundMessageParams) -> dict[str, Any]:
    return _sent(await db_write(messages.retry)(caller.user.pk, params.contact_id, params.client_token))


async def discard(caller: Caller, params: OutboundMessageParams) -> None:
    await db_write(messages.discard)(caller.user.pk, params.contact_id, params.client_token)


async def send_event(caller: Caller, params: SendEvent) -> None:
    """A receipt is recorded here; typing goes out afterwards, in `send_typing`."""
    events.check_event(params.content_type)
    if params.content_type == wire.READ:
        await db_write(events.mark_read)(caller.user.pk, params.contact_id, _message_id(params.content))


async def send_typing(caller: Caller, params: SendEvent) -> None:
    """Now or not at all: typing is worth nothing later."""
    if params.content_type == wire.TYPING and caller.is_due("typing", params.contact_id, TYPING_EVERY):
        await db_read(events.broadcast_typing)(caller.user.pk, params.contact_id)
        if not await rate.has_room():  # messages need what Connect takes
            return
        with contextlib.suppress(Refusal, Refused, Unavailable):
            controller = await db_read(events.media_controller)(caller.user.pk, params.contact_id)
            await controller.send_typing()


def _message_id(content: str | None) -> str:
    try:
        message_id = json.loads(content or "")["messageId"]
    except (ValueError, KeyError, TypeError):
        message_id = None
    if not isinstance(message_id, str) or not message_id:
        raise Refusal("messageNotFound", 'The content of a receipt is {"messageId": "<Id of the message>"}.')
    return message_id


def _sent(outgoing: OutboundMessage) -> dict[str, Any]:
    return {"clientToken": outgoing.client_token, "state": serialisers.outbound_state(outgoing)}
