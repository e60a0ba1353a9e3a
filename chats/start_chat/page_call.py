"""What every call of a customer's page goes through: the website's origin, the body, and refusals the page may read."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import InterfaceError, OperationalError

from chats.client_address import client_address
from chats.http_body import read_body

from .start_chat_contract import MAX_BODY_BYTES, ChatRefused, cors, preflight, require_origin

if TYPE_CHECKING:
    from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope

log = logging.getLogger(__name__)

RESTS = 5  # seconds after which a page shall try again when Connect or the database is away or busy
Work = Callable[[bytes, str | None, str], Awaitable[dict[str, Any]]]  # body, the caller's address, origin


async def answer_page(scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable, work: Work) -> None:
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
        status, more, told = 200, {}, await _in_reach(work, body, _address(scope, headers), origin)
    except ChatRefused as error:
        log.warning(
            "Refused %s to a page of %s: %s (%s)", scope["path"][:80], origin or "nobody", error.code, error.message
        )
        status, more, told = error.status, _about(error), error.answer
    await _send(send, status, {**cors(origin, allowed), **more}, json.dumps(told).encode())


def refusal_headers(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """For who refuses a body before it comes here (ccp_portal.bodies): without them no page could read why."""
    origin = next((value.decode("latin-1") for name, value in headers if name.lower() == b"origin"), "")
    return cors(origin, settings.CCP_START_CHAT_ORIGINS)


def later(message: str) -> ChatRefused:
    return ChatRefused(503, "Unavailable", message, RESTS)


async def _in_reach(work: Work, body: bytes, address: str | None, origin: str) -> dict[str, Any]:
    try:
        return await work(body, address, origin)
    except (OperationalError, InterfaceError) as error:
        log.error("A page got no answer, the database is away: %s", error)  # noqa: TRY400 -- the line says all
        raise later("Chats cannot be started at the moment. Please try again.") from None


def _require_post(method: str) -> None:
    if not settings.CCP_START_CHAT_ORIGINS:
        raise ChatRefused(404, "SwitchedOff", "No website may start chats here: CCP_START_CHAT_ORIGINS is empty.")
    if method != "POST":
        raise ChatRefused(405, "OnlyPost", "A page asks by POST.")


def _address(scope: HTTPScope, headers: dict[str, str]) -> str | None:
    peer = scope.get("client")
    forwarded = headers.get("x-forwarded-for", "")
    return client_address(peer[0] if peer else "", forwarded, behind_proxy=settings.CCP_BEHIND_PROXY)


def _about(error: ChatRefused) -> dict[str, str]:
    about = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    return about | ({"Allow": "POST, OPTIONS"} if error.status == 405 else {})


async def _send(send: ASGISendCallable, status: int, about: dict[str, str], body: bytes) -> None:
    kept = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Cache-Control": "no-store", **about}
    headers = [(name.lower().encode(), value.encode()) for name, value in kept.items()]
    await send({"type": "http.response.start", "status": status, "headers": headers, "trailers": False})
    await send({"type": "http.response.body", "body": body, "more_body": False})
