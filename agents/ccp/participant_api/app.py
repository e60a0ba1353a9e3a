"""`/participant/…` over HTTP: reads a request of ChatJS or an AWS SDK, asks the operation, answers as Amazon Connect does.

An ASGI application of its own, in front of Django (ccp_portal.asgi): every message of a page of others comes through here.
What the SDK signs is signed with no key, so that `Authorization` says nothing; `X-Amz-Bearer` is who calls.
"""

from __future__ import annotations

import json
import logging
import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import DatabaseError
from django.http.request import validate_host
from pydantic import ValidationError

from agents.ccp import origins
from agents.protocol.refusals import Refusal
from agents.sockets.connection import NO_CHARACTER
from chats.connect import Refused, Unavailable
from chats.http_body import read_body

from . import callers, cors
from .errors import ParticipantError, denied, of_refusal
from .operations import OPERATIONS, RECENT
from .urls import Urls

if TYPE_CHECKING:
    from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope

log = logging.getLogger(__name__)
PATHS = tuple(OPERATIONS)
MAX_BODY_BYTES = 131_072  # a message of 16,384 bytes as JSON, which may write six for one


async def asgi_app(scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    origin = headers.get("origin", "")
    if scope["method"] == "OPTIONS":
        await _send(send, 204, cors.preflight(origin), b"")
        return
    body = await read_body(receive, MAX_BODY_BYTES)
    if body is None:
        return
    try:
        status, told, more = 200, await _answer(scope, headers, body), {}
    except ParticipantError as error:
        log.info("%s: %s (%s)", scope["path"], error.kind, error.message)
        status, told, more = error.status, {"Message": error.message}, {"x-amzn-errortype": error.kind}
    about = {**cors.headers(origin), **more, "x-amzn-requestid": str(uuid.uuid4())}
    await _send(send, status, about, json.dumps(told, ensure_ascii=False).encode())


def refusal(headers: list[tuple[bytes, bytes]], status: int, why: str) -> tuple[str, str, dict[str, str]]:
    """The body, its type and the headers for who refuses before it comes here (ccp_portal.bodies)."""
    origin = next((value.decode("latin-1") for name, value in headers if name.lower() == b"origin"), "")
    kind = "ValidationException" if status == 413 else "InternalServerException"
    return json.dumps({"Message": why}), "application/json", {**cors.headers(origin), "x-amzn-errortype": kind}


async def _answer(scope: HTTPScope, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    origin = headers.get("origin", "")
    if origin and not origins.allowed(origin):
        raise denied("This page may not call the participant API: its origin is not among the allowed ones.")
    if not validate_host(headers.get("host", "").rpartition(":")[0] or headers.get("host", ""), _hosts()):
        raise denied("The portal is not called so.")
    if scope["method"] != "POST":
        raise ParticipantError("ValidationException", "Operations are asked for by POST.")
    model, operation = OPERATIONS[scope["path"]]
    speaker = await callers.speaker(headers.get("x-amz-bearer", ""), recent=scope["path"] in RECENT)
    try:
        asked = model.model_validate(_json(body), by_alias=True, by_name=False)
        return await operation(speaker, asked, Urls.of(headers, scope["scheme"]))
    except ValidationError as error:
        raise _of_validation(error) from None
    except Refusal as refusal:
        raise of_refusal(refusal) from None
    except (Unavailable, Refused, DatabaseError) as error:
        log.warning("%s could not be done: %s", scope["path"], type(error).__name__)
        raise ParticipantError("InternalServerException", "That could not be done just now: try again.") from None


def _hosts() -> list[str]:
    return settings.ALLOWED_HOSTS or ["localhost"]


def _json(body: bytes) -> dict[str, Any]:
    if len(body) > MAX_BODY_BYTES:
        raise ParticipantError("ValidationException", f"A request has at most {MAX_BODY_BYTES} bytes.")
    try:
        text = body.decode()
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        raise ParticipantError("ValidationException", "The body is no JSON.") from None
    if not isinstance(found, dict):
        raise ParticipantError("ValidationException", "The body is no JSON object.")
    if any(isinstance(one, str) and NO_CHARACTER.search(one) for one in found.values()):
        raise ParticipantError("ValidationException", "A text holds what is no character (NUL, or half of one).")
    return found


def _of_validation(error: ValidationError) -> ParticipantError:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(one) for one in first["loc"])
    return ParticipantError("ValidationException", f"{where}: {first['msg']}" if where else str(first["msg"]))


async def _send(send: ASGISendCallable, status: int, about: dict[str, str], body: bytes) -> None:
    kept = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Cache-Control": "no-store", **about}
    headers = [(name.lower().encode(), value.encode()) for name, value in kept.items()]
    await send({"type": "http.response.start", "status": status, "headers": headers, "trailers": False})
    await send({"type": "http.response.body", "body": body, "more_body": False})
