"""Texts that only this portal can make and read: agents' connection tokens, tickets of sockets, links to files.

Encrypted and signed under a key of SECRET_KEY's (the fallbacks read still), each for one purpose and for so long. Whoever
holds one learns nothing from it: a session's key stands in some.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac

MAX_LENGTH = 1000  # characters: X-Amz-Bearer's and NextToken's of connectparticipant 2018-09-07


class NotOurs(Exception):
    """It was not made here, or for something else, or its time is over."""


def seal(purpose: str, values: Sequence[str | int], now: datetime) -> str:
    text = json.dumps([purpose, *values], separators=(",", ":"))
    return _box().encrypt_at_time(text.encode(), int(now.timestamp())).decode()


def unseal(purpose: str, text: str, lives: timedelta, now: datetime) -> list[str | int]:
    """What was sealed. NotOurs, whatever is wrong with it."""
    if len(text) > MAX_LENGTH:
        raise NotOurs
    try:
        found = _box().decrypt_at_time(text, int(lives.total_seconds()), int(now.timestamp()))
    except InvalidToken:
        raise NotOurs from None
    what, *values = json.loads(found)
    if what != purpose:
        raise NotOurs
    return list(values)


def _box() -> MultiFernet:
    return _made_of((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@cache
def _made_of(secrets: tuple[str, ...]) -> MultiFernet:
    digests = [salted_hmac("agents.desk.sealed", "", secret=one, algorithm="sha256").digest() for one in secrets]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
