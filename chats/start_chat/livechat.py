"""POST /livechat: starts a chat for a page of a customer, for who has no API Gateway with deploy/start_chat_lambda.py.

An ASGI application of its own, which ccp_portal.asgi puts in front of Django: a call of Amazon Connect may take seconds,
and none of the places for pages is held meanwhile. Off until CCP_START_CHAT_ORIGINS names the websites.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import InterfaceError, OperationalError

from chats import connect, refused_calls
from chats.client_address import client_address
from chats.http_body import read_body

from . import limits
from .start_chat_contract import MAX_BODY_BYTES, ChatRefused, Rules, answer, cors, preflight, read, require_origin

if TYPE_CHECKING:
    from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope

log = logging.getLogger(__name__)

PATHS = ("/livechat", "/livechat/")
MOST_UNDER_WAY = 100  # chats that are being started in this process
CONNECT_RESTS = 5  # seconds after which a page shall try again when Connect is away or busy
_under_way = 0


async def asgi_app(scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    origin, allowed = headers.get("origin", ""), settings.CCP_START_CHAT_ORIGINS
    if scope["method"] == "OPTIONS":
        await _send(send, 204, preflight(origin, allowed), b"")
        return
    try:
        _require_post(scope["method"])
        require_origin(origin, allowed)
        body = await read_body(receive, MAX_BODY_BYTES)
        if body is None:
            return
        status, more, told = 200, {}, await _in_bounds(body, _address(scope, headers), origin)
    except ChatRefused as error:
        log.warning("No chat for a page of %s: %s (%s)", origin or "nobody", error.code, error.message)
        status, more, told = error.status, _about(error), error.answer
    await _send(send, status, {**cors(origin, allowed), **more}, json.dumps(told).encode())


def refusal_headers(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """For who refuses a body before it comes here (ccp_portal.bodies): without them no page could read why."""
    origin = next((value.decode("latin-1") for name, value in headers if name.lower() == b"origin"), "")
    return cors(origin, settings.CCP_START_CHAT_ORIGINS)


async def _in_bounds(body: bytes, address: str | None, origin: str) -> dict[str, Any]:
    global _under_way
    if _under_way >= MOST_UNDER_WAY:
        raise _later("Too many chats are being started at the moment. Please try again.")
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
        raise ChatRefused(429, "TooManyChats", message, CONNECT_RESTS) from None
    except connect.Unavailable as error:
        log.error("A chat was not started: %s", error)  # noqa: TRY400 -- the line says all
        raise _later("Chats cannot be started at the moment. Please try again.") from None
    except (OperationalError, InterfaceError) as error:
        log.error("A chat was not started, the database is away: %s", error)  # noqa: TRY400 -- as above
        raise _later("Chats cannot be started at the moment. Please try again.") from None
    except connect.Refused as error:
        raise await _refused(error) from None
    return answer(result, params, rules)


async def _refused(error: connect.Refused) -> ChatRefused:
    """What Connect says of a flow or a contact is the page's to mend; what our role lacks is ours, and not told outside."""
    await refused_calls.keep(error)
    if error.permission:
        return _later("Chats cannot be started at the moment. Please try again.")
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


def _require_post(method: str) -> None:
    if not settings.CCP_START_CHAT_ORIGINS:
        raise ChatRefused(404, "SwitchedOff", "No website may start chats here: CCP_START_CHAT_ORIGINS is empty.")
    if method != "POST":
        raise ChatRefused(405, "OnlyPost", "A chat is started by POST.")


def _address(scope: HTTPScope, headers: dict[str, str]) -> str | None:
    peer = scope.get("client")
    forwarded = headers.get("x-forwarded-for", "")
    return client_address(peer[0] if peer else "", forwarded, behind_proxy=settings.CCP_BEHIND_PROXY)


def _about(error: ChatRefused) -> dict[str, str]:
    about = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    return about | ({"Allow": "POST, OPTIONS"} if error.status == 405 else {})


def _later(message: str) -> ChatRefused:
    return ChatRefused(503, "Unavailable", message, CONNECT_RESTS)


async def _send(send: ASGISendCallable, status: int, about: dict[str, str], body: bytes) -> None:
    kept = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Cache-Control": "no-store", **about}
    headers = [(name.lower().encode(), value.encode()) for name, value in kept.items()]
    await send({"type": "http.response.start", "status": status, "headers": headers, "trailers": False})
    await send({"type": "http.response.body", "body": body, "more_body": False})
