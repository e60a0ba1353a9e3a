"""The last calls of this process: what was asked, what was answered, how long it took, and who asked. Not kept on the disk."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass

from connect_emulator.restjson import Request, Response

_KEPT = 500
_KEY = re.compile(r"Credential=([A-Za-z0-9_]{1,128})/")


@dataclass(frozen=True, slots=True)
class Call:
    at: int
    name: str
    status: int
    milliseconds: float
    error: str | None
    key: str | None  # the id of an access key: public, as AWS's logs have it
    bearer: str | None  # a token: to find whose it is, never to be shown


class Calls:
    def __init__(self) -> None:
        self._last: deque[Call] = deque(maxlen=_KEPT)

    def note(self, at: int, name: str, request: Request, response: Response, milliseconds: float) -> None:
        key = _KEY.search(request.headers.get("authorization", ""))
        bearer = request.headers.get("x-amz-bearer")
        self._last.append(
            Call(
                at,
                name,
                response.status,
                milliseconds,
                response.headers.get("x-amzn-errortype") if response.status >= 400 else None,
                key[1] if key and not bearer else None,
                bearer,
            )
        )

    def latest(self) -> list[Call]:
        """The youngest first."""
        return [*reversed(self._last)]
