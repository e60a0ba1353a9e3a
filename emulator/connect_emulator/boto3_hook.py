"""Answers a boto3 client from an emulator in the same process, with no socket: for tables of cases."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders

from connect_emulator.core import Emulator
from connect_emulator.restjson import Request


class _Raw(BytesIO):
    def stream(self, **_kwargs: Any) -> Any:
        yield self.read()


def attach(client: Any, emulator: Emulator, after: Callable[[], None] = lambda: None) -> Callable[[], None]:
    """Every call of `client` (connect, connectparticipant, sns or sts) is the emulator's, until what this returns is called.

    `after` is called between the emulator's answer and the client's hearing of it.
    """

    def before_send(request: AWSPreparedRequest, **_kwargs: Any) -> AWSResponse:
        asked = _request(request)
        fault = emulator.faults.take(emulator.service(asked).operation(asked))
        answer = emulator.respond(asked, fault)
        after()
        return AWSResponse(
            str(request.url), answer.status, HTTPHeaders.from_dict(dict(answer.headers)), _Raw(answer.body)
        )

    client.meta.events.register("before-send", before_send)
    return lambda: client.meta.events.unregister("before-send", before_send)


def _request(request: AWSPreparedRequest) -> Request:
    url, body = urlsplit(str(request.url)), request.body or b""
    headers = {name.lower(): _text(value) for name, value in request.headers.items()}
    raw = body if isinstance(body, str | bytes | bytearray) else body.read()
    octets = raw.encode() if isinstance(raw, str) else bytes(raw)
    return Request(str(request.method), url.path, url.query, {"host": url.netloc, **headers}, octets)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
