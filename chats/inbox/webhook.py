"""Where SNS knocks: what is genuine is committed, then answered 200; what is forged leaves no trace but a line in the log.

SNS repeats after 5xx and gives up after other answers (SNS, "Message delivery retries"), so: 4xx is for what will never
be right, 503 for what may be right in a minute. Only what the signature covers is read: message attributes and headers
are not signed, and no URL of an envelope is ever followed.

Two doors lead to `hear`: a Django view, and `door`, plain ASGI, which asgi.py puts in front of Django. Measured: one post
through the middleware costs 3.6 ms of CPU (a thread hop for nearly every one of them), straight through the door 0.06 ms.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from chats import connect, ingest, wire
from chats.db import db_write
from chats.http_body import read_body

from . import unreadable
from .sns import (
    MAX_BODY_BYTES,
    SUBSCRIPTION,
    UNSUBSCRIPTION,
    Envelope,
    Fetched,
    Malformed,
    NotGenuine,
    Pinned,
    TooLarge,
    Undecided,
    Verifier,
    fetch,
    read_envelope,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope
    from django.http import HttpRequest

log = logging.getLogger(__name__)


class Answer(NamedTuple):
    """What SNS is told: a status and one line."""

    status: int
    text: str


TAKEN = Answer(200, "taken")
LATER = Answer(503, "the portal cannot take this at the moment, please send it again")
ONLY_POST = Answer(405, "this is where Amazon SNS posts; POST is the only method")
RAW = (
    "this subscription has raw message delivery switched on; a raw message carries no signature,"
    " set the subscription's attribute RawMessageDelivery to false"
)


@csrf_exempt
@require_POST
async def sns(request: HttpRequest) -> HttpResponse:
    """The webhook as a Django view: /webhooks/sns/."""
    try:
        body = _body(request)
    except TooLarge as error:
        answer = _refused(error)
    else:
        answer = await receive_post(request.headers, body)
    return HttpResponse(answer.text + "\n", status=answer.status, content_type="text/plain; charset=utf-8")


async def asgi_app(scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """The webhook as an ASGI application of its own, which really reads no more than SNS can send."""
    answer = ONLY_POST
    if scope["method"] == "POST":
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        body = await read_body(receive, MAX_BODY_BYTES)
        if body is None:
            return
        answer = await receive_post(headers, body)
    text = answer.text.encode() + b"\n"
    about = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(text)).encode())]
    if answer is ONLY_POST:
        about.append((b"allow", b"POST"))
    await send({"type": "http.response.start", "status": answer.status, "headers": about, "trailers": False})
    await send({"type": "http.response.body", "body": text, "more_body": False})


async def receive_post(headers: Mapping[str, str], body: bytes) -> Answer:
    """Take in one post of SNS; the answer says whether SNS shall send it again."""
    try:
        envelope = await _genuine(headers, body)
        return await _take(envelope, body)
    except NotGenuine as error:
        return _refused(error)
    except Undecided as error:
        log.error("An SNS post has to wait: %s", error)  # noqa: TRY400 -- the line says all
    except (OperationalError, InterfaceError) as error:
        log.error("An SNS post has to wait, the database is away or busy: %s", error)  # noqa: TRY400 -- the line says all
    except connect.Unavailable as error:
        log.error("An SNS subscription has to wait: %s", error)  # noqa: TRY400 -- the line says all
    return LATER


def _body(request: HttpRequest) -> bytes:
    """At most one byte more than SNS can send: that one is for `read_envelope` to refuse."""
    announced = request.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced[:20]) > MAX_BODY_BYTES:
        raise TooLarge(f"the body is larger than {MAX_BODY_BYTES} bytes")
    return request.read(MAX_BODY_BYTES + 1)


def _refused(error: NotGenuine) -> Answer:
    log.warning("Refused an SNS post: %s", error)
    return Answer(error.status, str(error))


async def _genuine(headers: Mapping[str, str], body: bytes) -> Envelope:
    if headers.get("x-amz-sns-rawdelivery", "").lower() == "true":
        raise Malformed(RAW)
    envelope = read_envelope(body, headers.get("x-amz-sns-message-type"))
    verifier = _verifier(
        settings.CCP_TOPIC_ARN, settings.CCP_SNS_CERT, settings.CCP_SNS_ALLOW_V1, settings.CCP_AWS_ENDPOINT
    )
    await verifier.verify(envelope, timezone.now())
    return envelope


@lru_cache(maxsize=8)
def _verifier(topic_arn: str, pinned: str, allow_v1: bool, endpoint: str) -> Verifier:
    """One per process, and so one cache of certificates."""
    certificates = Pinned(Path(pinned).read_bytes) if pinned else Fetched(fetch)
    return Verifier([topic_arn], certificates, allow_v1=allow_v1, endpoint=endpoint)


# ---- What is genuine -------------------------------------------------------------------------------------------------


async def _take(envelope: Envelope, body: bytes) -> Answer:
    if envelope.type == SUBSCRIPTION:
        return await _confirm(envelope)
    if envelope.type == UNSUBSCRIPTION:
        log.error("Amazon SNS no longer posts to us: the subscription to %s was removed", envelope.topic_arn)
        return TAKEN
    return await _hear_item(envelope, body)


async def _confirm(envelope: Envelope) -> Answer:
    try:
        await connect.confirm_subscription(envelope.topic_arn, envelope.token)
    except connect.Refused as error:
        log.error("The subscription to %s was not confirmed: %s", envelope.topic_arn, error)  # noqa: TRY400 -- see above
        return Answer(400, f"the subscription was not confirmed: {error.code}")
    log.info("Subscribed to %s", envelope.topic_arn)
    return Answer(200, "confirmed")


async def _hear_item(envelope: Envelope, body: bytes) -> Answer:
    try:
        await ingest.receive(wire.read_message(envelope.message))
    except wire.Unreadable as error:
        await db_write(unreadable.keep)(envelope.message_id, body, str(error))
    except DataError as error:  # read, but the database cannot hold it: the next try would end the same way
        await db_write(unreadable.keep)(envelope.message_id, body, f"the database refuses it: {error}")
    return TAKEN
