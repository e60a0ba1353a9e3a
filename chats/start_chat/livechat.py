"""POST /livechat: starts a chat for a page of a customer, for who has no API Gateway with deploy/start_chat_lambda.py.

An ASGI application of its own, which ccp_portal.asgi puts in front of Django: a call of Amazon Connect may take seconds,
and none of the places for pages is held meanwhile. Off until CCP_START_CHAT_ORIGINS names the websites.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.conf import settings

from chats import connect, refused_calls

from . import limits
from .page_call import RESTS, answer_page, later
from .start_chat_contract import ChatRefused, Rules, answer, read
from .widget_calls import chat_key

if TYPE_CHECKING:
    from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope

log = logging.getLogger(__name__)

PATHS = ("/livechat", "/livechat/")
MOST_UNDER_WAY = 100  # chats that are being started in this process
_under_way = 0


async def asgi_app(scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    await answer_page(scope, receive, send, _in_bounds)


async def _in_bounds(body: bytes, address: str | None, origin: str) -> dict[str, Any]:
    global _under_way
    if _under_way >= MOST_UNDER_WAY:
        raise later("Too many chats are being started at the moment. Please try again.")
    _under_way += 1
    try:
        return await _start(body, address, origin)
    finally:
        _under_way -= 1


async def _start(body: bytes, address: str | None, origin: str) -> dict[str, Any]:
    rules = _rules()
    params = read(body, rules)
    try:
        await limits.take(address, origin)
        with connect.calls_for(connect.Purpose.STARTING):
            result = await connect.control("start_chat_contact", **_without_instance(params))
    except (connect.Throttled, connect.QuotaReached) as error:
        log.warning("A chat was not started: %s", error)
        message = "All lines are busy at the moment. Please try again in a minute."
        raise ChatRefused(429, "TooManyChats", message, RESTS) from None
    except connect.Unavailable as error:
        log.error("A chat was not started: %s", error)  # noqa: TRY400 -- the line says all
        raise later("Chats cannot be started at the moment. Please try again.") from None
    except connect.Refused as error:
        raise await _refused(error) from None
    told = answer(result, params, rules)
    told["data"]["chatKey"] = chat_key(result["ContactId"])
    return told


async def _refused(error: connect.Refused) -> ChatRefused:
    """What Connect says of a flow or a contact is the page's to mend; what our role lacks is ours, and not told outside."""
    await refused_calls.keep(error)
    if error.permission:
        return later("Chats cannot be started at the moment. Please try again.")
    status = 404 if error.code == "ResourceNotFoundException" else 400
    return ChatRefused(status, error.code, f"Amazon Connect does not start this chat: {error.message or error.code}")


def _rules() -> Rules:
    return Rules(
        instance_id=settings.CCP_INSTANCE_ID,
        flows=tuple(settings.CCP_START_CHAT_FLOWS),
        minutes=settings.CCP_START_CHAT_MINUTES,
        attributes=tuple(settings.CCP_START_CHAT_ATTRIBUTES),
        persistent=settings.CCP_START_CHAT_PERSISTENT,
        attachments=settings.CCP_START_CHAT_FILES,
    )


def _without_instance(params: dict[str, Any]) -> dict[str, Any]:
    """`connect.control` adds our own."""
    return {name: value for name, value in params.items() if name != "InstanceId"}
