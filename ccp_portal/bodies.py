"""What a request's body may be: how large, by its path, and how slowly it may come.

Two callers ask. `http_channel` is the server's side of the wire and refuses before a byte is kept; `asgi` asks again,
for servers that are not ours. Pure but for Django's settings: whoever calls brings the clock.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from django.conf import settings

from agents.ccp import participant_api
from agents.contact_flow.views import MAX_BODY_BYTES as MAX_HAND_OVER_BYTES
from agents.sockets.connection import language
from agents.views import files
from chats.file_types import MAX_BYTES as MAX_FILE_BYTES
from chats.inbox.sns import MAX_BODY_BYTES as MAX_SNS_BYTES
from chats.start_chat import livechat, page_call, widget_calls
from chats.start_chat.start_chat_contract import MAX_BODY_BYTES as MAX_START_CHAT_BYTES
from chats.start_chat.start_chat_contract import ChatRefused

MAX_BODY_BYTES = 65_536  # of any path that is not named below: forms of a few fields
MAX_BODIES_BYTES = 268_435_456  # of all bodies that come or are worked on at once in a process
HEAD_SECONDS = 10.0  # a request's first line and its headers
SILENT_SECONDS = 10.0  # without a byte of the body
PACE_SECONDS = 30.0
MIN_BYTES_A_SECOND = 8_192  # over PACE_SECONDS; 20 MB then take 43 minutes at most
LINGER_SECONDS = 5.0  # what still comes after a refusal is thrown away for so long: else the client never reads why

Headers = Iterable[tuple[bytes, bytes]]  # as ASGI has them
PAGE_CALLS = (*livechat.PATHS, *widget_calls.PATHS)
FILES = re.compile(r"/contacts/[^/]+/files/")
UPLOADS = re.compile(r"/participant/upload/[^/]+")


class TooLarge(Exception):
    """More of a body came than its path takes."""


class NoRoom(Exception):
    """So many bodies are under way that this one has to wait for another time."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An answer that is given instead of reading on."""

    status: HTTPStatus
    why: str
    content_type: str = "text/plain; charset=utf-8"
    more: Mapping[str, str] = field(default_factory=dict)  # headers beside those of every answer

    @property
    def body(self) -> bytes:
        return self.why.encode() + b"\n"

    @property
    def headers(self) -> dict[str, str]:
        return {"Content-Type": self.content_type, "Content-Length": str(len(self.body)), **self.more}


def most(path: str) -> int:
    """How many bytes of a body this path takes."""
    if path == "/webhooks/sns/":
        return MAX_SNS_BYTES
    if path == "/reception/":
        return MAX_HAND_OVER_BYTES
    if path in PAGE_CALLS:
        return MAX_START_CHAT_BYTES
    if path in participant_api.PATHS:
        return participant_api.MAX_BODY_BYTES
    if FILES.fullmatch(path) or UPLOADS.fullmatch(path):
        return MAX_FILE_BYTES
    if path.startswith("/admin/"):
        return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or MAX_BODY_BYTES)
    return MAX_BODY_BYTES


def too_large(path: str, headers: Headers) -> Refused:
    why = f"the body is larger than {most(path)} bytes"
    return _in_the_form_of(path, headers, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "fileTooLarge", why)


def no_room(path: str, headers: Headers) -> Refused:
    """The disk is full, or too much comes at once: the same may be taken in a while."""
    why = "there is no room for this now, try again"
    return _in_the_form_of(path, headers, HTTPStatus.SERVICE_UNAVAILABLE, "diskFull", why)


def _in_the_form_of(path: str, headers: Headers, status: HTTPStatus, reason: str, why: str) -> Refused:
    """As whoever posts there is answered otherwise: agents.views.files and agents.contact_flow answer JSON."""
    if FILES.fullmatch(path):
        return Refused(status, json.dumps(files.answer_to(reason, language({"headers": headers}))), "application/json")
    if path == "/reception/":
        return Refused(status, json.dumps({"error": why}), "application/json")
    if path in PAGE_CALLS:
        code = "TooLarge" if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else "Unavailable"
        told = ChatRefused(status, code, f"{why[0].upper()}{why[1:]}.").answer
        return Refused(status, json.dumps(told), "application/json", page_call.refusal_headers(list(headers)))
    if path in participant_api.PATHS:
        return Refused(status, *participant_api.refusal(list(headers), status, why))
    return Refused(status, why)


def announced(headers: Headers) -> int:
    """The Content-Length of ASGI headers; 0 when there is none, or none that could be one."""
    length = next((value for name, value in headers if name.lower() == b"content-length"), b"")
    return int(length[:20]) if length.isdigit() else 0


class Pace:
    """Whether a body comes fast enough. `now` is any clock that only goes forward."""

    __slots__ = ("_came", "_heard", "_since")

    def __init__(self, now: float) -> None:
        self._since = self._heard = now
        self._came = 0

    def take(self, size: int, now: float) -> None:
        self._heard = now
        self._came += size

    def wrong(self, now: float) -> str:
        """Why it is too slow; empty while it is not."""
        if now - self._heard >= SILENT_SECONDS:
            return f"no byte of the body came for {SILENT_SECONDS:g} s"
        if now - self._since < PACE_SECONDS:
            return ""
        if self._came < MIN_BYTES_A_SECOND * (self._heard - self._since):  # pieces may be seconds apart
            return f"the body came with less than {MIN_BYTES_A_SECOND} bytes a second over {PACE_SECONDS:g} s"
        self._since, self._came = now, 0
        return ""

    def look_at(self) -> float:
        """When to ask next."""
        return min(self._heard + SILENT_SECONDS, self._since + PACE_SECONDS)
