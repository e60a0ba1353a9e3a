"""Pages of a list: entries that come later do not move what a token stands for."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from connect_emulator.restjson import Params, ServiceError

T = TypeVar("T")


def page(
    entries: Sequence[tuple[int, T]], params: Params, most: int, invalid: str = "InvalidParameterException"
) -> tuple[list[T], str | None]:
    """`entries` carry growing numbers; the token is the number of the last one that was given out."""
    after = _read(params.get("NextToken"), invalid)
    size = params.get("MaxResults") or most
    rest = [(number, entry) for number, entry in entries if number > after]
    token = _write(rest[size - 1][0]) if len(rest) > size else None
    return [entry for _, entry in rest[:size]], token


def _write(number: int) -> str:
    return base64.urlsafe_b64encode(f"after {number}".encode()).decode()


def _read(token: str | None, invalid: str) -> int:
    if token is None:
        return -1
    try:
        word, number = base64.urlsafe_b64decode(token.encode()).decode().split(" ")
        if word == "after" and number.isascii() and number.isdecimal() and len(number) < 20:
            return int(number)
    except (ValueError, binascii.Error):
        pass
    raise ServiceError(invalid, "NextToken was not given by an earlier call")
