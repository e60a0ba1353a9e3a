"""How often chats may be started: per address and per website, in the database, so that all processes count together.

What is known to be used up is refused from memory: a flood costs one write, not one write each.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from chats.db import db_write
from chats.models import ChatAllowance

from .start_chat_contract import ChatRefused

MOST_REMEMBERED = 10_000  # addresses and websites that a process knows to be used up
_used_up: OrderedDict[str, float] = OrderedDict()  # until when, by time.monotonic


class UsedUp(Exception):
    """No chat is left under this key for so many seconds; what was taken in the same transaction is given back."""

    def __init__(self, key: str, seconds: int) -> None:
        super().__init__(key)
        self.key, self.seconds = key, seconds


async def take(address: str | None, origin: str) -> None:
    """One chat of this address and of this website. Raises ChatRefused (429)."""
    allowances = {
        f"address {address or 'unknown'}": settings.CCP_START_CHAT_PER_ADDRESS,
        f"origin {origin or 'none'}": settings.CCP_START_CHAT_PER_ORIGIN,
    }
    await _take_all(allowances)


async def take_one(key: str, most: int) -> None:
    """One of what this key has, beside chats. Raises ChatRefused (429)."""
    await _take_all({key: most})


async def _take_all(allowances: dict[str, int]) -> None:
    for key in allowances:
        _require_not_remembered(key)
    try:
        await db_write(_take)(allowances)
    except UsedUp as error:
        _remember(error.key, error.seconds)
        raise _too_many(error.key, error.seconds) from None


def _take(allowances: dict[str, int]) -> None:
    now = timezone.now()
    with transaction.atomic():
        for key, most in allowances.items():  # addresses before origins, in every process
            seconds = ChatAllowance.take(key, most, now)
            if seconds:
                raise UsedUp(key, seconds)


def _require_not_remembered(key: str) -> None:
    left = _used_up.get(key, 0.0) - time.monotonic()
    if left > 0:
        raise _too_many(key, math.ceil(left))
    _used_up.pop(key, None)


def _remember(key: str, seconds: int) -> None:
    _used_up[key] = time.monotonic() + seconds
    while len(_used_up) > MOST_REMEMBERED:
        _used_up.popitem(last=False)


def _too_many(key: str, seconds: int) -> ChatRefused:
    whose = "from your address" if key.startswith("address ") else "from this website"
    message = f"Too many chats were started {whose}. Please try again in {_minutes(seconds)}."
    return ChatRefused(429, "TooManyChats", message, seconds)


def _minutes(seconds: int) -> str:
    minutes = math.ceil(seconds / 60)
    return "a minute" if minutes <= 1 else f"{minutes} minutes"
